package timers

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"

	analyzer "finwait/analyzer/model"
)

// Infer returns the timers for which there is evidence, by server, kind and
// value.
func (c *Collector) Infer() []analyzer.Timer {
	out := []analyzer.Timer{}
	for _, key := range c.keys() {
		samples := c.series[key].kept
		var timers []analyzer.Timer
		if key.kind == finWait2 {
			timers = bracket(samples)
		} else {
			timers = agreements(samples)
		}
		slices.SortFunc(timers, func(a, b analyzer.Timer) int { return cmp.Compare(a.Value, b.Value) })
		for i := range timers {
			t := &timers[i]
			t.Kind, t.Server = kindNames[key.kind], key.server.String()
			t.KnownAs = knownAs(key.kind, t)
		}
		out = append(out, timers...)
	}
	return out
}

// candidate is a timer that may be, as seen from one reference.
type candidate struct {
	cluster
	from reference
}

// maxTimers is how many timers of one kind are looked for at a server: who sends crafted
// waits could make them agree in a hundred ways, each of which costs a search of all.
const maxTimers = 8

// agreements finds the timers behind samples. The best candidate takes the
// connections that it explains away from all references, until none is left.
func agreements(samples []sample) []analyzer.Timer {
	var waits [numReferences][]wait
	for id := range samples {
		for from, v := range samples[id].waits {
			if v > 0 {
				waits[from] = append(waits[from], newWait(v, id))
			}
		}
	}
	for from := range waits {
		slices.SortFunc(waits[from], wait.compare)
	}
	var out []analyzer.Timer
	var found []cluster
	for {
		best := bestOf(waits, found)
		if best == nil || len(found) == maxTimers {
			return out
		}
		found = append(found, best.cluster)
		gone := map[int]bool{}
		for _, w := range best.waits {
			gone[w.id] = true
		}
		for from := range waits {
			waits[from] = slices.DeleteFunc(waits[from], func(w wait) bool { return gone[w.id] })
		}
		out = addDistinct(out, best.timer())
	}
}

// bestOf returns the best candidate from any reference that is not the tail of
// one found before.
func bestOf(waits [numReferences][]wait, found []cluster) *candidate {
	var all []candidate
	most := 0
	for from, list := range waits {
		for _, c := range clusters(list) {
			if c.trails(found) {
				continue
			}
			all = append(all, candidate{c, reference(from)})
			most = max(most, len(c.waits))
		}
	}
	var best *candidate
	for i := range all {
		if c := &all[i]; 5*len(c.waits) >= 4*most && (best == nil || c.compare(best) < 0) {
			best = c
		}
	}
	return best
}

// compare orders candidates that explain about as many connections: the better
// they agree, the rounder the value, the likelier the reference.
func (c *candidate) compare(o *candidate) int {
	return cmp.Or(
		cmp.Compare(c.looseness(), o.looseness()),
		cmp.Compare(c.odd(), o.odd()),
		cmp.Compare(c.from, o.from),
		cmp.Compare(len(o.waits), len(c.waits)),
		cmp.Compare(c.value(), o.value()),
	)
}

// looseness grades the spread by factors of two. Below 4 ms, or 1/4 %, it is the
// scheduler's.
func (c *candidate) looseness() int {
	fine := max(analyzer.Seconds(4e6), c.value()/400)
	return bits.Len64(uint64(c.spread() / fine))
}

// odd grades the candidate's value, or its least wait: of a timer that fired
// late on a busy machine, that is the closest to what was chosen.
func (c *candidate) odd() int { return min(odd(c.value()), odd(c.low())) }

// odd grades how unlikely it is that a person would choose v: values of one
// digit first, then those that end in 5, then any with two digits. A timer fires
// late, so v may lie a little above.
func odd(v analyzer.Seconds) int {
	const second = analyzer.Seconds(1e9)
	unit := analyzer.Seconds(1)
	for unit*10 <= v {
		unit *= 10
	}
	grids := []analyzer.Seconds{unit, unit / 2, unit / 10}
	if v >= 59*second {
		grids[0] = 30 * second
	}
	if v >= 590*second {
		grids[0] = 300 * second
	}
	for grade, grid := range grids {
		if over := (v + v/500) % max(grid, 1); over <= v/500+min(v/100, 5e6) {
			return grade
		}
	}
	return len(grids)
}

func (c *candidate) timer() analyzer.Timer {
	return analyzer.Timer{
		Value: c.value(), Low: c.low(), High: c.high(), Spread: c.spread(),
		Samples: int64(len(c.waits)), From: referenceNames[c.from], Dots: dots(c.waits),
	}
}

// dots chooses the waits that a picture shows.
func dots(waits []wait) (list []analyzer.Seconds) {
	step := (len(waits) + analyzer.MaxDots - 1) / analyzer.MaxDots
	for i := 0; i < len(waits); i += step {
		list = append(list, waits[i].v)
	}
	return list
}

// addDistinct adds t, or what it has beyond a timer of the same value.
func addDistinct(list []analyzer.Timer, t analyzer.Timer) []analyzer.Timer {
	for i := range list {
		o := &list[i]
		if d := max(o.Value-t.Value, t.Value-o.Value); d <= tolerance(o.Value) {
			o.Low, o.High = min(o.Low, t.Low), max(o.High, t.High)
			o.Spread = (o.High - o.Low) / 2
			o.Samples += t.Samples
			return list
		}
	}
	return append(list, t)
}

// bracket encloses tcp_fin_timeout between the longest stay in FIN-WAIT-2 after
// which a socket still answered and the shortest after which it no longer did.
// A socket that was only half-closed answers for ever, and says nothing; nor does
// another host.
func bracket(samples []sample) []analyzer.Timer {
	t := analyzer.Timer{From: referenceNames[fromFINACK]}
	reapers := map[netip.Addr]bool{}
	for i := range samples {
		if v := samples[i].waits[fromFINACK]; !samples[i].least {
			reapers[samples[i].owner] = true
			if t.Samples++; t.Samples == 1 || v < t.High {
				t.High = v
			}
		}
	}
	if t.Samples < minSamples {
		return nil
	}
	for i := range samples {
		if v := samples[i].waits[fromFINACK]; samples[i].least && v < t.High && reapers[samples[i].owner] {
			t.Low = max(t.Low, v)
			t.Samples++
		}
	}
	t.Value, t.Spread = t.Low+(t.High-t.Low)/2, (t.High-t.Low)/2
	if t.Low == 0 {
		t.Value = t.High
	}
	return []analyzer.Timer{t}
}
