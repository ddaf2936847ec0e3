package segment

const udpHeader = 8

// UDP ports of the tunnels, as in the IANA service name registry.
const (
	portL2TP     = 1701
	portGTPU     = 2152
	portTeredo   = 3544
	portIPsecNAT = 4500
	portVXLAN    = 4789
	portVXLANGPE = 4790
	portCAPWAP   = 5247 // data; control is 5246
	portGENEVE   = 6081
	portMPLS     = 6635
	portGTPC     = 2123
	portLISP     = 4341
	portTZSP     = 37008 // in use, not registered
)

// udp reads a UDP header (RFC 768) and looks for a tunnel behind it, by either
// port, the lower one first, as Wireshark does.
func (d *Decoder) udp(b []byte, wire int, s *Segment) Skip {
	if len(b) < udpHeader {
		return short(b, wire)
	}
	low, high := be16(b), be16(b[2:])
	if low > high {
		low, high = high, low
	}
	length := int(be16(b[4:]))
	if length < udpHeader {
		return NotTCP
	}
	b, wire = limit(length, b, wire)
	b, wire = b[udpHeader:], wire-udpHeader
	port := high
	if isTunnel(low) {
		port = low
	}
	skip := d.tunnel(port, b, wire, s)
	if skip == NotIP || skip == BadHeader {
		return NotTCP // most likely no tunnel at all, but a client's port of the same number
	}
	return skip
}

func isTunnel(port uint16) bool {
	switch port {
	case portL2TP, portGTPC, portGTPU, portTeredo, portIPsecNAT, portVXLAN, portVXLANGPE, portLISP, portCAPWAP, portGENEVE, portMPLS, portTZSP:
		return true
	}
	return false
}

func (d *Decoder) tunnel(port uint16, b []byte, wire int, s *Segment) Skip {
	switch port {
	case portVXLAN:
		return d.vxlan(b, wire, s)
	case portVXLANGPE:
		return d.vxlanGPE(b, wire, s)
	case portCAPWAP:
		return d.capwap(b, wire, s)
	case portGENEVE:
		return d.geneve(b, wire, s)
	case portGTPU, portGTPC: // some send user data to the control port
		return d.gtpu(b, wire, s)
	case portTeredo:
		return d.teredo(b, wire, s)
	case portL2TP:
		return d.l2tp(b, wire, s)
	case portLISP:
		return d.lisp(b, wire, s)
	case portTZSP:
		return d.tzsp(b, wire, s)
	case portMPLS:
		return d.mpls(b, wire, s)
	case portIPsecNAT: // four zeros mark IKE, one octet a keep-alive (RFC 3948 §2)
		if len(b) >= 4 && be32(b) != 0 {
			return Encrypted
		}
	}
	return NotTCP
}
