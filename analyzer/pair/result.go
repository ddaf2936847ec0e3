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
	Files      [2][]*model.FileInfo
	Outcomes   [2]*driver.Outcome

	Missing Missing

	spool spool
	names [2][]string
	ways  [2]way
	keep  func(*Flow) (bool, error)
}

// Missing is what is known of packets that the captures themselves lack.
type Missing struct {
	// Unproved is the fate of what was sent, what a capture lacks and of which nothing
	// proves that it arrived: lost, unless the capture lacks what did arrive.
	Unproved [2]Fate
	Lacks    [2]bool // a capture lacks something for certain, or says that it does

	Ends [2]model.Time // of the captures, by A's clock
}

// fateOf returns the fate that a segment is published with; sender is the capture that is nearer to
// who sent it.
func (m *Missing) fateOf(fate Fate, weak bool, sender int) Fate {
	switch {
	case weak && fate == Lost:
		return m.Unproved[1-sender]
	case weak && m.Lacks[sender]:
		return UnknownFate
	}
	return fate
}

// missing returns what is said of segments that a capture lacks and nothing proves: when
// it lacks others that are known to have arrived, they may have, too.
func (e *engine) missing() (m Missing) {
	m.Ends = e.ends
	const many = 20
	for c := range m.Unproved {
		dropped := false
		for _, f := range e.result.Files[c] {
			dropped = dropped || f.Dropped != nil && *f.Dropped > 0
		}
		m.Lacks[c] = dropped || e.missed[c] > 0
		switch {
		case e.missed[c] > many*e.lost:
			m.Unproved[c] = NotCaptured
		case dropped || e.missed[c]*many > e.lost:
			m.Unproved[c] = UnknownFate
		default:
			m.Unproved[c] = Lost
		}
	}
	return m
}

// Path is one way between the captures.
type Path struct {
	Counts Counts
	Delays *Delays
	Late   int64 // segments that took much longer than most; 0 where that is not known
}

// weighed is a difference of time that stands for so many.
type weighed struct {
	difference
	weight int64
}

// way sums up what went one way.
type way struct {
	counts    [numFates]int64
	weak      [numFates]int64
	list      []weighed
	low, high difference // valid iff any
	any       bool
}

// mostWeighed bounds the differences that are kept; of more every second is forgotten, and
// its weight is its neighbour's.
const mostWeighed = 1 << 13

func (w *way) add(t *tally) {
	for f, n := range t.counts {
		w.counts[f] += n
	}
	for f, n := range t.weak {
		w.weak[f] += n
	}
	s := &t.delays
	if s.n == 0 {
		return
	}
	if !w.any || s.low.diff < w.low.diff {
		w.low = s.low
	}
	if !w.any || s.high.diff > w.high.diff {
		w.high = s.high
	}
	w.any = true
	for _, d := range s.kept {
		if len(w.list) == mostWeighed {
			for i := range mostWeighed / 2 {
				w.list[i] = w.list[2*i]
				w.list[i].weight += w.list[2*i+1].weight
			}
			w.list = w.list[:mostWeighed/2]
		}
		w.list = append(w.list, weighed{d, s.stride})
	}
}

// path returns what w tells when the clocks are known; forward means from A to B.
func (w *way) path(o *Offset, forward bool, m *Missing) (p Path) {
	t := tally{counts: w.counts, weak: w.weak}
	sender := 1
	if forward {
		sender = 0
	}
	p.Counts = t.count(m, sender)
	if !w.any || !o.Known {
		return p
	}
	all := int64(0)
	for _, d := range w.list {
		all += d.weight
	}
	slices.SortFunc(w.list, func(a, b weighed) int {
		return cmp.Compare(o.delay(a.difference, forward), o.delay(b.difference, forward))
	})
	at := func(q int64) model.Seconds {
		sum := int64(0)
		for _, d := range w.list {
			if sum += d.weight; sum*100 >= all*q {
				return model.Seconds(o.delay(d.difference, forward))
			}
		}
		return 0
	}
	p.Delays = &Delays{at(50), at(90), model.Seconds(max(o.delay(w.low, forward), o.delay(w.high, forward)))}
	usual := p.Delays.P50 + p.Delays.P50/2 + model.Seconds(time.Millisecond)
	for _, d := range w.list {
		if model.Seconds(o.delay(d.difference, forward)) > usual {
			p.Late += d.weight
		}
	}
	if p.Late == 0 && p.Delays.Max > usual { // the slowest stands for itself, whatever was kept
		p.Late = 1
	}
	return p
}

// complete makes of what was kept what is told as a whole; keep says which connections
// are wanted, nil takes all.
func (r *Result) complete(keep func(*Flow) (bool, error)) error {
	if keep != nil {
		r.keep, r.ways = keep, [2]way{}
		r.Matched, r.OnlyA, r.OnlyB, r.Translated = 0, 0, 0, 0
		if err := r.each(r.count); err != nil {
			return err
		}
	}
	for i := range r.Paths {
		r.Paths[i] = r.ways[i].path(&r.Offset, i == 0, &r.Missing)
	}
	return nil
}

// count takes in a connection that is wanted.
func (r *Result) count(k *kept, f *Flow) error {
	switch {
	case f.B == nil:
		r.OnlyA++
	case f.A == nil:
		r.OnlyB++
	default:
		r.Matched++
		if f.Translated {
			r.Translated++
		}
	}
	for dir := range k.flows {
		r.ways[k.sender(uint8(dir))].add(&k.flows[dir])
	}
	return nil
}

// Each calls f with every connection that is wanted, in the order in which they became
// final. It may be called again.
func (r *Result) Each(f func(*Flow) error) error {
	return r.each(func(_ *kept, flow *Flow) error { return f(flow) })
}

func (r *Result) each(f func(*kept, *Flow) error) error {
	u := unpacker{names: r.names}
	return r.spool.each(func(b []byte) error {
		k, err := u.decode(b)
		if err != nil {
			return unreadable(err)
		}
		flow := k.flow(&r.Offset, &r.Missing)
		if r.keep != nil {
			if ok, err := r.keep(flow); !ok || err != nil {
				return err
			}
		}
		return f(k, flow)
	})
}

// Close gives up what Each reads.
func (r *Result) Close() error { return r.spool.close() }

// PPM returns the drift in millionths, to a hundredth.
func (o *Offset) PPM() float64 { return math.Round(o.Drift*1e8) / 100 }
