package anonymize

import (
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"testing"
)

func addresses(t *testing.T, key string) *Addresses {
	t.Helper()
	a, err := NewAddresses(key)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// shared is how many of their first bits two addresses share.
func shared(a, b netip.Addr) int {
	n := 0
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return n + bits.LeadingZeros8(d)
		}
		n += 8
	}
	return n
}

// near returns an address that shares its first n bits, and no more, with ip.
func near(r *rand.Rand, ip netip.Addr, n int) netip.Addr {
	b := ip.AsSlice()
	for i := n; i < 8*len(b); i++ {
		if i == n || r.IntN(2) == 1 {
			b[i/8] ^= 1 << (7 - i%8)
		}
	}
	out, _ := netip.AddrFromSlice(b)
	return out
}

func TestAliasesKeepPrefixes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a := addresses(t, "secret")
	for _, base := range []string{"8.8.8.8", "93.184.216.34", "192.0.2.1", "10.1.2.3", "192.168.7.9", "172.20.1.1", "2001:db8::1", "2606:4700::1111", "fd12:3456::1"} {
		ip := netip.MustParseAddr(base)
		_, keep := class(ip)
		for n := max(keep, 16); n < ip.BitLen(); n++ {
			other := near(r, ip, n)
			if got := shared(a.Of(ip), a.Of(other)); got != n {
				t.Errorf("%v and %v share %d bits, their aliases %v and %v %d", ip, other, n, a.Of(ip), a.Of(other), got)
			}
		}
	}
}

func TestAliasesKeepTheirClass(t *testing.T) {
	a := addresses(t, "secret")
	same := map[netip.Addr]bool{}
	for _, text := range []string{
		"10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.9.9", "192.168.1.1", "169.254.1.1", "100.64.0.1", "127.0.0.5",
		"224.0.0.1", "239.1.1.1", "240.0.0.1", "0.1.2.3", "11.0.0.1", "172.32.0.1", "192.169.0.1", "9.9.9.9", "128.0.0.1", "223.255.255.1",
		"fe80::1", "fc00::1", "fdff::1", "ff02::fb", "2001:db8::1", "2a00::1", "::ffff:10.0.0.1", "64:ff9b::8.8.8.8",
	} {
		ip := netip.MustParseAddr(text)
		alias := a.Of(ip)
		was, _ := class(ip)
		if is, _ := class(alias); is != was || same[alias] {
			t.Errorf("%v became %v", ip, alias)
		}
		same[alias] = true
	}
	for _, text := range []string{"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1"} {
		if ip := netip.MustParseAddr(text); a.Of(ip) != ip {
			t.Errorf("%v became %v", ip, a.Of(ip))
		}
	}
	if alias := a.Of(netip.MustParseAddr("::ffff:10.0.0.1")); alias.Unmap() != a.Of(netip.MustParseAddr("10.0.0.1")) {
		t.Errorf("an IPv4-mapped address became %v", alias)
	}
}

func TestNoTwoAddressesHaveTheSameAlias(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	a := addresses(t, "secret")
	of := map[netip.Addr]netip.Addr{}
	for range 20_000 {
		var b [4]byte
		be.PutUint32(b[:], r.Uint32())
		ip := netip.AddrFrom4(b)
		alias := a.Of(ip)
		if other, taken := of[alias]; taken && other != ip {
			t.Fatalf("%v and %v both became %v", ip, other, alias)
		}
		of[alias] = ip
	}
}

func TestTheKeyDecides(t *testing.T) {
	ip := netip.MustParseAddr("192.0.2.1")
	if a, b := addresses(t, "one").Of(ip), addresses(t, "one").Of(ip); a != b {
		t.Errorf("the same key gave %v and %v", a, b)
	}
	all := map[netip.Addr]bool{}
	for _, key := range []string{"one", "two", "", ""} {
		all[addresses(t, key).Of(ip)] = true
	}
	if len(all) != 4 {
		t.Errorf("four keys gave %v", all)
	}
}
