package parquettest

// first returns the first leaf below f, whose levels tell of f too.
func (f *field) first() *field {
	for f.leaf == nil {
		f = f.inner[0]
	}
	return f
}

// next takes the next value of f from its leaves.
func (f *field) next() any {
	if first := f.first(); first.leaf.def[first.level] < f.def {
		f.skip()
		return nil
	}
	if f.leaf != nil {
		v := f.leaf.values[f.value]
		f.value, f.level = f.value+1, f.level+1
		return v
	}
	if f.logical[3] != nil {
		return f.elements()
	}
	m := map[string]any{}
	for _, inner := range f.inner {
		m[inner.name] = inner.next()
	}
	return m
}

// skip passes a null in each leaf below f.
func (f *field) skip() {
	for _, l := range f.leaves(nil) {
		l.level++
	}
}

// elements takes a list.
func (f *field) elements() []any {
	list, first := []any{}, f.first()
	repeated := f.inner[0]
	if first.leaf.def[first.level] < repeated.def {
		f.skip()
		return list
	}
	for {
		list = append(list, repeated.inner[0].next())
		if first.level == len(first.leaf.rep) || first.leaf.rep[first.level] < repeated.rep {
			return list
		}
	}
}
