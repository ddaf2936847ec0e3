package payload

import (
	"reflect"
	"testing"

	"finwait/reassembly/internal/slab"
)

// The tables hold no pointers, so that the collector has nothing to walk in them.
func TestTablesHoldNoPointers(t *testing.T) {
	for _, v := range []any{state{}, records{}} {
		if where := slab.PointerIn(reflect.TypeOf(v)); where != "" {
			t.Errorf("%T holds a pointer: %s", v, where)
		}
	}
}
