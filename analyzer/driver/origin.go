package driver

import (
	"math"
	"slices"
	"sync"

	"finwait/analyzer"
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
	for len(in.ids) <= p.Interface {
		in.ids = append(in.ids, 0)
	}
	if in.ids[p.Interface] == 0 {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.names) == math.MaxUint16 {
			return math.MaxUint16 // beyond what can be told apart: without a name
		}
		f.names = append(f.names, in.interfaceName(p.Interface))
		in.ids[p.Interface] = uint16(len(f.names))
	}
	return in.ids[p.Interface] - 1
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
// in a row share an entry: rotated files cost one each, captures that alternate
// with every packet 8 octets a packet.
type origins struct {
	starts []origin
}

type origin struct {
	frame uint32 // the first of the row
	input uint32
}

func (o *origins) add(frame int, input int) {
	if n := len(o.starts); n == 0 || o.starts[n-1].input != uint32(input) {
		o.starts = append(o.starts, origin{uint32(frame), uint32(input)})
	}
}

// input returns the input of a frame, which must have been added.
func (o *origins) input(frame int64) int {
	i, found := slices.BinarySearchFunc(o.starts, frame, func(e origin, f int64) int { return int(int64(e.frame) - f) })
	if !found {
		i--
	}
	return int(o.starts[max(i, 0)].input)
}

// nameFiles fills in the files of a record's evidence.
func (m *merge) nameFiles(r *analyzer.Record) {
	if len(m.inputs) < 2 {
		return
	}
	file := func(frame int64) string { return m.inputs[m.origins.input(frame)].file }
	r.First.File, r.Last.File = file(r.First.Frame), file(r.Last.Frame)
	r.File = r.First.File
	for _, fin := range []*analyzer.FIN{r.FIN.Client, r.FIN.Server} {
		if fin != nil && fin.Frame != nil {
			fin.File = file(*fin.Frame)
		}
	}
	if r.RST != nil {
		r.RST.File = file(r.RST.Frame)
	}
	for _, stays := range [][]analyzer.Stay{r.States.Client, r.States.Server} {
		for i := range stays {
			stays[i].File = file(stays[i].Frame)
		}
	}
}
