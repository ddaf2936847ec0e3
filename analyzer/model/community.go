package model

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
)

// CommunityID returns the Community ID, version 1 and seed 0, of the TCP flow
// between two endpoints, whichever way round they are given.
func CommunityID(a, b netip.AddrPort) string {
	const tcp = 6
	if c := a.Addr().Compare(b.Addr()); c > 0 || c == 0 && a.Port() > b.Port() {
		a, b = b, a
	}
	var room [40]byte
	buf := append(room[:0], 0, 0) // the seed
	buf = appendOctets(appendOctets(buf, a.Addr()), b.Addr())
	buf = append(buf, tcp, 0)
	buf = binary.BigEndian.AppendUint16(buf, a.Port())
	buf = binary.BigEndian.AppendUint16(buf, b.Port())
	sum := sha1.Sum(buf)
	text := [2 + 28]byte{'1', ':'}
	base64.StdEncoding.Encode(text[2:], sum[:])
	return string(text[:])
}

// appendOctets appends the octets of an address as they are in a packet.
func appendOctets(dst []byte, ip netip.Addr) []byte {
	if ip.Is4() {
		four := ip.As4()
		return append(dst, four[:]...)
	}
	sixteen := ip.As16()
	return append(dst, sixteen[:]...)
}
