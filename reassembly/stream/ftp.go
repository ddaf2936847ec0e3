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
// data connection to come. Wireshark makes a conversation for it at once
// (packet-ftp.c: create_and_link_data_conversation), with the other end's port
// left open. The data connection's SYN then finds a conversation instead of
// opening one, and its completeness lacks SYN for good (Wireshark issue 19092,
// not mended in 4.0). The stream is numbered at the SYN all the same.
//
// As there, only the first line of a segment is read, and a line that is split
// over two segments is missed.
func (x *Index) expect(seg *segment.Segment) {
	line, _, _ := bytes.Cut(seg.Payload, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) > 512 {
		return // longer than any command (RFC 959 has no limit)
	}
	server, other := seg.Dst, seg.Src.Addr // who listens where, and who connects
	ok := false
	if seg.Dst.Port == ftpPort {
		verb, args, _ := strings.Cut(string(line), " ")
		var client netip.AddrPort
		switch verb {
		case "PORT":
			client, ok = hostPort(args)
		case "EPRT":
			client, ok = extended(args)
		}
		// The server connects from port 20. The client's port is left open,
		// although the command names it.
		server.Port, other = 20, segment.AddrFrom(client.Addr())
		ok = ok && client.Addr().Is4() == seg.Is4
	} else if code, text, _ := strings.Cut(string(line), " "); code == "227" && seg.Is4 {
		var at netip.AddrPort
		at, ok = hostPort(text)
		server, other = segment.Endpoint{Addr: segment.AddrFrom(at.Addr()), Port: at.Port()}, seg.Dst.Addr
	} else if code == "229" {
		server, other = seg.Src, seg.Dst.Addr
		server.Port, ok = extendedPassive(text)
	}
	if !ok {
		return
	}
	// The tuple of an expectation is found by a 4-tuple that no segment has:
	// the family is replaced. Its Conn counts the data connections expected.
	t, _ := x.tuple(x.hash(&server, &segment.Endpoint{Addr: other}, expected|family(seg)))
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

// hostPort parses the first "h1,h2,h3,h4,p1,p2" in text (RFC 959 §4.1.2).
func hostPort(text string) (netip.AddrPort, bool) {
	for {
		start := strings.IndexAny(text, "0123456789")
		if start < 0 {
			return netip.AddrPort{}, false
		}
		text = text[start:]
		var n [6]byte
		if sixNumbers(text, &n) {
			addr := netip.AddrFrom4([4]byte(n[:4]))
			return netip.AddrPortFrom(addr, uint16(n[4])<<8|uint16(n[5])), true
		}
		text = strings.TrimLeft(text, "0123456789")
	}
}

func sixNumbers(text string, n *[6]byte) bool {
	for i := range n {
		end := 0
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		v, err := strconv.ParseUint(text[:end], 10, 8)
		if err != nil || i < 5 && (end == len(text) || text[end] != ',') {
			return false
		}
		n[i] = byte(v)
		text = text[min(end+1, len(text)):]
	}
	return true
}

// extended parses "|af|address|port|" (RFC 2428 §2).
func extended(text string) (netip.AddrPort, bool) {
	if text == "" {
		return netip.AddrPort{}, false
	}
	fields := strings.Split(text, text[:1])
	if len(fields) != 5 {
		return netip.AddrPort{}, false
	}
	addr, err := netip.ParseAddr(fields[2])
	port, err2 := strconv.ParseUint(fields[3], 10, 16)
	return netip.AddrPortFrom(addr, uint16(port)), err == nil && err2 == nil && addr.Is4() == (fields[1] == "1")
}

// extendedPassive parses the port in "text (|||port|)" (RFC 2428 §3).
func extendedPassive(text string) (uint16, bool) {
	_, text, ok := strings.Cut(text, "(")
	if !ok || len(text) < 4 || text[0] != text[1] || text[1] != text[2] {
		return 0, false
	}
	digits, _, ok := strings.Cut(text[3:], text[:1])
	port, err := strconv.ParseUint(digits, 10, 16)
	return uint16(port), ok && err == nil
}
