package segment

// Values of the protocol field of the cooked headers that are no EtherTypes
// (linux/if_ether.h).
const (
	cookedEthernet = 0x0003
	cookedLLC      = 0x0004
	cookedPPP      = 0x0007
)

const arphrdRadiotap = 803

// sll reads the "cooked" header of Linux: packet type, ARPHRD, address length,
// address, protocol; 16 octets (LINKTYPE_LINUX_SLL).
func (d *Decoder) sll(b []byte, wire int, s *Segment) Skip {
	if len(b) < 16 {
		return short(b, wire)
	}
	return d.cooked(be16(b[14:]), be16(b[2:]), b[16:], wire-16, s)
}

// sll2 reads version 2: protocol, reserved, interface index, ARPHRD, packet
// type, address length, address; 20 octets (LINKTYPE_LINUX_SLL2).
func (d *Decoder) sll2(b []byte, wire int, s *Segment) Skip {
	if len(b) < 20 {
		return short(b, wire)
	}
	return d.cooked(be16(b), be16(b[8:]), b[20:], wire-20, s)
}

// cooked reads what stands behind a cooked header.
func (d *Decoder) cooked(protocol, hardware uint16, b []byte, wire int, s *Segment) Skip {
	switch {
	case protocol == etherIPv4:
		return d.ipv4(b, wire, s)
	case hardware == arphrdRadiotap:
		return d.radiotap(b, wire, s)
	case protocol == cookedEthernet:
		return d.ethernet(b, wire, s)
	case protocol == cookedLLC:
		return d.llc(b, wire, s)
	case protocol == cookedPPP:
		return d.hdlc(b, wire, s)
	case protocol <= maxLength8023:
		return NotIP
	}
	return d.etherType(protocol, b, wire, s)
}

func stripSLL(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 16 {
		return Inner{}, errCut
	}
	blank(b[6:14])
	return cookedInner(16, be16(b[14:]), be16(b[2:])), nil
}

func stripSLL2(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 20 {
		return Inner{}, errCut
	}
	blank(b[12:20])
	return cookedInner(20, be16(b), be16(b[8:])), nil
}

// cookedInner says what stands behind a cooked header, as [Decoder.cooked] reads it.
func cookedInner(at int, protocol, hardware uint16) Inner {
	switch {
	case protocol == etherIPv4:
		return Inner{at, InnerIP, 0}
	case hardware == arphrdRadiotap:
		return Inner{at, InnerLink, uint16(LinkRadiotap)}
	case protocol == cookedEthernet:
		return Inner{at, InnerLink, uint16(LinkEthernet)}
	case protocol == cookedLLC:
		return Inner{at, InnerLLC, 0}
	case protocol == cookedPPP:
		return Inner{at, InnerLink, uint16(LinkPPP)}
	}
	return Inner{at, InnerEtherType, protocol}
}
