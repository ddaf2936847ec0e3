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

	// Unsure says which capture is known to have lost packets, so that what nothing proves
	// is not called lost.
	Unsure [2]bool
}

// unsure returns which captures lack segments that they should hold, more than can be
// told from the losses of the path.
func (e *Engine) unsure() (u [2]bool) {
	for c := range u {
		u[c] = e.missed[c]*20 > e.lost
		for _, f := range e.result.Files[c] {
			u[c] = u[c] || f.Dropped != nil && *f.Dropped > 0
		}
	}
	return u
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
