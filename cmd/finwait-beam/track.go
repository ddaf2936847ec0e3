package main

import (
	"context"
	"encoding/binary"
	"io"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

func init() {
	beam.RegisterDoFn(&trackFn{})
}

// trackFn follows the connections that lie within one unit, and hands on the packets of
// the others.
type trackFn struct {
	Settings Settings
	Names    []string
}

// tracking is the work on one unit.
type tracking struct {
	*follower
	unit    *Unit
	streams uint32            // before the unit
	common  map[tuple]*handOn // 4-tuples that other units have, too
	opens   []int             // the frames of the unit that open streams on them, in order
	opened  uint32            // how many of those came
	pending int               // octets that are not handed on yet
	emit    func([]byte, []byte)
	ctx     context.Context
	chunk   uint64
}

// handOn is packets of a 4-tuple on their way.
type handOn struct{ encoder }

// ProcessElement reads the captures of a unit again.
func (f *trackFn) ProcessElement(ctx context.Context, unit int, exists, common func(*[]byte) bool, plan, bases []byte, emitPart func(int, []byte), emit func([]byte, []byte)) error {
	p, err := decodeJSON[Plan](plan)
	if err != nil {
		return err
	}
	counts, err := decodeJSON[[]uint32](bases)
	if err != nil {
		return err
	}
	t := &tracking{unit: &p.Units[unit], emit: emit, ctx: ctx}
	if len(*counts) == 0 {
		return errWire
	}
	t.streams = (*counts)[min(unit, len(*counts)-1)]
	if err := t.readCommon(common); err != nil {
		return err
	}
	err = write(ctx, f.Settings.part(unit), func(w io.Writer) error {
		h := f.Settings.handler(w)
		t.follower = newFollower(&f.Settings, p, h.Record)
		t.base = int64(t.unit.Base)
		if err := t.read(ctx, &f.Settings, f.Names); err != nil {
			return err
		}
		if err := t.finish(); err != nil {
			return err
		}
		return h.Close(new(model.Summary))
	})
	if err != nil {
		return err
	}
	t.flush()
	text, err := t.part(unit).encode()
	if err != nil {
		return err
	}
	partsCost.add(ctx, intKey+len(text))
	emitPart(unit/groupSize, text)
	return nil
}

// readCommon takes in which 4-tuples are followed elsewhere.
func (t *tracking) readCommon(values func(*[]byte) bool) error {
	t.common = map[tuple]*handOn{}
	var b []byte
	for values(&b) {
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			return errWire
		}
		key, err := parseTuple(b[1 : 1+b[0]])
		if err != nil {
			return err
		}
		t.common[key] = new(handOn)
		for rest := b[1+b[0]:]; len(rest) > 0; {
			frame, n := binary.Uvarint(rest)
			if n <= 0 {
				return errWire
			}
			t.opens, rest = append(t.opens, int(frame)), rest[n:]
		}
	}
	slices.Sort(t.opens)
	return nil
}

func (t *tracking) read(ctx context.Context, s *Settings, names []string) error {
	if t.unit.HasNow {
		t.tracker.Advance(frame.Time(t.unit.Now))
	}
	o := s.options()
	own := t.unit.names(names)
	o.Open = opener(ctx, own...)
	driver.Scan(ctx, own, o, t.see)
	return ctx.Err()
}

// see takes in a packet of the unit.
func (t *tracking) see(p *driver.Scanned) {
	if p.Skip == segment.NotPacket {
		return
	}
	at := frame.Time(p.Frame.Time)
	if p.Skip != segment.Decoded && p.Skip != segment.ICMPError {
		t.tracker.Advance(at)
		return
	}
	file := t.unit.Files[p.File]
	p.Segment.Path.Interface = t.plan.interfaceID(file, p.Interface)
	one := Packet{
		Frame: frame.Frame{Number: t.unit.Base + p.Frame.Number, Time: at}, Now: at, File: file,
		Quote: p.Skip == segment.ICMPError, Segment: *p.Segment,
	}
	key, greater := tupleOf(p.Segment)
	to := t.common[key]
	if to == nil {
		t.add(&one)
		if t.follower.opened() {
			t.numbers = append(t.numbers, t.streams+uint32(len(t.numbers))+t.opened)
		}
		return
	}
	t.tracker.Advance(at)
	if _, found := slices.BinarySearch(t.opens, p.Frame.Number); found {
		one.Opens, one.Stream = true, t.streams+uint32(len(t.numbers))+t.opened
		t.opened++
	}
	one.Now, _ = t.tracker.Now()
	before := len(to.B)
	to.add(&one, greater)
	if t.pending += len(to.B) - before; len(to.B) > maxChunk {
		t.handOn(key, to)
	} else if t.pending > maxPending {
		t.flush()
	}
}

const (
	maxChunk   = 256 << 10
	maxPending = 128 << 20
)

// handOn emits what there is of a 4-tuple: behind the number of the unit and of the chunk.
func (t *tracking) handOn(key tuple, h *handOn) {
	unit := uint64(t.unit.Base)
	head := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, unit), t.chunk)
	t.chunk++
	to, value := key.key(), append(head, squeeze(h.B)...)
	acrossCost.add(t.ctx, len(to)+len(value))
	t.emit(to, value)
	t.pending -= len(h.B)
	h.encoder = encoder{}
}

func (t *tracking) flush() {
	for key, h := range t.common {
		if len(h.B) > 0 {
			t.handOn(key, h)
		}
	}
}
