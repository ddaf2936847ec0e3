package timers

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"

	"finwait/analyzer/model"
)

// Infer returns the timers for which there is evidence, by server, kind and
// value.
func (c *Collector) Infer() []model.Timer {
	out := []model.Timer{}
	for _, key := range c.keys() {
		samples := c.series[key].samples()
		var timers []inferred
		switch key.kind {
		case model.FINWait2Timeout:
			timers = bracket(samples)
		case model.PathIdleTimeout:
			timers = pathBracket(samples)
		default:
			timers = agreements(samples)
		}
		slices.SortFunc(timers, func(a, b inferred) int { return cmp.Compare(a.value, b.value) })
		for i := range timers {
			t := timers[i].timer(key.kind)
			t.Server = key.server.String()
			if key.kind == model.KeepAlive {
				t.probing(samples, timers[i])
			}
			out = append(out, t.Timer)
		}
	}
	return out
}

// inferred is a timer, or the bracket of one.
type inferred struct {
	value, low, high, spread model.Seconds // a low or high end of 0 is open in a bracket
	samples                  int64
	from                     model.TimerFrom
	bracket                  bool
	protocols                protocols
	dots                     []model.Seconds
}

// named is a timer that is told of.
type named struct{ model.Timer }

func (t *inferred) timer(k model.TimerKind) named {
	out := model.Timer{Kind: k, Samples: t.samples, Spread: t.spread, From: t.from, KnownAs: knownAs(k, t), Dots: t.dots}
	low, high := t.low, t.high
	if !t.bracket {
		value := t.value
		out.Value = &value
	}
	if !t.bracket || low > 0 {
		out.Low = &low
	}
	if !t.bracket || high > 0 {
		out.High = &high
	}
	return named{out}
}

// probing adds how the probes went that began after t.
func (t *named) probing(samples []sample, of inferred) {
	var intervals []model.Seconds
	var probes int64
	for i := range samples {
		s := &samples[i]
		if v := s.waits[model.FromLastSegment]; v >= of.low && v <= of.high {
			intervals = append(intervals, s.interval)
			probes = max(probes, s.probes)
		}
	}
	if len(intervals) > 0 {
		slices.Sort(intervals)
		t.Interval, t.Probes = &intervals[(len(intervals)-1)/2], &probes
	}
}

// candidate is a timer that may be, as seen from one reference.
type candidate struct {
	cluster
	from model.TimerFrom
}

// maxTimers is how many timers of one kind are looked for at a server: who sends crafted
// waits could make them agree in a hundred ways, each of which costs a search of all.
const maxTimers = 8

// agreements finds the timers behind samples. The best candidate takes the
// connections that it explains away from all references, until none is left.
func agreements(samples []sample) []inferred {
	var waits [model.NumTimerFroms][]wait
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
	var out []inferred
	var found []cluster
	for {
		best := bestOf(waits, found, samples)
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
		out = addDistinct(out, best.timer(samples))
	}
}

// bestOf returns the best candidate from any reference that is not the tail of
// one found before.
func bestOf(waits [model.NumTimerFroms][]wait, found []cluster, samples []sample) *candidate {
	var all []candidate
	most := 0
	for from, list := range waits {
		for _, c := range clusters(list) {
			if c.trails(found) || c.events(samples) < minSamples {
				continue
			}
			all = append(all, candidate{c, model.TimerFrom(from)})
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
		cmp.Compare(c.roundness(), o.roundness()),
		cmp.Compare(c.from, o.from),
		cmp.Compare(len(o.waits), len(c.waits)),
		cmp.Compare(c.value(), o.value()),
	)
}

// looseness grades the spread by factors of two. Below 4 ms, or 1/4 %, it is the
// scheduler's.
func (c *candidate) looseness() int {
	fine := max(model.Seconds(4e6), c.value()/400)
	return bits.Len64(uint64(c.spread() / fine))
}

// roundness grades the candidate's value, or its least wait: of a timer that fired
// late on a busy machine, that is the closest to what was chosen.
func (c *candidate) roundness() int { return min(roundness(c.value()), roundness(c.low())) }

// roundness grades how unlikely it is that a person would choose v: values of one
// digit first, then those that end in 5, then any with two digits. A timer fires
// late, so v may lie a little above.
func roundness(v model.Seconds) int {
	const second = model.Seconds(1e9)
	unit := model.Seconds(1)
	for unit*10 <= v {
		unit *= 10
	}
	grids := []model.Seconds{unit, unit / 2, unit / 10}
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

func (c *candidate) timer(samples []sample) inferred {
	return inferred{protocols: protocolsOf(c.waits, samples), value: c.value(), low: c.low(), high: c.high(), spread: c.spread(), samples: int64(len(c.waits)), from: c.from, dots: dots(c.waits)}
}

// dots chooses the waits that a picture shows.
func dots(waits []wait) (list []model.Seconds) {
	step := (len(waits) + model.MaxDots - 1) / model.MaxDots
	for i := 0; i < len(waits); i += step {
		list = append(list, waits[i].v)
	}
	return list
}

// addDistinct adds t, or what it has beyond a timer of the same value.
func addDistinct(list []inferred, t inferred) []inferred {
	for i := range list {
		o := &list[i]
		if d := max(o.value-t.value, t.value-o.value); d <= tolerance(o.value) {
			o.low, o.high = min(o.low, t.low), max(o.high, t.high)
			o.spread = (o.high - o.low) / 2
			o.samples += t.samples
			return list
		}
	}
	return append(list, t)
}

// bracket encloses tcp_fin_timeout between the longest stay in FIN-WAIT-2 after
// which a socket still answered and the shortest after which it no longer did.
// A socket that was only half-closed answers for ever, and says nothing; nor does
// another host.
func bracket(samples []sample) []inferred {
	t := inferred{from: model.FromFINACK, bracket: true}
	reapers := map[netip.Addr]bool{}
	for i := range samples {
		if v := samples[i].waits[model.FromFINACK]; !samples[i].least {
			reapers[samples[i].owner] = true
			if t.samples++; t.samples == 1 || v < t.high {
				t.high = v
			}
		}
	}
	if t.samples < minSamples {
		return nil
	}
	for i := range samples {
		if v := samples[i].waits[model.FromFINACK]; samples[i].least && v < t.high && reapers[samples[i].owner] {
			t.low = max(t.low, v)
			t.samples++
		}
	}
	t.value, t.spread = t.low+(t.high-t.low)/2, (t.high-t.low)/2
	if t.low == 0 {
		t.value = t.high
	}
	return []inferred{t}
}

// pathBracket encloses the time after which the path to a server forgets an idle
// connection: the longest silence that a connection survived, below the shortest one
// that was its end.
func pathBracket(samples []sample) []inferred {
	t := inferred{from: model.FromLastSegment, bracket: true}
	for i := range samples {
		if s := &samples[i]; !s.least && (t.high == 0 || s.waits[model.FromLastSegment] < t.high) {
			t.high = s.waits[model.FromLastSegment]
		}
	}
	if t.high == 0 {
		return nil // nothing was ever forgotten
	}
	for i := range samples {
		s := &samples[i]
		if v := s.waits[model.FromLastSegment]; !s.least {
			t.samples++
		} else if v < t.high {
			t.low = max(t.low, v)
			t.samples++
		}
	}
	t.value, t.spread = t.low+(t.high-t.low)/2, (t.high-t.low)/2
	return []inferred{t}
}
