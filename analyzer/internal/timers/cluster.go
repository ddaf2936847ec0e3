package timers

import (
	"cmp"
	"math"
	"slices"

	"finwait/analyzer/model"
)

const (
	minSamples = 3
	resolution = model.Seconds(1e6) // waits that differ by less do not differ
)

// wait is the wait of one connection from one reference.
type wait struct {
	v     model.Seconds
	id    int           // which connection
	reach model.Seconds // waits from v on that agree are longer by this at most
}

func newWait(v model.Seconds, id int) wait { return wait{v, id, 2 * tolerance(v)} }

// compare orders waits by their length; no two are the same.
func (w wait) compare(o wait) int { return cmp.Or(cmp.Compare(w.v, o.v), cmp.Compare(w.id, o.id)) }

// cluster is a set of waits that agree.
type cluster struct {
	waits []wait // in order of length
}

func (c *cluster) low() model.Seconds  { return c.waits[0].v }
func (c *cluster) high() model.Seconds { return c.waits[len(c.waits)-1].v }

// value is the median, and of two in the middle the lower: a timer fires late,
// never early.
func (c *cluster) value() model.Seconds { return c.waits[(len(c.waits)-1)/2].v }

// spread is how far the waits lie to either side of their middle.
func (c *cluster) spread() model.Seconds { return (c.high() - c.low()) / 2 }

// tolerance is how far waits that agree may lie to either side of a value: 2 %,
// or 5 ms where that is more but is not much.
func tolerance(v model.Seconds) model.Seconds {
	return max(v/50, min(model.Seconds(5e6), v/10))
}

// clusters finds the sets of waits that agree; waits are in order of length. A
// set has to stand out: waits of all lengths agree here and there by chance.
func clusters(waits []wait) []cluster {
	var found []cluster
	rest := slices.Clone(waits)
	for _, finer := range [...]int{0, 3} { // a sharp timer may hide among diffuse waits
		candidates := slices.Clone(rest)
		for len(candidates) >= minSamples {
			from, to := densest(candidates, finer)
			if to-from < minSamples {
				break
			}
			c := cluster{slices.Clone(candidates[from:to])}
			candidates = slices.Delete(candidates, from, to)
			c, ok := c.outstanding(rest)
			if ok && !c.trails(found) {
				found = append(found, c)
				rest = remove(rest, c.waits)
			}
		}
	}
	return found
}

// densest returns where the most waits stand that agree within the tolerance, halved as often as
// finer says; of equally many the closest, then the shortest.
func densest(waits []wait, finer int) (from, to int) {
	for i, j := 0, 0; len(waits)-i >= to-from && i < len(waits); i++ {
		reach := waits[i].v + waits[i].reach>>finer
		for j < len(waits) && waits[j].v <= reach {
			j++
		}
		n, best := j-i, to-from
		if n > best || n == best && waits[j-1].v-waits[i].v < waits[to-1].v-waits[from].v {
			from, to = i, j
		}
	}
	return from, to
}

// without returns waits but for those in gone; both are in order.
func without(waits, gone []wait) []wait { return remove(slices.Clone(waits), gone) }

// remove is without in place.
func remove(waits, gone []wait) []wait {
	if len(gone) == 0 {
		return waits
	}
	from, _ := slices.BinarySearchFunc(waits, gone[0], wait.compare)
	to, at := from, from
	for ; at < len(waits) && len(gone) > 0; at++ {
		w := waits[at]
		for len(gone) > 0 && gone[0].compare(w) < 0 {
			gone = gone[1:]
		}
		if len(gone) > 0 && gone[0] == w {
			gone = gone[1:]
			continue
		}
		waits[to] = w
		to++
	}
	return slices.Delete(waits, to, at)
}

// outstanding returns what of c stands out from all waits: its core, or else c
// as it is. A busy machine lets a timer fire late now and then; a few such waits
// do not count against the core from which they were dropped.
func (c *cluster) outstanding(all []wait) (cluster, bool) {
	core := cluster{slices.Clone(c.waits)}
	core.trim()
	if core.standsOut(all) {
		return core, true
	}
	if c.standsOut(all) {
		return *c, true
	}
	late := slices.DeleteFunc(without(c.waits, core.waits), func(w wait) bool { return w.v < core.low() })
	if len(late) == 0 || 3*len(late) > len(core.waits) {
		return core, false
	}
	return core, core.standsOut(without(all, late))
}

// trim drops waits that are far from the others of their cluster.
func (c *cluster) trim() {
	middle := c.value()
	away := func(w wait) model.Seconds { return max(w.v-middle, middle-w.v) }
	byDistance := slices.Clone(c.waits)
	slices.SortFunc(byDistance, func(a, b wait) int { return cmp.Compare(away(a), away(b)) })
	reach := max(4*away(byDistance[len(byDistance)/2]), tolerance(middle)/2)
	c.waits = slices.DeleteFunc(c.waits, func(w wait) bool { return away(w) > reach })
}

// standsOut reports whether so many of all waits would hardly agree so well by
// chance: neither if they were spread evenly over lengths like this one, nor if
// they were as dense here as they are to either side.
func (c *cluster) standsOut(all []wait) bool {
	const (
		unlikely  = 0.01
		unheardOf = 0.00001 // the densest of many places was chosen
		near      = 5       // times the span
	)
	n, v := len(c.waits), c.value()
	if n < minSamples {
		return false
	}
	span := max(c.high()-c.low(), resolution, v/1000)
	below, above := count(all, c.low()-span, c.low()-1), count(all, c.high()+1, c.high()+span)
	if 3*below > n || 2*above > n {
		return false
	}
	wide := count(all, v/2, 2*v)
	chance := float64(span) / (1.5 * float64(v))
	if float64(len(all))*atLeast(wide-1, n-1, chance) > unlikely {
		return false
	}
	sides := max(count(all, c.low()-near*span, c.low()-1), count(all, c.high()+1, c.high()+near*span))
	rate := max(float64(sides)/near, float64(wide-n)*chance)
	return float64(len(all))*crowd(rate, n) <= unheardOf
}

// count returns how many waits are as long as from to to.
func count(waits []wait, from, to model.Seconds) int {
	return max(0, atLeastAs(waits, to+1)-atLeastAs(waits, from))
}

// atLeastAs returns where the waits begin that are as long as v or longer.
func atLeastAs(waits []wait, v model.Seconds) int {
	low, high := 0, len(waits)
	for low < high {
		if middle := (low + high) / 2; waits[middle].v < v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// atLeast bounds from above how likely k or more of n trials succeed.
func atLeast(n, k int, chance float64) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return min(math.Exp(lg(n)-lg(k)-lg(n-k)+float64(k)*math.Log(chance)), 1)
}

// crowd returns how likely n events are where rate are expected, or 1 where no
// fewer are.
func crowd(rate float64, n int) float64 {
	if float64(n) <= rate {
		return 1
	}
	lg, _ := math.Lgamma(float64(n) + 1)
	return math.Exp(float64(n)*math.Log(rate) - rate - lg)
}

// trails reports whether c is what came late of another timer's firings: few,
// and soon after many.
func (c *cluster) trails(found []cluster) bool {
	for i := range found {
		f := &found[i]
		if c.low() > f.low() && c.value() < f.value()+f.value()/4 && 5*len(c.waits) < len(f.waits) {
			return true
		}
	}
	return false
}
