package anonymize

import "net/netip"

// plain returns the address that b is, as it stands there.
func (w *walk) plain(b []byte) netip.Addr {
	ip, _ := netip.AddrFromSlice(b)
	return ip
}

// eachOption calls f with each option of a list in which 0 ends and 1 is a lone
// octet, as of IPv4 and TCP; what stands behind the end, or contradicts itself, is
// blanked.
func (w *walk) eachOption(b []byte, f func(option []byte)) {
	for len(b) > 0 {
		switch {
		case b[0] == 1:
			b = b[1:]
			continue
		case b[0] == 0 || len(b) < 2 || b[1] < 2 || int(b[1]) > len(b):
			w.zero(b[1:])
			if b[0] != 0 {
				w.zero(b)
			}
			return
		}
		f(b[:b[1]])
		b = b[b[1]:]
	}
}

// options4 goes through the options of an IPv4 header. It returns the last hop of
// a source route that is not at its end (RFC 1122 §3.2.1.8), or nil.
func (w *walk) options4(b []byte) (last []byte) {
	const recordRoute, looseRoute, strictRoute, routerAlert = 7, 0x83, 0x89, 0x94
	w.eachOption(b, func(o []byte) {
		switch o[0] {
		case routerAlert:
		case recordRoute, looseRoute, strictRoute:
			if len(o) < 7 {
				w.zero(o[2:])
				return
			}
			for at := 3; at+4 <= len(o); at += 4 {
				w.anonymize(o[at : at+4])
			}
			w.zero(o[len(o)-(len(o)-3)%4:])
			if o[0] != recordRoute && int(o[2]) < len(o) && last == nil {
				last = o[len(o)-4:]
			}
		default:
			w.zero(o[2:])
		}
	})
	return last
}

// optionsTCP blanks the options of which nothing is needed: they may hold cookies,
// signatures, keys and addresses.
func (w *walk) optionsTCP(b []byte) {
	const mss, scale, sackPermitted, sack, timestamps = 2, 3, 4, 5, 8
	w.eachOption(b, func(o []byte) {
		switch o[0] {
		case mss, scale, sackPermitted, sack, timestamps:
		default:
			w.zero(o[2:])
		}
	})
}

// extension goes through an extension header of IPv6 and returns its length.
func (w *walk) extension(kind uint8, b []byte, ends *pseudo) (int, error) {
	if len(b) < 8 || len(b) < 8+int(b[1])*8 {
		return 0, errShort
	}
	n := 8 + int(b[1])*8
	if kind != protoRouting {
		return n, w.options6(b[2:n])
	}
	return n, w.routing(b[:n], ends)
}

// options6 goes through the options of a hop-by-hop or destination header.
func (w *walk) options6(b []byte) error {
	const pad1, routerAlert, jumbo, home = 0, 5, 0xc2, 0xc9
	for len(b) > 0 {
		if b[0] == pad1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || 2+int(b[1]) > len(b) {
			return errShort
		}
		switch n := 2 + int(b[1]); b[0] {
		case home: // stands for the source in the checksum (RFC 6275 §6.3)
			return refuse("a home address")
		case routerAlert, jumbo:
			b = b[n:]
		default:
			w.zero(b[2:n])
			b = b[n:]
		}
	}
	return nil
}

// routing goes through a routing header. The last address is the one that the
// checksum covers, while it lies ahead (RFC 8200 §8.1).
func (w *walk) routing(b []byte, ends *pseudo) error {
	const sourceRoute, mobile, segments = 0, 2, 4
	list, last := b[8:], len(b)-8-16
	switch b[2] {
	case sourceRoute, mobile:
		w.zero(b[4:8])
	case segments: // in reverse, and perhaps with more behind it (RFC 8754 §2)
		n := 16 * (int(b[4]) + 1)
		if n > len(list) {
			return errShort
		}
		if n < len(list) {
			return refuse("options of a segment routing header")
		}
		last = 0
	default:
		return refuse("a routing header of type %d", b[2])
	}
	if len(list)%16 != 0 {
		return refuse("a routing header of %d octets", len(b))
	}
	for at := 0; at < len(list); at += 16 {
		w.anonymize(list[at : at+16])
	}
	if b[3] > 0 && len(list) > 0 {
		ends.dst = w.plain(list[last : last+16])
	}
	return nil
}
