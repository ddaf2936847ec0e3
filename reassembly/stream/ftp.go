package stream

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"finwait/reassembly/segment"
)

// ftpPort is the only port whose payload Wireshark takes for FTP commands.
const ftpPort = 21

// expect reads the payload of an FTP control connection for the address of a
// data connection to come: a PORT command, or the reply to PASV or EPSV. (With
// EPRT, Wireshark expects the client to connect to itself.) Wireshark makes a conversation for it at once
// (packet-ftp.c: create_and_link_data_conversation), with the other end's port
// left open. The data connection's SYN then finds a conversation instead of
// opening one, and its completeness lacks SYN for good (Wireshark issue 19092,
// not mended in 4.0). The stream is numbered at the SYN all the same.
//
// As there, only the first line of a segment is read, and a line that is split
// over two segments is missed.
func (x *Index) expect(seg *segment.Segment) {
	line, _, _ := bytes.Cut(seg.Payload, []byte("\n"))
	if len(line) < 4 || len(line) > 512 { // RFC 959 has no limit; no command is longer
		return
	}
	text := string(line)
	server, client := seg.Src, seg.Dst.Addr // who listens where, and who connects
	ok := false
	switch {
	case seg.Dst.Port == ftpPort:
		verb, args, _ := strings.Cut(text, " ")
		var at netip.AddrPort
		if strings.HasPrefix("PORT", verb) && verb != "" && seg.Is4 {
			at, ok = hostPort(args)
		}
		// The server connects, from port 20, and it is the client's port that
		// is left open, although the command names it.
		server = segment.Endpoint{Addr: seg.Dst.Addr, Port: 20}
		client = segment.AddrFrom(at.Addr())
	case text[:3] == "227" && seg.Is4:
		var at netip.AddrPort
		at, ok = hostPort(text[3:])
		server = segment.Endpoint{Addr: segment.AddrFrom(at.Addr()), Port: at.Port()}
	case text[:3] == "229":
		server.Port, ok = extendedPassive(text)
	}
	if !ok {
		return
	}
	// The tuple of an expectation is found by a 4-tuple that no segment has.
	// Its Conn counts the data connections expected; its base tells a
	// retransmission, which Wireshark does not read (tcp_no_subdissector_on_error).
	n, known := x.tuple(x.hash(&server, &segment.Endpoint{Addr: client}, expected|family(seg)))
	t := x.at(n)
	if known && t.base[0] == seg.Seq {
		return
	}
	t.base[0] = seg.Seq
	t.Conn++
	x.expecting++
}

// expectedOf takes back an expectation that seg, the first on its 4-tuple,
// meets, and says whether there was one (conversation.c: find_conversation,
// conversation_set_port2).
func (x *Index) expectedOf(seg *segment.Segment) bool {
	if x.expecting == 0 {
		return false
	}
	for _, end := range [2][2]*segment.Endpoint{{&seg.Src, &seg.Dst}, {&seg.Dst, &seg.Src}} {
		print := x.hash(end[0], &segment.Endpoint{Addr: end[1].Addr}, expected|family(seg))
		if t := x.find(print); t != nil && t.Conn > 0 {
			t.Conn--
			x.expecting--
			return true
		}
	}
	return false
}

// hostPort parses the first "h1,h2,h3,h4,p1,p2" in text (RFC 959 §4.1.2). Of a
// number that is too great the low eight bits count (packet-ftp.c:
// parse_port_pasv).
func hostPort(text string) (netip.AddrPort, bool) {
	const digits = "0123456789"
	for {
		start := strings.IndexAny(text, digits)
		if start < 0 {
			return netip.AddrPort{}, false
		}
		text = text[start:]
		var n [6]byte
		if sixNumbers(text, &n) {
			addr := netip.AddrFrom4([4]byte(n[:4]))
			return netip.AddrPortFrom(addr, uint16(n[4])<<8|uint16(n[5])), true
		}
		text = strings.TrimLeft(text, digits)
	}
}

func sixNumbers(text string, n *[6]byte) bool {
	for i := range n {
		end := digits(text)
		if end == 0 || i < 5 && (end == len(text) || text[end] != ',') {
			return false
		}
		v, err := strconv.ParseUint(text[:end], 10, 31)
		if err != nil {
			return false
		}
		n[i] = byte(v)
		text = text[min(end+1, len(text)):]
	}
	return true
}

func digits(text string) (n int) {
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// extendedPassive parses the port in "text (|||port|)" (RFC 2428 §3;
// packet-ftp.c: parse_extended_pasv_response).
func extendedPassive(text string) (uint16, bool) {
	_, text, ok := strings.Cut(text, "(")
	if !ok || len(text) < 4 || text[0] != text[1] || text[1] != text[2] {
		return 0, false
	}
	text = text[3:]
	port, err := strconv.ParseUint(text[:digits(text)], 10, 16)
	return uint16(port), err == nil && strings.Contains(text, ")")
}
