package seqnum

import "testing"

func TestBefore(t *testing.T) {
	for _, c := range []struct {
		v, w   Value
		before bool
	}{
		{0, 0, false},
		{0, 1, true},
		{1, 0, false},
		{0xffffffff, 0, true}, // across the wrap
		{0, 0xffffffff, false},
		{0x7fffffff, 0xfffffffe, true}, // just under half the space
	} {
		if got := c.v.Before(c.w); got != c.before {
			t.Errorf("%#x.Before(%#x) = %v, want %v", c.v, c.w, got, c.before)
		}
	}
}

func TestUnwrap(t *testing.T) {
	for _, c := range []struct {
		v, base Value
		near    Offset
		want    Offset
	}{
		{100, 100, 0, 0},
		{99, 100, 0, -1}, // a keep-alive before the first octet
		{5, 0xfffffff0, 0, 21},
		{5, 0xfffffff0, 1 << 32, 1<<32 + 21},         // one wrap later
		{0xffffffff, 0, 1 << 33, 1<<33 - 1},          // just before the second wrap
		{0x80000010, 0, 0x80000000, 0x80000010},      // past half the space
		{0x10, 0, 0xfffffff0, 1<<32 + 0x10},          // forward over the wrap
		{0xfffffff0, 0, 1<<32 + 0x10, 0xfffffff0},    // an old segment from before it
		{0xfffffff0, 0xfffffff0, -5, 0},              // near may be negative
		{0x7ffffff0, 0, 5 << 32, 5<<32 + 0x7ffffff0}, // far, but nearer than a wrap down
	} {
		if got := Unwrap(c.v, c.base, c.near); got != c.want {
			t.Errorf("Unwrap(%#x, %#x, %#x) = %#x, want %#x", c.v, c.base, c.near, got, c.want)
		}
	}
}
