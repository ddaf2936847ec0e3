package model

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/conn"
)

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		of   reflect.Type
		want Kind
	}{
		{reflect.TypeFor[Record](), KindObject},
		{reflect.TypeFor[*int64](), KindOptional},
		{reflect.TypeFor[*conn.Role](), KindOptional},
		{reflect.TypeFor[[]conn.Role](), KindList},
		{reflect.TypeFor[map[string]int64](), KindMap},
		{reflect.TypeFor[bool](), KindBool},
		{reflect.TypeFor[uint16](), KindInteger},
		{reflect.TypeFor[int64](), KindInteger},
		{reflect.TypeFor[float64](), KindNumber},
		{reflect.TypeFor[string](), KindString},
		{reflect.TypeFor[conn.Close](), KindWord},
		{reflect.TypeFor[Severity](), KindWord},
		{reflect.TypeFor[Text](), KindText},
		{reflect.TypeFor[conn.Caveats](), KindWords},
		{reflect.TypeFor[Seconds](), KindDuration},
		{reflect.TypeFor[Time](), KindTime},
		{reflect.TypeFor[netip.Addr](), KindAddress},
	} {
		if got := KindOf(c.of); got != c.want {
			t.Errorf("%v is of kind %d, not %d", c.of, got, c.want)
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[uint8](), reflect.TypeFor[chan int](), reflect.TypeFor[any]()} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v has a kind", of)
				}
			}()
			KindOf(of)
		}()
	}
}

func TestMembers(t *testing.T) {
	type object struct {
		A      *int64       `json:"a" about:"what it means"`
		B      []uint16     `json:"b" empty:"null"`
		C      string       `json:"c,omitempty"`
		D      *conn.Role   `json:"d" words:"client server"`
		E      []conn.Close `json:"e"`
		F      Sides[int64] `json:"f"`
		Hidden int          `json:"-"`
		hidden int
	}
	_ = object{}.hidden
	var got []string
	for _, m := range Members(reflect.TypeFor[object]()) {
		got = append(got, strings.TrimSpace(fmt.Sprintln(m.Name, m.About, m.Left, m.EmptyNull, m.MayBeNull(), m.Words)))
	}
	want := []string{
		"a what it means false false true []", "b  false true true []", "c  true false true []", "d  false false true [client server]",
		fmt.Sprint("e  false false false ", conn.Close(0).Words()), "f  false false false []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
