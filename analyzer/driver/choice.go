package driver

import (
	"math"
	"net/netip"
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// Choice is the connections of a Run of which the frames are wanted.
type Choice struct {
	joined    bool
	streams   map[choiceKey][]span
	reopened  map[choiceKey][]int64 // the first frames of the records of a stream that has several
	fragments bool
	files     []*model.FileInfo // that were read
	latest    map[choiceTuple]stored
}

// choiceTuple is a 4-tuple of a capture, the smaller end first.
type choiceTuple struct {
	file string
	ends [2]netip.AddrPort
}

// stored is where the latest record on a 4-tuple was found.
type stored struct {
	key choiceKey
	span
}

type choiceKey struct {
	file   string // "" where captures are joined
	stream uint32
}

// span is from the first to the last frame of a record.
type span struct{ first, last int64 }

// NewChoice returns a Choice of nothing. joined is as in Options.
func NewChoice(joined bool) *Choice {
	return &Choice{
		joined: joined, streams: map[choiceKey][]span{}, reopened: map[choiceKey][]int64{}, latest: map[choiceTuple]stored{},
	}
}

// Look takes every record of the Run, in order, and whether its frames are
// wanted. Those of the incarnation before it are wanted with it where that was still
// in TIME-WAIT, and those of a stream that has the answer to its SYN, or the SYN that it
// answers: what is said of the record depends on them.
func (c *Choice) Look(r *model.Record, wanted bool) {
	found := stored{c.key(r.File, r.Stream), span{r.First.Frame, r.Last.Frame}}
	tuple := choiceTuple{file: found.key.file, ends: [2]netip.AddrPort{r.Client.AddrPort(), r.Server.AddrPort()}}
	if tuple.ends[1].Compare(tuple.ends[0]) < 0 {
		tuple.ends[0], tuple.ends[1] = tuple.ends[1], tuple.ends[0]
	}
	before, ok := c.latest[tuple]
	if r.Caveats.Has(conn.Reopened) {
		if ok && before.key == found.key && c.reopened[found.key] == nil {
			c.reopened[found.key] = []int64{before.first}
		}
		c.reopened[found.key] = append(c.reopened[found.key], found.first)
	}
	if wanted {
		c.add(found)
		if ok && waited(r) {
			c.add(before)
		}
		for i := range r.Findings {
			if f, ok := r.Findings[i].Facts.(interface{ OtherStream() uint32 }); ok {
				c.add(stored{c.key(r.File, f.OtherStream()), span{0, math.MaxInt64}})
			}
		}
	}
	c.latest[tuple] = found
}

func (c *Choice) add(s stored) { c.streams[s.key] = append(c.streams[s.key], s.span) }

// waited reports whether the incarnation before r was still in TIME-WAIT.
func waited(r *model.Record) bool {
	return slices.ContainsFunc(r.Findings, func(f model.Finding) bool { return f.Rule == "FIN303" })
}

// LookFile takes every capture of the Run, in order.
func (c *Choice) LookFile(f *model.FileInfo) {
	c.files = append(c.files, f)
	c.fragments = c.fragments || f.Skipped[segment.Fragment.String()] > 0
}

// Len returns how many streams were chosen.
func (c *Choice) Len() int { return len(c.streams) }

// looked reports whether the Run had come to the nth packet of a file.
func (c *Choice) looked(file int, n int64) bool {
	return file < len(c.files) && n <= c.files[file].Packets
}

func (c *Choice) key(file string, stream uint32) choiceKey {
	if c.joined {
		file = ""
	}
	return choiceKey{file, stream}
}

// holds reports whether a frame of a stream is wanted: any, unless the stream has
// several records, for then perhaps not all were chosen. An ICMP error about one may come
// after its last frame, or before the first frame of all.
func (c *Choice) holds(file string, stream uint32, frame int64) bool {
	key := c.key(file, stream)
	spans, ok := c.streams[key]
	begins := c.reopened[key]
	if !ok || len(begins) == 0 {
		return ok
	}
	i, found := slices.BinarySearch(begins, frame)
	if !found {
		i = max(i-1, 0)
	}
	return slices.ContainsFunc(spans, func(s span) bool { return s.first <= begins[i] && begins[i] <= s.last })
}
