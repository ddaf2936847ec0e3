package timers

import (
	"cmp"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
)

// events returns how many events the waits of c show. Those whose ends lie closer together
// than their lengths agree ended by one event, such as a reload or a shutdown, and not each
// by its own timer.
func (c *cluster) events(samples []sample) (n int) {
	type span struct {
		end    capture.Time
		length model.Seconds
	}
	list := make([]span, len(c.waits))
	for i, w := range c.waits {
		list[i] = span{samples[w.id].end, w.v}
	}
	slices.SortFunc(list, func(a, b span) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.length, b.length)) })
	apart := max(c.high()-c.low(), model.Seconds(100*time.Millisecond))
	for from, to := 0, 0; from < len(list); from = to {
		shortest, longest := list[from].length, list[from].length
		for to = from + 1; to < len(list) && model.Seconds(list[to].end.Sub(list[to-1].end)) <= apart; to++ {
			shortest, longest = min(shortest, list[to].length), max(longest, list[to].length)
		}
		if model.Seconds(list[to-1].end.Sub(list[from].end)) < longest-shortest {
			n++
		} else {
			n += to - from
		}
	}
	return n
}
