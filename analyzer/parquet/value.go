package parquet

import (
	"errors"
	"slices"
)

// leaf is a column of the row group that was loaded, and how far it was taken.
type leaf struct {
	def, rep        uint8 // the greatest levels
	physical, scale int64

	defs, reps []uint8 // the latter where there can be any but 0
	level      int     // those taken
	value      int     // values taken

	ints    []int64
	doubles []float64
	bools   []bool
	texts   []string
	bad     bool // more was asked for than there is
}

// reset forgets what was loaded.
func (l *leaf) reset() {
	l.defs, l.reps, l.level, l.value, l.bad = l.defs[:0], l.reps[:0], 0, 0, false
	l.ints, l.doubles, l.bools, l.texts = l.ints[:0], l.doubles[:0], l.bools[:0], l.texts[:0]
}

// values returns how many there are, nulls aside.
func (l *leaf) values() int { return len(l.ints) + len(l.doubles) + len(l.bools) + len(l.texts) }

// mostOfRow returns how many values, with nulls, the row has that has most.
func (l *leaf) mostOfRow() (most int) {
	n := 0
	for _, rep := range l.reps {
		if n++; rep == 0 {
			n = 1
		}
		most = max(most, n)
	}
	return most
}

// next returns the definition level at which the leaf stands.
func (l *leaf) next() uint8 {
	if l.level >= len(l.defs) {
		l.bad = true
		return 0
	}
	return l.defs[l.level]
}

// pass takes a level without value.
func (l *leaf) pass() {
	if l.level < len(l.defs) && l.defs[l.level] == l.def {
		l.bad = true // there is a value where others have none
	}
	l.level++
}

// index returns which value comes next.
func (l *leaf) index(values int) (i int, ok bool) {
	if l.next() != l.def || l.value >= values {
		l.bad, l.level = true, l.level+1
		return 0, false
	}
	l.value++
	l.level++
	return l.value - 1, true
}

// IsNull reports whether there is no value; Skip takes it then.
func (f *Field) IsNull() bool { return f.first.next() < f.def }

// Skip passes a value, whatever it is.
func (f *Field) Skip() {
	if f.IsNull() {
		for _, l := range f.all {
			l.pass()
		}
		return
	}
	switch f.Type {
	case Group:
		for _, child := range f.Children {
			child.Skip()
		}
	case List:
		f.Elements(func(element *Field) { element.Skip() })
	default:
		f.leaf.index(f.leaf.values())
	}
}

// Int takes the value of an Int64 or a Timestamp.
func (f *Field) Int() int64 {
	if i, ok := f.leaf.index(len(f.leaf.ints)); ok {
		return f.leaf.ints[i]
	}
	return 0
}

// Double takes the value of a Double.
func (f *Field) Double() float64 {
	if i, ok := f.leaf.index(len(f.leaf.doubles)); ok {
		return f.leaf.doubles[i]
	}
	return 0
}

// Bool takes the value of a Boolean.
func (f *Field) Bool() bool {
	i, ok := f.leaf.index(len(f.leaf.bools))
	return ok && f.leaf.bools[i]
}

// Text takes the value of a String.
func (f *Field) Text() string {
	if i, ok := f.leaf.index(len(f.leaf.texts)); ok {
		return f.leaf.texts[i]
	}
	return ""
}

// readable reports whether all in f is of a type that is read.
func (f *Field) readable() bool {
	return f.Type != unknown && !slices.ContainsFunc(f.Children, func(child *Field) bool { return !child.readable() })
}

// Elements takes a List: each element by one call of take.
func (f *Field) Elements(take func(element *Field)) {
	element := f.Children[0]
	repeats := f.rep + 1
	if f.first.next() <= f.def {
		for _, l := range f.all {
			l.pass()
		}
		return
	}
	for {
		before := f.first.level
		take(element)
		l := f.first
		if l.bad || l.level <= before || l.level >= len(l.reps) || l.reps[l.level] < repeats {
			return
		}
	}
}

var errLevels = errors.New("columns that do not agree on which values there are")

// Err returns what is wrong with what was taken; it is asked for once all was taken.
func (r *Reader) Err(fields []*Field) error {
	for _, f := range fields {
		for _, l := range f.all {
			if l.bad || l.level != len(l.defs) {
				return errLevels
			}
		}
	}
	return nil
}
