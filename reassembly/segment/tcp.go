package segment

import "finwait/reassembly/seqnum"

const (
	tcpMinHeader  = 20
	tcpPartHeader = 16 // up to SEG.WND: enough to follow a connection
)

// tcp reads a TCP header (RFC 9293 §3.1). wire is the length of the segment
// according to the IP header.
func (d *Decoder) tcp(b []byte, wire int, s *Segment) Skip {
	if d.quoted {
		return s.quote(b, wire)
	}
	if len(b) < tcpPartHeader {
		return short(b, wire)
	}
	s.Src.Port = be16(b)
	s.Dst.Port = be16(b[2:])
	s.Seq = seqnum.Value(be32(b[4:]))
	s.Ack = seqnum.Value(be32(b[8:]))
	s.Flags = Flags(b[13])
	s.Window = be16(b[14:])
	header := int(b[12]>>4) * 4
	if header < tcpMinHeader || header > wire {
		s.BadOffset, s.ShortOffset = true, header < tcpMinHeader && header <= wire
		return Decoded
	}
	if d.excess > 0 && s.Flags.Has(SYN) {
		// A tool that shortened the frames keeps the IP length right, as the record
		// does not; but payload on a SYN is rare and a damaged length is not.
		b, wire = limit(max(wire-d.excess, header), b, wire)
	}
	s.PayloadLen = uint32(wire - header)
	if len(b) < header {
		s.Options.Cut = true
		if len(b) > tcpMinHeader {
			s.Options.parse(b[tcpMinHeader:])
		}
		return Decoded
	}
	s.Payload = b[header:]
	if header > tcpMinHeader {
		s.Options.parse(b[tcpMinHeader:header])
	}
	return Decoded
}

// Kinds of TCP options, as in the IANA registry "TCP Option Kind Numbers".
const (
	optEnd           = 0
	optNOP           = 1
	optMSS           = 2
	optScale         = 3
	optSACKPermitted = 4
	optSACK          = 5
	optTimestamps    = 8
	optMultipath     = 30
)

// parse reads TCP options: what is needed of them, up to the first that
// contradicts itself.
func (o *Options) parse(b []byte) {
	// Most segments carry NOP, NOP, Timestamps and nothing else (RFC 7323 appendix A).
	if len(b) == 12 && be32(b) == optNOP<<24|optNOP<<16|optTimestamps<<8|10 {
		o.HasTimestamps, o.TSVal, o.TSEcr = true, be32(b[4:]), be32(b[8:])
		return
	}
	for len(b) > 0 {
		switch b[0] {
		case optEnd:
			return
		case optNOP:
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		o.set(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
}

// set takes in the option of the given kind. A value of another length than the
// option's is ignored.
func (o *Options) set(kind uint8, value []byte) {
	switch n := len(value); {
	case kind == optMSS && n == 2:
		o.HasMSS, o.MSS = true, be16(value)
	case kind == optScale && n == 1:
		o.HasScale, o.Scale = true, value[0]
	case kind == optSACKPermitted && n == 0:
		o.SACKPermitted = true
	case kind == optTimestamps && n == 8:
		o.HasTimestamps, o.TSVal, o.TSEcr = true, be32(value), be32(value[4:])
	case kind == optMultipath:
		o.Multipath = true
	case kind == optSACK && n%8 == 0:
		o.SACKs = uint8(min(n/8, len(o.SACK)))
		for i := range o.SACK[:o.SACKs] {
			block := value[8*i:]
			o.SACK[i] = SACKBlock{seqnum.Value(be32(block)), seqnum.Value(be32(block[4:]))}
		}
	}
}
