package pktscript

import (
	"net/netip"

	"finwait/reassembly/segment"
)

type mac [6]byte

// frameInfo is what a script can say of the layer below IP.
type frameInfo struct {
	src, dst mac
	vlan     int // -1 where there is no tag
	pad      int
}

// appendLink appends the link-layer header of a packet of ip's family. Link
// types without addresses leave them out.
func appendLink(b []byte, link segment.LinkType, f *frameInfo, ip netip.Addr) []byte {
	etherType, family, ppp := uint16(0x0800), byte(2), uint16(0x0021)
	if !ip.Is4() {
		etherType, family, ppp = 0x86dd, 24, 0x0057
	}
	switch link {
	case segment.LinkEthernet:
		b = append(append(b, f.dst[:]...), f.src[:]...)
		if f.vlan >= 0 {
			b = be.AppendUint16(b, 0x8100)
			b = be.AppendUint16(b, uint16(f.vlan))
		}
		b = be.AppendUint16(b, etherType)
	case segment.LinkSLL:
		b = append(b, 0, 0, 0, 1, 0, 6)
		b = append(append(b, f.src[:]...), 0, 0)
		b = be.AppendUint16(b, etherType)
	case segment.LinkSLL2:
		b = be.AppendUint16(b, etherType)
		b = append(b, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6)
		b = append(append(b, f.src[:]...), 0, 0)
	case segment.LinkNull:
		b = append(b, family, 0, 0, 0) // in the byte order of the host that wrote it
	case segment.LinkLoop:
		b = append(b, 0, 0, 0, family)
	case segment.LinkPPP:
		b = be.AppendUint16(append(b, 0xff, 0x03), ppp)
	}
	return b
}
