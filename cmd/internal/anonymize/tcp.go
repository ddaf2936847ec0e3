package anonymize

import "finwait/reassembly/checksum"

const minTCP = 20

// tcp goes through a TCP header, or what an ICMP error quotes of one, and takes
// away what is behind it. wire is the length of the whole segment.
func (w *walk) tcp(b []byte, wire int, ends pseudo) error {
	const least, sumAt = 16, 16 // octets, and where the checksum stands
	if len(b) < 8 || len(b) < least && !w.quoted {
		return errShort
	}
	header := minTCP
	if len(b) > 12 {
		if n := int(b[12]>>4) * 4; n >= minTCP && n <= wire {
			header = n
		}
	}
	if w.part && !w.quoted && len(b) < header {
		return refuse("a TCP header in two fragments")
	}
	known := b[:min(header, len(b))]
	if len(known) > minTCP {
		w.optionsTCP(known[minTCP:])
	}
	payload := b[len(known):]
	w.cut = w.offset(payload)
	w.zero(payload)
	if w.part && !w.quoted {
		clear(payload)
		w.cut = len(w.whole)
	}
	if (w.Addresses == nil && !w.part) || len(known) < sumAt+2 {
		return nil
	}
	clear(known[sumAt : sumAt+2])
	// All octets behind the header are 0, also those that were not captured.
	if len(known) == header && !w.quoted {
		be.PutUint16(known[sumAt:], ends.sum(protoTCP, wire).Add(known).Checksum())
	}
	return nil
}

// icmp goes through an ICMP error and what it quotes.
func (w *walk) icmp(proto uint8, b []byte, wire int, ends pseudo) error {
	const redirect, redirect6 = 5, 137
	if len(b) < 8 {
		return errShort
	}
	if w.quoted || w.part {
		return refuse("an ICMP error in pieces, or about another")
	}
	switch {
	case proto == protoICMP && b[0] == redirect:
		w.anonymize(b[4:8])
	case proto == protoICMPv6 && b[0] == redirect6:
		return refuse("an ICMPv6 redirect")
	}
	w.quoted = true
	if err := w.ip(b[8:], wire-8); err != nil {
		return err
	}
	if w.Addresses == nil {
		return nil
	}
	clear(b[2:4])
	var s checksum.Sum
	if proto == protoICMPv6 {
		s = ends.sum(protoICMPv6, wire)
	}
	be.PutUint16(b[2:], s.Add(b).Checksum())
	return nil
}
