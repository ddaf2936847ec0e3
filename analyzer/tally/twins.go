package tally

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"finwait/analyzer/model"
)

// Two captures that were taken at different places hold the same connections: the addresses,
// ports and initial sequence numbers are the same, and the time. Read side by side, each
// counts twice. Joined, it does where the clocks are so far apart that one begins when the
// other is over.

// twin is a connection as far as others may be the same.
type twin struct {
	key         uint64     // of initial sequence numbers
	ends        uint64     // of addresses and ports
	file        int        // the first that has it, among all that were read
	other       int        // another that has it; noOther for none
	name, twice string     // of both; joined captures are one file of several names
	first, last model.Time // the captured segments in the first file
}

const noOther = -1

func (t twin) compare(o twin) int {
	if t.key != o.key {
		return cmp.Compare(t.key, o.key)
	}
	return cmp.Compare(t.ends, o.ends)
}

// maxTwins bounds how many connections are compared: those with the least keys, which are
// the same ones in every capture.
const maxTwins = 256

// twinSlack is how far the clocks of two captures may differ for connections that are over
// before the other clock shows the time at which they began.
const twinSlack = model.Time(1e9)

// twins are the connections that are compared.
type twins struct {
	kept    []twin // by key
	sampled bool   // there are more
}

// add takes in a connection of a file. Most are passed over after one comparison: enough others
// have a lesser key.
func (t *twins) add(r *model.Record, file int) {
	switch {
	case r.ISNs == 0:
	case len(t.kept) == maxTwins && r.ISNs > t.kept[maxTwins-1].key:
		t.sampled = true
	default:
		name := r.First.File
		if name == "" { // it is not joined
			name = r.File
		}
		t.keep(twin{r.ISNs, r.MixEnds(0), file, noOther, name, "", r.First.Time, r.Last.Time})
	}
}

func (t *twins) keep(v twin) {
	at, known := slices.BinarySearchFunc(t.kept, v, twin.compare)
	if !known {
		if t.kept = slices.Insert(t.kept, at, v); len(t.kept) > maxTwins {
			t.kept, t.sampled = t.kept[:maxTwins], true
		}
		return
	}
	own := &t.kept[at]
	switch {
	case own.other != noOther:
	case v.other != noOther && v.file == own.file:
		own.other, own.twice = v.other, v.twice
	case v.file == own.file && v.name == own.name:
	case v.file == own.file, v.first <= own.last+twinSlack && own.first <= v.last+twinSlack:
		own.other, own.twice = v.file, v.name
	}
}

// merge takes in those of captures before which so many files were read.
func (t *twins) merge(o *twins, files int) {
	t.sampled = t.sampled || o.sampled
	for _, v := range o.kept {
		v.file += files
		if v.other != noOther {
			v.other += files
		}
		t.keep(v)
	}
}

// caveat says which connections count twice; "" where none do.
func (t *twins) caveat() string {
	n := 0
	pairs := map[[2]string]int{}
	for i := range t.kept {
		if v := &t.kept[i]; v.other != noOther {
			n++
			pairs[[2]string{v.name, v.twice}]++
		}
	}
	if n == 0 {
		return ""
	}
	most := slices.MaxFunc(slices.SortedFunc(maps.Keys(pairs), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }),
		func(a, b [2]string) int { return cmp.Compare(pairs[a], pairs[b]) })
	who, more := fmt.Sprintf("%d connections count", n), ""
	switch {
	case t.sampled:
		who = fmt.Sprintf("of a sample of %d connections %d count", len(t.kept), n)
	case n == 1:
		who = "1 connection counts"
	}
	if others := len(pairs) - 1; others > 0 {
		more = fmt.Sprintf(" (other pairs of captures likewise: %d)", others)
	}
	return fmt.Sprintf("%s twice: %s and %s hold the same ones, with the same addresses, ports and initial sequence numbers%s; finwait pair compares two such captures",
		who, most[0], most[1], more)
}
