package segment

const (
	grhOctets   = 40 // a Global Routing Header, or what libpcap puts in its place
	ipoibHeader = grhOctets + 4
)

// ipoib reads LINKTYPE_IPOIB: a Global Routing Header, EtherType and 16 reserved bits
// (RFC 4391 §6).
func (d *Decoder) ipoib(b []byte, wire int, s *Segment) Skip {
	if len(b) < ipoibHeader {
		return short(b, wire)
	}
	return d.etherType(be16(b[grhOctets:]), b[ipoibHeader:], wire-ipoibHeader, s)
}

func stripIPoIB(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < ipoibHeader {
		return Inner{}, errCut
	}
	blank(b[:grhOctets])
	return Inner{ipoibHeader, InnerEtherType, be16(b[grhOctets:])}, nil
}
