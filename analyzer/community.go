package analyzer

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
)

// CommunityID returns the Community ID, version 1 and seed 0, of the TCP flow
// between two endpoints, whichever way round they are given.
func CommunityID(a, b netip.AddrPort) string {
	const tcp = 6
	ipA, ipB := a.Addr().AsSlice(), b.Addr().AsSlice()
	if c := bytes.Compare(ipA, ipB); c > 0 || c == 0 && a.Port() > b.Port() {
		a, b, ipA, ipB = b, a, ipB, ipA
	}
	buf := make([]byte, 0, 40)
	buf = append(buf, 0, 0) // the seed
	buf = append(append(buf, ipA...), ipB...)
	buf = append(buf, tcp, 0)
	buf = binary.BigEndian.AppendUint16(buf, a.Port())
	buf = binary.BigEndian.AppendUint16(buf, b.Port())
	sum := sha1.Sum(buf)
	return "1:" + base64.StdEncoding.EncodeToString(sum[:])
}
