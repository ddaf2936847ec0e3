package parquet

import "encoding/binary"

// thriftReader takes structs of the compact protocol from b, which may be damaged: then
// it is bad, all that it still returns is 0, and nothing is left.
type thriftReader struct {
	b   []byte
	bad bool
}

// deepest is how many structs and lists may be in each other: those of Parquet are six.
const deepest = 32

func (t *thriftReader) fail() { t.bad, t.b = true, nil }

func (t *thriftReader) octet() byte {
	if len(t.b) == 0 {
		t.fail()
		return 0
	}
	c := t.b[0]
	t.b = t.b[1:]
	return c
}

func (t *thriftReader) unsigned() uint64 {
	v, n := binary.Uvarint(t.b)
	if n <= 0 {
		t.fail()
		return 0
	}
	t.b = t.b[n:]
	return v
}

func (t *thriftReader) signed() int64 {
	v := t.unsigned()
	return int64(v>>1) ^ -int64(v&1)
}

func (t *thriftReader) text() string {
	n := t.unsigned()
	if n > uint64(len(t.b)) {
		t.fail()
		return ""
	}
	s := string(t.b[:n])
	t.b = t.b[n:]
	return s
}

// list begins a list and returns how many elements follow, each of an octet at least.
func (t *thriftReader) list() (n int, kind byte) {
	head := t.octet()
	count := uint64(head >> 4)
	if count == 15 {
		count = t.unsigned()
	}
	if count > uint64(len(t.b)) {
		t.fail()
		return 0, 0
	}
	return int(count), head & 15
}

// structs takes a list of structs, each by one call of visit.
func (t *thriftReader) structs(visit func()) {
	n, kind := t.list()
	if n > 0 && kind != typeStruct {
		t.fail()
	}
	for range n {
		if t.bad {
			return
		}
		visit()
	}
}

// fields takes a struct: visit takes the value of each field, or leaves it and returns
// false.
func (t *thriftReader) fields(visit func(id int64, kind byte) bool) { t.fieldsWithin(deepest, visit) }

func (t *thriftReader) fieldsWithin(deep int, visit func(id int64, kind byte) bool) {
	last := int64(0)
	for !t.bad {
		head := t.octet()
		if head == 0 {
			return
		}
		if step := head >> 4; step == 0 {
			last = t.signed()
		} else {
			last += int64(step)
		}
		if kind := head & 15; !visit(last, kind) {
			t.skip(kind, deep-1)
		}
	}
}

// skip leaves out a value.
func (t *thriftReader) skip(kind byte, deep int) {
	if deep <= 0 {
		t.fail()
	}
	switch kind {
	case typeTrue, typeFalse:
	case typeByte:
		t.octet()
	case 4, typeInt32, typeInt64: // 4 is a number of 16 bits
		t.unsigned()
	case 7: // a floating-point number
		if len(t.b) < 8 {
			t.fail()
			return
		}
		t.b = t.b[8:]
	case typeBinary:
		_ = t.text()
	case typeList, 10: // 10 is a set
		n, element := t.list()
		for range n {
			if t.bad {
				return
			}
			if element == typeTrue || element == typeFalse {
				t.octet()
			} else {
				t.skip(element, deep-1)
			}
		}
	case typeStruct:
		t.fieldsWithin(deep, func(int64, byte) bool { return false })
	default:
		t.fail()
	}
}
