package pair

import (
	"cmp"
	"math"
	"slices"
	"time"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
)

// Result is what a comparison of two captures found.
type Result struct {
	Offset     Offset
	Matched    int64 // connections that are in both captures
	OnlyA      int64
	OnlyB      int64
	Translated int64   // of the matched, those with other addresses or ports
	Paths      [2]Path // from A to B, and back
	Flows      []*Flow
	Files      [2][]*model.FileInfo
	Outcomes   [2]*driver.Outcome

	// Unproved is the fate of what one capture lacks and nothing proves: lost, unless it is
	// known that the capture itself lost packets.
	Unproved [2]Fate
}

// unproved returns what is said of segments that a capture lacks and nothing proves: when
// it lacks others that are known to have arrived, they may have, too.
func (e *Engine) unproved() (fates [2]Fate) {
	const many = 20
	for c := range fates {
		dropped := false
		for _, f := range e.result.Files[c] {
			dropped = dropped || f.Dropped != nil && *f.Dropped > 0
		}
		switch {
		case e.missed[c] > many*e.lost:
			fates[c] = NotCaptured
		case dropped || e.missed[c]*many > e.lost:
			fates[c] = UnknownFate
		default:
			fates[c] = Lost
		}
	}
	return fates
}

// Path is one way between the captures.
type Path struct {
	Counts Counts
	Delays *Delays
	delays []weighed
}

// weighed is a delay that stands for so many.
type weighed struct {
	delay  time.Duration
	weight int64
}

// add takes in one direction of a connection; forward means from A to B.
func (p *Path) add(c *Counts, s *sampling, o *Offset, forward bool) {
	p.Counts.Add(c)
	for _, d := range s.kept {
		p.delays = append(p.delays, weighed{o.delay(d, forward), s.stride})
	}
	if s.n > 0 {
		p.delays = append(p.delays, weighed{o.delay(s.low, forward), 0}, weighed{o.delay(s.high, forward), 0})
	}
}

// finish makes quantiles of what was added.
func (p *Path) finish(o *Offset) {
	if len(p.delays) == 0 || !o.Known {
		return
	}
	slices.SortFunc(p.delays, func(a, b weighed) int { return cmp.Compare(a.delay, b.delay) })
	all := int64(0)
	for _, d := range p.delays {
		all += d.weight
	}
	at := func(q int64) model.Seconds {
		sum := int64(0)
		for _, d := range p.delays {
			if sum += d.weight; sum*100 >= all*q {
				return model.Seconds(d.delay)
			}
		}
		return model.Seconds(p.delays[len(p.delays)-1].delay)
	}
	p.Delays = &Delays{at(50), at(90), model.Seconds(p.delays[len(p.delays)-1].delay)}
	p.delays = nil
}

// PPM returns the drift in millionths, to a hundredth.
func (o *Offset) PPM() float64 { return math.Round(o.Drift*1e8) / 100 }
