package anonymize

import (
	"encoding/binary"

	"finwait/reassembly/segment"
)

var be = binary.BigEndian

// EtherTypes and PPP protocols, as package segment knows them.
const (
	etherIPv4    = 0x0800
	etherIPv6    = 0x86dd
	etherVLAN    = 0x8100
	etherQinQ    = 0x88a8
	etherOldQinQ = 0x9100
	etherPPPoE   = 0x8864
	pppIPv4      = 0x0021
	pppIPv6      = 0x0057
)

// link goes through the header of the link layer and what stands behind it.
func (w *walk) link(link segment.LinkType, b []byte, wire int) error {
	if err := w.deeper(); err != nil {
		return err
	}
	in, err := link.Strip(b, w.zero)
	if err != nil {
		return refuse("%w", err)
	}
	b, wire = b[in.At:], wire-in.At
	switch in.Kind {
	case segment.InnerEtherType:
		return w.etherType(in.Type, b, wire)
	case segment.InnerPPP:
		return w.ppp(b, wire)
	case segment.InnerLLC:
		return w.llc(b, wire)
	case segment.InnerLink:
		return w.link(segment.LinkType(in.Type), b, wire)
	}
	return w.ip(b, wire)
}

// llc goes through an IEEE 802.2 header with an EtherType or IP behind it.
func (w *walk) llc(b []byte, wire int) error {
	const sapIP, sapSNAP, unnumbered = 0x06, 0xaa, 0x03
	if len(b) < 3 {
		return errShort
	}
	switch {
	case b[2] != unnumbered:
	case b[0] == sapIP:
		return w.ip(b[3:], wire-3)
	case b[0] == sapSNAP && b[1] == sapSNAP:
		if len(b) < 8 {
			return errShort
		}
		if org := be.Uint32(b[2:]) & 0xffffff; org == 0 || org == 0x0000f8 {
			return w.etherType(be.Uint16(b[6:]), b[8:], wire-8)
		}
	}
	return refuse("LLC % x", b[:3])
}

func (w *walk) etherType(t uint16, b []byte, wire int) error {
	if err := w.deeper(); err != nil {
		return err
	}
	switch t {
	case etherIPv4, etherIPv6:
		return w.ip(b, wire)
	case etherVLAN, etherQinQ, etherOldQinQ:
		if len(b) < 4 {
			return errShort
		}
		return w.etherType(be.Uint16(b[2:]), b[4:], wire-4)
	case etherPPPoE:
		if len(b) < 6 {
			return errShort
		}
		return w.ppp(b[6:], wire-6)
	}
	return refuse("EtherType 0x%04x", t)
}

// ppp goes through address and control, if they are there, and the protocol, of
// which the first octet may be missing (RFC 1661 §6.5).
func (w *walk) ppp(b []byte, wire int) error {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b, wire = b[2:], wire-2
	}
	if len(b) < 2 {
		return errShort
	}
	protocol, n := be.Uint16(b), 2
	if b[0]&1 != 0 {
		protocol, n = uint16(b[0]), 1
	}
	switch protocol {
	case pppIPv4, pppIPv6:
		return w.ip(b[n:], wire-n)
	}
	return refuse("PPP protocol 0x%04x", protocol)
}
