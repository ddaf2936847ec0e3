package codec

import (
	"errors"
	"math"
	"reflect"
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

// parts are appended and read by methods of the same names.
func appendParts(e *Encoder) {
	e.Unsigned(math.MaxUint64)
	e.Signed(math.MinInt64)
	e.Octet(7)
	e.Flag(true)
	e.Flags(true, false, true)
	e.Fixed([]byte{1, 2, 3})
	e.Octets([]byte("octets"))
	e.Text("text")
}

func readParts(d *Decoder) (got []any) {
	var flags [3]bool
	got = append(got, d.Unsigned(), d.Signed(), d.Octet(), d.Flag())
	d.Flags(&flags[0], &flags[1], &flags[2])
	return append(got, flags, string(d.Fixed(3)), string(d.Octets(6)), d.Text())
}

// Parts come back as they were appended. Where octets are missing that is an error, and
// what is read behind it is nothing.
func TestParts(t *testing.T) {
	var e Encoder
	appendParts(&e)
	d := Decoder{B: e.B}
	want := []any{uint64(math.MaxUint64), int64(math.MinInt64), byte(7), true, [3]bool{true, false, true}, "\x01\x02\x03", "octets", "text"}
	if got := readParts(&d); !reflect.DeepEqual(got, want) || d.Err != nil || len(d.B) != 0 {
		t.Errorf("%v became %v, %v; %d octets are left", want, got, d.Err, len(d.B))
	}
	for n := range e.B {
		d := Decoder{B: e.B[:n]}
		got := readParts(&d)
		if !errors.Is(d.Err, ErrShort) || got[len(got)-1] != "" {
			t.Errorf("%d of %d octets: %v, %v", n, len(e.B), got, d.Err)
		}
	}
}

// What says how many follow is not believed beyond what there is.
func TestCounts(t *testing.T) {
	var e Encoder
	e.Unsigned(3)
	for _, c := range []struct {
		behind string
		want   int
	}{{"abc", 3}, {"ab", 0}} {
		d := Decoder{B: append([]byte(nil), string(e.B)+c.behind...)}
		if n := d.Count(); n != c.want || (d.Err == nil) != (c.want > 0) {
			t.Errorf("%q: %d, %v", c.behind, n, d.Err)
		}
	}
	if d := (Decoder{B: []byte("\x06octets")}); d.Octets(5) != nil || !errors.Is(d.Err, ErrShort) {
		t.Error("more octets than there may be")
	}
}
