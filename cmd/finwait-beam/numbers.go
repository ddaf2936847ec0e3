package main

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"finwait/reassembly/stream"
)

func init() {
	beam.RegisterDoFn(&numbersFn{})
	beam.RegisterDoFn(&countFn{})
	beam.RegisterDoFn(&basesFn{})
	beam.RegisterDoFn(&zeroFn{})
	register.Emitter2[int, int]()
}

// numbersFn finds the frames that open streams on a 4-tuple, of which it counts those of
// each unit, and tells the units about 4-tuples that occur in several.
type numbersFn struct {
	plan   *Plan
	unitOf []int // by file
}

func (f *numbersFn) ProcessElement(ctx context.Context, key []byte, values func(*[]byte) bool, plan []byte, emit func(int, []byte), count func(int, int)) error {
	if err := f.prepare(plan); err != nil {
		return err
	}
	t, err := parseTuple(key)
	if err != nil {
		return err
	}
	list, err := f.occurrences(values)
	if err != nil {
		return err
	}
	slices.SortFunc(list, byUnit)
	index := stream.NewIndex()
	for _, o := range list {
		opens, err := openings(index, o.log, t)
		if err != nil {
			return err
		}
		for range opens {
			count(o.unit, 1)
		}
		if len(list) == 1 {
			continue
		}
		out := append([]byte{byte(len(key))}, key...)
		for _, frame := range opens {
			out = binary.AppendUvarint(out, uint64(frame))
		}
		numbersCost.add(ctx, intKey+len(out))
		emit(o.unit, out)
	}
	return nil
}

func (f *numbersFn) prepare(text []byte) (err error) {
	if f.plan != nil {
		return nil
	}
	if f.plan, err = decodeJSON[Plan](text); err != nil {
		return err
	}
	f.unitOf = make([]int, len(f.plan.Names))
	for i, u := range f.plan.Units {
		for _, file := range u.Files {
			f.unitOf[file] = i
		}
	}
	return nil
}

// occurrences returns where a 4-tuple occurs: of captures that overlap what was seen of
// them together.
func (f *numbersFn) occurrences(values func(*[]byte) bool) (list []occurrence, err error) {
	var log []byte
	for values(&log) {
		if len(log) < 2 {
			return nil, errWire
		}
		file, n := binary.Uvarint(log[1:])
		if n <= 0 || file >= uint64(len(f.unitOf)) {
			return nil, errWire
		}
		unit := f.unitOf[file]
		if merged := log[0] == 1; merged != (len(f.plan.Units[unit].Files) > 1) {
			continue
		}
		list = append(list, occurrence{unit, slices.Clone(log[1+n:])})
	}
	return list, nil
}

// openings returns the frames of a unit that open streams on a 4-tuple.
func openings(index *stream.Index, log []byte, t tuple) (frames []int, err error) {
	if len(log) == 0 {
		return nil, nil
	}
	d, err := newDecoder(log, t)
	if err != nil {
		return nil, err
	}
	for {
		p, ok, err := d.next()
		if !ok || err != nil {
			return frames, err
		}
		before := index.Len()
		if p.Quote {
			index.Quote(&p.Segment)
		} else {
			index.Number(&p.Segment)
		}
		if index.Len() > before {
			frames = append(frames, p.Frame.Number)
		}
	}
}

// countFn makes what was counted of units elements of one group.
type countFn struct{}

func (countFn) ProcessElement(unit, n int, emit func(int, []byte)) {
	emit(0, binary.AppendUvarint(binary.AppendUvarint(nil, uint64(unit)), uint64(n)))
}

// zeroFn counts nothing, so that there is a count also where no stream is opened.
type zeroFn struct{}

func (zeroFn) ProcessElement(_ []byte, emit func(int, int)) { emit(0, 0) }

// basesFn says how many streams are opened before each unit; the last number holds for
// all units behind, which open none.
type basesFn struct{}

func (basesFn) ProcessElement(_ int, values func(*[]byte) bool, emit func([]byte)) error {
	var counts []uint32
	var b []byte
	for values(&b) {
		unit, k := binary.Uvarint(b)
		n, _ := binary.Uvarint(b[max(k, 0):])
		for uint64(len(counts)) <= unit {
			counts = append(counts, 0)
		}
		counts[unit] += uint32(n)
	}
	sum := uint32(0)
	for i, n := range counts {
		counts[i] = sum
		sum += n
	}
	text, err := encodeJSON(append(counts, sum))
	if err != nil {
		return err
	}
	emit(text)
	return nil
}
