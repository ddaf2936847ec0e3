package anonymize

import (
	"math/bits"
	"net/netip"
)

// special are networks whose addresses mean something by themselves, as in the
// IANA registries of special-purpose and multicast addresses. Networks of a single
// address stay as they are. Longer ones are left out on purpose: the neighbours of
// a network that stays could be told by it.
var special = []struct {
	netip.Prefix
	keep int // bits that stay
}{
	{netip.MustParsePrefix("0.0.0.0/32"), 32},
	{netip.MustParsePrefix("127.0.0.1/32"), 32},
	{netip.MustParsePrefix("255.255.255.255/32"), 32},
	{netip.MustParsePrefix("0.0.0.0/8"), 8},
	{netip.MustParsePrefix("10.0.0.0/8"), 8},
	{netip.MustParsePrefix("100.64.0.0/10"), 10},
	{netip.MustParsePrefix("127.0.0.0/8"), 8},
	{netip.MustParsePrefix("169.254.0.0/16"), 16},
	{netip.MustParsePrefix("172.16.0.0/12"), 12},
	{netip.MustParsePrefix("192.168.0.0/16"), 16},
	{netip.MustParsePrefix("224.0.0.0/4"), 4},
	{netip.MustParsePrefix("240.0.0.0/4"), 4},
	{netip.MustParsePrefix("::/128"), 128},
	{netip.MustParsePrefix("::1/128"), 128},
	{netip.MustParsePrefix("fc00::/7"), 8}, // with the bit that says locally assigned
	{netip.MustParsePrefix("fe80::/10"), 64},
	{netip.MustParsePrefix("ff00::/8"), 16}, // with flags and scope
}

// class returns to which class an address belongs, and how many of its first bits
// an alias keeps.
func class(ip netip.Addr) (kind, keep int) {
	for i, s := range special {
		if s.Contains(ip) {
			return i, s.keep
		}
	}
	if ip.Is4() {
		return -1, bits.LeadingZeros8(^ip.As4()[0]) + 1
	}
	return -1, 3
}

// Networks of IPv6 that hold an IPv4 address: IPv4-mapped (RFC 4291 §2.5.5.2) and
// the well-known prefix of translators (RFC 6052 §2.1).
var holdIPv4 = []netip.Prefix{netip.MustParsePrefix("::ffff:0:0/96"), netip.MustParsePrefix("64:ff9b::/96")}

// embedded returns the IPv4 address in an IPv6 address, and where it stands.
func embedded(ip netip.Addr) (v4 netip.Addr, at int, ok bool) {
	if !ip.Is6() {
		return ip, 0, false
	}
	b := ip.As16()
	for _, p := range holdIPv4 {
		// Contains knows no IPv4-mapped address: it compares octets.
		if net := p.Addr().As16(); string(b[:12]) == string(net[:12]) {
			return netip.AddrFrom4([4]byte(b[12:])), 12, true
		}
	}
	return ip, 0, false
}
