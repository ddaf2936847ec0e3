package segment

// sll reads the "cooked" header of Linux: packet type, ARPHRD, address length,
// address, protocol; 16 octets (LINKTYPE_LINUX_SLL).
func (d *Decoder) sll(b []byte, wire int, s *Segment) Skip {
	if len(b) < 16 {
		return short(b, wire)
	}
	return d.etherType(be16(b[14:]), b[16:], wire-16, s)
}

// sll2 reads version 2: protocol, interface index, ARPHRD, packet type, address
// length, address; 20 octets (LINKTYPE_LINUX_SLL2).
func (d *Decoder) sll2(b []byte, wire int, s *Segment) Skip {
	if len(b) < 20 {
		return short(b, wire)
	}
	return d.etherType(be16(b), b[20:], wire-20, s)
}
