package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	beam.RegisterDoFn(&scanFn{})
	beam.RegisterDoFn(&overlapFn{})
	beam.RegisterDoFn(&scanUnitFn{})
	beam.RegisterDoFn(&planFn{})
	register.Emitter2[[]byte, []byte]()
	register.Emitter1[[]byte]()
}

// facts are what a scan tells the plan.
type facts struct {
	Files []FileFacts
	Unit  UnitFacts
}

// scanFn reads captures, each by itself, for what all workers are to know of each, and for
// the streams of each 4-tuple.
type scanFn struct{ Settings Settings }

func (f *scanFn) ProcessElement(ctx context.Context, task Task, emit func(int, []byte), log func([]byte, []byte)) error {
	return f.Settings.scan(ctx, Unit{Files: []int{task.Index}}, []string{task.File}, false, emit, log)
}

func (s *Settings) scan(ctx context.Context, u Unit, names []string, merged bool, emit func(int, []byte), log func([]byte, []byte)) error {
	out, err := scan(ctx, s, u, names)
	if err != nil {
		return err
	}
	text, err := encodeJSON(&facts{out.files, out.unit})
	if err != nil {
		return err
	}
	factsCost.add(ctx, intKey+len(text))
	emit(0, text)
	head := binary.AppendUvarint([]byte{0}, uint64(u.Files[0]))
	if merged {
		head[0] = 1
	}
	for tuple, l := range out.keys {
		key, value := tuple.key(), append(slices.Clone(head), l.B...)
		logsCost.add(ctx, len(key)+len(value))
		log(key, value)
	}
	return nil
}

// overlapFn finds captures that overlap in time.
type overlapFn struct{ Names []string }

func (f *overlapFn) ProcessElement(_ int, values func(*[]byte) bool, emit func(int, []byte)) error {
	all, err := decodeFacts(values)
	if err != nil {
		return err
	}
	var files []FileFacts
	for _, one := range all {
		files = append(files, one.Files...)
	}
	for _, u := range overlapping(files) {
		if len(u.Files) == 1 {
			continue
		}
		text, err := encodeJSON(&u)
		if err != nil {
			return err
		}
		emit(u.Files[0], text)
	}
	return nil
}

func decodeFacts(values func(*[]byte) bool) (all []*facts, err error) {
	var text []byte
	for values(&text) {
		one, err := decodeJSON[facts](text)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// scanUnitFn is scanFn of captures that overlap.
type scanUnitFn struct {
	Settings Settings
	Names    []string
}

func (f *scanUnitFn) ProcessElement(ctx context.Context, _ int, text []byte, emit func(int, []byte), log func([]byte, []byte)) error {
	u, err := decodeJSON[Unit](text)
	if err != nil {
		return err
	}
	return f.Settings.scan(ctx, *u, u.names(f.Names), true, emit, log)
}

// names returns those of the captures of u.
func (u *Unit) names(all []string) (names []string) {
	for _, i := range u.Files {
		names = append(names, all[i])
	}
	return names
}

// planFn makes the plan.
type planFn struct {
	Settings Settings
	Names    []string
}

func (f *planFn) ProcessElement(_ int, single, merged func(*[]byte) bool, emitPlan, emitFiles func([]byte), emitUnit, emitPart func(int, []byte)) error {
	alone, err := decodeFacts(single)
	if err != nil {
		return err
	}
	together, err := decodeFacts(merged)
	if err != nil {
		return err
	}
	var files []FileFacts
	for _, one := range alone {
		files = append(files, one.Files...)
	}
	byFirst := map[int]UnitFacts{}
	for _, list := range [][]*facts{alone, together} { // those of units replace those of their first captures
		for _, one := range list {
			byFirst[one.Unit.Unit.Files[0]] = one.Unit
		}
	}
	var units []UnitFacts
	for _, u := range overlapping(files) {
		one := byFirst[u.Files[0]]
		if !slices.Equal(one.Unit.Files, u.Files) {
			return fmt.Errorf("the captures %v were not scanned together", u.names(f.Names))
		}
		units = append(units, one)
	}
	plan, part, err := newPlan(&f.Settings, f.Names, files, units)
	if err != nil {
		return err
	}
	text, err := encodeJSON(plan)
	if err != nil {
		return err
	}
	emitPlan(text)
	if text, err = encodeJSON(part); err != nil {
		return err
	}
	emitFiles(text)
	for i := range plan.Units {
		emitUnit(i, nil)
	}
	none := f.Settings.merge(nil)
	if text, err = none.encode(); err != nil {
		return err
	}
	emitPart(0, text)
	return nil
}

// unitOf returns which unit a file is in.
func (p *Plan) unitOf(file int) int {
	return slices.IndexFunc(p.Units, func(u Unit) bool { return slices.Contains(u.Files, file) })
}

// occurrence is a 4-tuple in a unit.
type occurrence struct {
	unit int
	log  []byte
}

// byUnit orders occurrences.
func byUnit(a, b occurrence) int { return cmp.Compare(a.unit, b.unit) }
