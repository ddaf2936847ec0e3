package timeline

import (
	"math"
	"time"
)

const (
	minRows, maxRows = 60, 120 // moments that a step of our choice gives; fewer where less than that was observed
	maxSlots         = 4096    // moments that changes are told apart at, while the step is not known
	maxSteps         = 100_000 // moments that a given step may lead to
)

const day = 24 * time.Hour

// roundSteps are the steps that we choose from, in order: none is more than twice
// the one before, so that one of them always gives minRows to maxRows.
var roundSteps = func() (list []time.Duration) {
	for unit := time.Microsecond; unit < time.Second; unit *= 10 {
		for _, tenths := range []time.Duration{10, 20, 25, 50} {
			if unit*tenths%10 == 0 {
				list = append(list, unit*tenths/10)
			}
		}
	}
	for _, seconds := range []time.Duration{1, 2, 3, 5, 10, 15, 30} {
		list = append(list, seconds*time.Second)
	}
	for _, minutes := range []time.Duration{1, 2, 3, 5, 10, 15, 30} {
		list = append(list, minutes*time.Minute)
	}
	for _, hours := range []time.Duration{1, 2, 3, 6, 12} {
		list = append(list, hours*time.Hour)
	}
	for step := day; step < math.MaxInt64/2; step *= 2 {
		list = append(list, step)
	}
	return list
}()

// grains are how finely changes are told apart before the step is chosen. Each
// divides the next, and all round steps that are not less than itself, so that
// nothing is lost on the way to a step.
var grains = func() []time.Duration {
	var list []time.Duration
	for g := 500 * time.Nanosecond; g < time.Second; g *= 10 {
		list = append(list, g)
	}
	list = append(list, 5*time.Second, 30*time.Second, 15*time.Minute, 6*time.Hour)
	for g := day; g < math.MaxInt64/32; g *= 16 {
		list = append(list, g)
	}
	return list
}()

// chooseStep returns the smallest round step that is a multiple of whole, and gives
// at most so many moments from one time to another.
func chooseStep(from, to int64, whole time.Duration, rows int64) time.Duration {
	for _, step := range roundSteps {
		if (whole == 0 || step%whole == 0) && moments(from, to, int64(step)) <= rows {
			return step
		}
	}
	return roundSteps[len(roundSteps)-1]
}

// moments counts the multiples of step within [from, to].
func moments(from, to, step int64) int64 { return floorDiv(to, step) - ceilDiv(from, step) + 1 }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}
