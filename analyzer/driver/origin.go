package driver

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
)

// interfaces numbers the capture interfaces of an analysis, whatever files they
// are in, in the order in which they are seen.
type interfaces struct {
	mu    sync.Mutex // names are looked up beside the tracking
	names []string
}

// id returns the number of the interface of a packet from in.
func (f *interfaces) id(in *input, p *capture.Packet) uint16 {
	if p.Interface < len(in.ids) && in.ids[p.Interface] != 0 {
		return in.ids[p.Interface] - 1
	}
	return f.meet(in, p.Interface)
}

// meet is id of an interface that was not met before.
func (f *interfaces) meet(in *input, i int) uint16 {
	if i >= len(in.interfaces()) {
		return 0 // what is no packet may stand before all descriptions
	}
	for len(in.ids) <= i {
		in.ids = append(in.ids, 0)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.names) == math.MaxUint16 {
		return math.MaxUint16 // beyond what can be told apart: without a name
	}
	f.names = append(f.names, in.interfaceName(i))
	in.ids[i] = uint16(len(f.names))
	return in.ids[i] - 1
}

// name returns what the capture calls an interface; null where it does not.
func (f *interfaces) name(id uint16) *string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if int(id) >= len(f.names) || f.names[id] == "" {
		return nil
	}
	return &f.names[id]
}

// origins tells from which input each frame of a merge came. Frames of one input
// in a row share an entry, and rows that nobody can ask for any more are
// forgotten: what it holds grows with the live connections, not with the capture.
type origins struct {
	starts []origin
	limit  int // how many rows there may be before some are forgotten

	// named tells which of the frames so far may be asked for; nil stands for none.
	named func(visit func(frame int64))
}

type origin struct {
	frame int64 // the first of the row
	input uint32
}

// minOrigins is how many rows are not worth forgetting: half a mebioctet.
const minOrigins = 1 << 16

func (o *origins) add(frame int, input int) {
	n := len(o.starts)
	if o.named == nil || n > 0 && o.starts[n-1].input == uint32(input) {
		return
	}
	if n >= max(o.limit, minOrigins) {
		o.forget()
	}
	o.starts = append(o.starts, origin{int64(frame), uint32(input)})
}

// forget keeps the rows of named frames, and the last. The next time comes after
// as many new rows as it took steps, so that its share of a frame is bounded.
func (o *origins) forget() {
	keep := make([]bool, len(o.starts))
	keep[len(keep)-1] = true
	steps := len(keep)
	o.named(func(frame int64) {
		keep[o.row(frame)] = true
		steps++
	})
	kept := o.starts[:0]
	for i, e := range o.starts {
		if keep[i] && (len(kept) == 0 || kept[len(kept)-1].input != e.input) {
			kept = append(kept, e)
		}
	}
	o.starts, o.limit = kept, len(kept)+steps
}

// row returns the index of the row that a frame is in.
func (o *origins) row(frame int64) int {
	i, found := slices.BinarySearchFunc(o.starts, frame, func(e origin, f int64) int { return cmp.Compare(e.frame, f) })
	if !found {
		i--
	}
	return max(i, 0)
}

// input returns the input of a frame, which must have been added and named since.
func (o *origins) input(frame int64) int { return int(o.starts[o.row(frame)].input) }

// nameFiles tells which of the files the evidence is in.
func (m *merge) nameFiles(r *model.Record) {
	if len(m.inputs) < 2 {
		return
	}
	nameFrames(r, func(frame int64) (string, int64) { return m.inputs[m.origins.input(frame)].file, frame })
}

// nameFrames fills in the files of a record's evidence, and its frames as at names them.
func nameFrames(r *model.Record, at func(frame int64) (file string, name int64)) {
	point := func(file *string, frame *int64) {
		if frame != nil {
			*file, *frame = at(*frame)
		}
	}
	point(&r.First.File, &r.First.Frame)
	point(&r.Last.File, &r.Last.Frame)
	r.File = r.First.File
	for _, fin := range []*model.FIN{r.FIN.Client, r.FIN.Server} {
		if fin != nil {
			point(&fin.File, fin.Frame)
			point(&fin.ACKFile, fin.ACKFrame)
		}
	}
	if r.RST != nil {
		point(&r.RST.File, &r.RST.Frame)
		point(&r.RST.ReplyToFile, r.RST.ReplyTo)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		for k := range f.Frames {
			file, name := at(f.Frames[k])
			f.Files, f.Frames[k] = append(f.Files, file), name
		}
	}
	for _, stays := range [][]model.Stay{r.States.Client, r.States.Server} {
		for i := range stays {
			point(&stays[i].File, &stays[i].Frame)
		}
	}
}
