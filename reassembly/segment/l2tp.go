package segment

// l2tp reads an L2TP version 2 data message (RFC 2661 §3.1) and the PPP frame
// behind it.
func (d *Decoder) l2tp(b []byte, wire int, s *Segment) Skip {
	const control, hasLength, hasSequence, hasOffset, version = 0x8000, 0x4000, 0x0800, 0x0200, 0x000f
	if len(b) < 6 {
		return short(b, wire)
	}
	flags := be16(b)
	if flags&version != 2 || flags&control != 0 {
		return NotTCP
	}
	n := 2
	if flags&hasLength != 0 {
		b, wire = limit(int(be16(b[2:])), b, wire)
		n += 2
	}
	ids := n
	n += 4
	if flags&hasSequence != 0 {
		n += 4
	}
	if flags&hasOffset != 0 {
		n += 2
		if len(b) < n {
			return short(b, wire)
		}
		n += int(be16(b[n-2:]))
	}
	if len(b) < n {
		return short(b, wire)
	}
	s.Path.tunnelID(L2TP, be32(b[ids:]))
	return d.ppp(b[n:], wire-n, s)
}
