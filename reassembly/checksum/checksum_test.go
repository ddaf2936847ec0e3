package checksum_test

import (
	"net/netip"
	"testing"

	"finwait/reassembly/checksum"
)

// The example of RFC 1071 §3: the sum of these octets is ddf2.
func TestChecksum(t *testing.T) {
	var s checksum.Sum
	if got := s.Add([]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}).Checksum(); got != ^uint16(0xddf2) {
		t.Errorf("checksum %04x, want %04x", got, ^uint16(0xddf2))
	}
}

// Whatever was added, with its checksum it sums up to nothing.
func TestChecksumCompletes(t *testing.T) {
	for _, addr := range []string{"10.1.2.3", "2001:db8::1"} {
		a := netip.MustParseAddr(addr)
		for n := range 70 {
			b := make([]byte, n+n%2, n+2)
			for i := range n {
				b[i] = byte(200 + 31*i)
			}
			s := checksum.Pseudo(a, a.Next(), 6, n).Add(b)
			c := s.Checksum()
			if left := s.Add([]byte{byte(c >> 8), byte(c)}).Checksum(); left != 0 {
				t.Errorf("%s, %d octets: %04x is left", addr, n, left)
			}
		}
	}
}

func TestOddOctet(t *testing.T) {
	var s checksum.Sum
	if odd, even := s.Add([]byte{1, 2, 3}), s.Add([]byte{1, 2, 3, 0}); odd != even {
		t.Errorf("an odd last octet: %x, want %x", odd, even)
	}
}
