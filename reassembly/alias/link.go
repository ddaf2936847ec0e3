package alias

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
	maxFamily    = 1500 // what is more is an EtherType
)

func (w *walk) link(link segment.LinkType, b []byte, wire int) error {
	switch link {
	case segment.LinkEthernet:
		return w.ethernet(b, wire)
	case segment.LinkSLL: // the address stands in octets 6 to 13
		return w.cooked(b, wire, 16, 6, 14)
	case segment.LinkSLL2: // in 12 to 19
		return w.cooked(b, wire, 20, 12, 0)
	case segment.LinkRaw, segment.LinkRaw12, segment.LinkRaw14, segment.LinkIPv4, segment.LinkIPv6:
		return w.ip(b, wire)
	case segment.LinkNull, segment.LinkLoop:
		return w.family(link, b, wire)
	case segment.LinkPPP, segment.LinkPPPHDLC:
		return w.ppp(b, wire)
	}
	return refuse("link type %d", link)
}

func (w *walk) ethernet(b []byte, wire int) error {
	if len(b) < 14 {
		return errShort
	}
	w.blank(b[:12])
	return w.etherType(be.Uint16(b[12:]), b[14:], wire-14)
}

// cooked goes through a cooked header of Linux: its length, and where in it the
// sender's address and the protocol are.
func (w *walk) cooked(b []byte, wire, header, address, protocol int) error {
	if len(b) < header {
		return errShort
	}
	w.blank(b[address : address+8])
	return w.etherType(be.Uint16(b[protocol:]), b[header:], wire-header)
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

// family goes through the header of BSD's loopback: an address family in either
// byte order, or an EtherType.
func (w *walk) family(link segment.LinkType, b []byte, wire int) error {
	if len(b) < 4 {
		return errShort
	}
	family := be.Uint32(b)
	if little := binary.LittleEndian.Uint32(b); link == segment.LinkNull && little <= 0xffff {
		family = little
	}
	if family > maxFamily {
		return w.etherType(uint16(family), b[4:], wire-4)
	}
	return w.ip(b[4:], wire-4)
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
