package conn

import (
	"reflect"
	"testing"
	"unsafe"

	"finwait/reassembly/internal/slab"
)

// The tables hold no pointers, so that the collector has nothing to walk in them.
func TestTablesHoldNoPointers(t *testing.T) {
	for _, v := range []any{
		entry{}, counters{}, Mark{}, views{}, moreTokens{}, holes{}, shut{}, windows{}, Prior{},
	} {
		if where := slab.PointerIn(reflect.TypeOf(v)); where != "" {
			t.Errorf("%T holds a pointer: %s", v, where)
		}
	}
}

// A segment takes 40 octets in the log, and says there what it said.
func TestEntries(t *testing.T) {
	if n := unsafe.Sizeof(entry{}); n != 40 {
		t.Errorf("an entry takes %d octets", n)
	}
	for _, want := range []Mark{
		{
			Time: -1, Seq: 1<<39 - 1, Ack: 5 << 32, TSVal: 1, TSEcr: 1<<32 - 1, Frame: 1<<32 - 1, Len: maxLength, Window: 7, IPID: 9, Flags: 0xff &^ 4, TTL: 255, Side: 1,
			Bits: HasTS | Essential | Duplicate | Retransmit | Probe | DSACK | Unseen | FirstFIN,
		},
		{Seq: -3, Ack: -1 << 39, Flags: 4, Bits: HasTS | InWindow | Exact | AtSndNxt | RawZero | OffCounter},
		{Flags: 4, Bits: OffCounter, Side: 1},
		{Flags: 1, Bits: FirstFIN},
		{},
	} {
		var g entry
		var got Mark
		g.set(&want)
		if g.mark(&got); got != want {
			t.Errorf("%+v became %+v", want, got)
		}
	}
}
