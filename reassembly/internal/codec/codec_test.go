package codec

import (
	"errors"
	"math"
	"testing"
)

type inner struct {
	on    bool
	octet [5]byte
	list  [3]int16
}

type outer struct {
	a uint8
	b uint64
	c int64
	d [2]inner
	e int32
	f uint16
	g int8
	h uint32
}

// What was encoded is decoded the same, and every octet less is an error.
func TestValues(t *testing.T) {
	typ := TypeOf[outer]()
	for _, want := range []outer{
		{},
		{255, math.MaxUint64, math.MinInt64, [2]inner{{true, [5]byte{1, 2, 3, 4, 5}, [3]int16{-1, math.MaxInt16, math.MinInt16}}, {}}, math.MinInt32, math.MaxUint16, -128, math.MaxUint32},
	} {
		b := typ.Append([]byte("x"), &want)[1:]
		var got outer
		rest, err := typ.Decode(append(b, 'y'), &got)
		if err != nil || string(rest) != "y" || got != want {
			t.Errorf("%+v became %+v, %q, %v", want, got, rest, err)
		}
		for n := range b {
			if _, err := typ.Decode(b[:n], &got); !errors.Is(err, ErrShort) {
				t.Errorf("%d of %d octets: %v", n, len(b), err)
			}
		}
	}
}

// A number that is too large for its field is damage, and so is a bool that is none.
func TestDamage(t *testing.T) {
	small, large := TypeOf[struct{ v uint16 }](), TypeOf[struct{ v uint64 }]()
	var v struct{ v uint16 }
	if _, err := small.Decode(large.Append(nil, &struct{ v uint64 }{1 << 16}), &v); !errors.Is(err, ErrShort) {
		t.Error(err)
	}
	if _, err := TypeOf[struct{ v bool }]().Decode([]byte{2}, new(struct{ v bool })); !errors.Is(err, ErrShort) {
		t.Error(err)
	}
	if small.Hash == large.Hash {
		t.Error("different layouts have the same hash")
	}
}
