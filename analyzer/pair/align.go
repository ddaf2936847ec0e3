package pair

import (
	"cmp"
	"slices"
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// alignment is what a first look at both captures tells: roughly, how far B's clock is
// before A's, and which capture each host is nearer to.
type alignment struct {
	offset frame.Time
	bounds window // of the offset, by the pair of hosts with the most segments
	known  bool   // there were segments that are in both captures
	near   map[segment.Addr]int
}

// hit is a segment that is in both captures.
type hit struct {
	diff     frame.Time // B's time minus A's
	from, to segment.Addr
	ttl      int // A's minus B's
}

// first is where a segment was seen first.
type first struct {
	at       frame.Time
	from, to segment.Addr
	ttl      uint8
	several  bool // more than once: it tells no time
}

// What the first look takes.
const (
	enoughHits = 512     // of one offset
	mostHits   = 1 << 14 // of any
	mostFirst  = 1 << 17 // segments that are remembered of a capture
	sameOffset = 2 * time.Second
	second     = frame.Time(1e9)

	enoughVotes = 100 // for where a host stands
)

// aligner looks at both captures in turn.
type aligner struct {
	sources [2]*source
	seen    [2]map[uint64]first
	limit   uint64 // only segments with a smaller print are looked at, the same in both captures
	hits    []hit
}

// align reads both captures until it knows how their clocks stand.
func align(sources [2]*source) alignment {
	a := aligner{sources: sources, seen: [2]map[uint64]first{{}, {}}, limit: 1<<64 - 1}
	var count [2]int
	var over [2]bool
	for next := 64; !over[0] || !over[1]; {
		c := 0
		if over[0] || !over[1] && count[1] < count[0] {
			c = 1
		}
		e := sources[c].peek()
		if over[c] = e == nil; over[c] {
			continue
		}
		count[c]++
		a.see(c, e)
		sources[c].advance()
		if len(a.hits) >= next {
			next *= 2
			if n := len(a.cluster()); n >= enoughHits || len(a.hits) >= mostHits {
				break
			}
		}
	}
	return a.result()
}

func (a *aligner) see(c int, e *event) {
	k := e.print()
	if k > a.limit {
		return
	}
	from, to := e.ends[e.side].Addr, e.ends[1-e.side].Addr
	if f, ok := a.seen[c][k]; ok {
		f.several = true
		a.seen[c][k] = f
		return
	}
	a.seen[c][k] = first{at: e.at, from: from, to: to, ttl: e.ttl}
	if o, ok := a.seen[1-c][k]; ok && !o.several {
		h := hit{diff: e.at - o.at, from: o.from, to: o.to, ttl: int(o.ttl) - int(e.ttl)}
		if c == 0 {
			h = hit{diff: o.at - e.at, from: from, to: to, ttl: int(e.ttl) - int(o.ttl)}
		}
		a.hits = append(a.hits, h)
	}
	for len(a.seen[c]) > mostFirst {
		a.thin()
	}
}

// thin forgets half of what was seen, the same half of both captures.
func (a *aligner) thin() {
	a.limit /= 2
	for c := range a.seen {
		for k := range a.seen[c] {
			if k > a.limit {
				delete(a.seen[c], k)
			}
		}
	}
}

// cluster returns the hits whose differences agree, in the order of these.
func (a *aligner) cluster() []hit {
	slices.SortStableFunc(a.hits, func(x, y hit) int { return cmp.Compare(x.diff, y.diff) })
	var best []hit
	for i, j := 0, 0; j < len(a.hits); j++ {
		for a.hits[j].diff.Sub(a.hits[i].diff) > sameOffset {
			i++
		}
		if j+1-i > len(best) {
			best = a.hits[i : j+1]
		}
	}
	return best
}

// result makes of the hits what they tell.
func (a *aligner) result() (out alignment) {
	out.near = map[segment.Addr]int{}
	hits := a.cluster()
	if len(hits) == 0 {
		return out
	}
	out.known = true
	by := map[[2]segment.Addr][]hit{}
	for _, h := range hits {
		by[[2]segment.Addr{h.from, h.to}] = append(by[[2]segment.Addr{h.from, h.to}], h)
	}
	up, low, both := busiest(hits, by)
	switch {
	case both:
		out.offset = low + (up-low)/2
		out.bounds = window{up: up, low: low, hasUp: true, hasLow: true}
	case a.firstAtB(hits):
		out.offset = hits[len(hits)-1].diff
	default:
		out.offset = hits[0].diff
	}
	for _, h := range hits {
		switch n := out.near[h.from]; {
		case h.diff >= out.offset && n < enoughVotes:
			out.near[h.from]++
		case h.diff < out.offset && n > -enoughVotes:
			out.near[h.from]--
		}
	}
	return out
}

// busiest returns the least difference of what the pair of hosts with the most segments
// in its quieter direction sent by way of A, and the greatest of what came by way of B.
func busiest(hits []hit, by map[[2]segment.Addr][]hit) (up, low frame.Time, ok bool) {
	most := 0
	for i := range hits { // in their order: maps have none
		there := by[[2]segment.Addr{hits[i].from, hits[i].to}]
		back := by[[2]segment.Addr{hits[i].to, hits[i].from}]
		if n := min(len(there), len(back)); n > most {
			most = n
			if there[len(there)/2].diff < back[len(back)/2].diff {
				there, back = back, there
			}
			up, low, ok = there[0].diff, back[len(back)-1].diff, true
		}
	}
	return up, low, ok
}

// firstAtB reports whether segments that all went one way came to B first: they had more
// hops to go there, or A holds answers that B does not.
func (a *aligner) firstAtB(hits []hit) bool {
	if t := ttls(hits); t != 0 {
		return t < 0
	}
	answers := [2]int{}
	ways := map[[2]segment.Addr]bool{}
	for _, h := range hits {
		ways[[2]segment.Addr{h.to, h.from}] = true
	}
	for c := range a.seen {
		for _, f := range a.seen[c] {
			if ways[[2]segment.Addr{f.from, f.to}] {
				answers[c]++
			}
		}
	}
	return answers[0] > answers[1]
}

// ttls sums up by how many hops more segments could go at A.
func ttls(hits []hit) (sum int) {
	for i := range hits {
		sum += hits[i].ttl
	}
	return sum
}
