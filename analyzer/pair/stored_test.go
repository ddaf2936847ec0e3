package pair

import (
	"errors"
	"slices"
	"testing"

	"finwait/reassembly/codec"
)

// What was stored of a connection and is damaged is an error, not another connection
// and not a panic.
func TestStoredAndDamaged(t *testing.T) {
	r := compare(t, "../../testdata/real/pair/loss-20.a.pcap", "../../testdata/real/pair/loss-20.b.pcap")
	tried := 0
	err := r.spool.each(func(b []byte) error {
		b = slices.Clone(b)
		u := unpacker{names: r.names}
		if _, err := u.decode(b); err != nil {
			t.Error(err)
		}
		step := max(len(b)/200, 1)
		for n := 0; n < len(b); n += step {
			if _, err := u.decode(b[:n]); !errors.Is(err, codec.ErrShort) {
				t.Fatalf("%d of %d octets: %v", n, len(b), err)
			}
			b[n] ^= 0xff
			if k, err := u.decode(b); err == nil {
				decodedRows(k.rows) // whatever they are
			}
			b[n] ^= 0xff
			tried++
		}
		return nil
	})
	if err != nil || tried < 100 {
		t.Errorf("%d damaged ones were tried, %v", tried, err)
	}
}
