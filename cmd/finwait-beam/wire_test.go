package main

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"finwait/reassembly/segment"
)

// Every field of a packet passes between workers, also those that are new.
func TestPacketsPass(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		var sent []Packet
		var e encoder
		var key tuple
		for i := range 20 {
			var p Packet
			fill(r, reflect.ValueOf(&p).Elem())
			s := &p.Segment
			s.ICMP.Header = s.ICMP.Header && p.Quote
			if p.Frame.Number &= 1<<40 - 1; !p.Quote {
				s.ICMP = segment.ICMP{}
			}
			if !p.Opens {
				p.Stream = 0
			}
			p.File &= 1<<30 - 1
			var greater bool
			if i == 0 {
				if s.Is4 {
					for _, end := range []*segment.Endpoint{&s.Src, &s.Dst} {
						end.Addr = segment.Addr{10: 0xff, 11: 0xff, 12: end.Addr[12], 15: end.Addr[15]}
					}
				}
				key, greater = tupleOf(s)
			} else {
				s.Src, s.Dst, s.Is4 = key.ends[i%2], key.ends[1-i%2], key.is4
				_, greater = tupleOf(s)
			}
			sent = append(sent, p)
			e.add(&p, greater)
		}
		back, err := parseTuple(key.key())
		if err != nil || back != key {
			t.Fatalf("4-tuple %v came as %v: %v", key, back, err)
		}
		d, err := newDecoder(e.B, key)
		if err != nil {
			t.Fatal(err)
		}
		for i := range sent {
			p, ok, err := d.next()
			if !ok || err != nil {
				t.Fatalf("packet %d: %v %v", i, ok, err)
			}
			if !reflect.DeepEqual(*p, sent[i]) {
				t.Fatalf("packet %d came as\n%+v\nnot\n%+v", i, *p, sent[i])
			}
		}
		if _, ok, err := d.next(); ok || err != nil {
			t.Errorf("more than was sent: %v", err)
		}
		for cut := range len(e.B) - 1 { // damaged ones are errors, or fewer packets
			d, err := newDecoder(e.B[:cut], key)
			for more := err == nil; more; {
				_, more, _ = d.next()
			}
		}
	}
}

// fill gives v any value.
func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Slice:
		if n := r.IntN(5); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(r, v.Index(i))
			}
		}
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 1)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.Uint64() >> 2))
	default:
		v.SetUint(r.Uint64() >> (64 - v.Type().Bits()))
	}
}
