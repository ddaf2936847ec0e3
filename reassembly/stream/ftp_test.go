package stream

import (
	"net/netip"
	"testing"

	"finwait/reassembly/segment"
)

func endpoint(ip string, port uint16) segment.Endpoint {
	return segment.Endpoint{Addr: segment.AddrFrom(netip.MustParseAddr(ip)), Port: port}
}

// TestFTP's expectations come from tshark 4.0.17, too: the completeness of a
// data connection's SYN and SYN,ACK, without SYN where Wireshark expected it.
func TestFTP(t *testing.T) {
	const client, server, third = "10.0.0.1", "10.0.0.2", "10.0.0.3"
	const met, unmet = SYNACK, SYN | SYNACK
	for _, tc := range []struct {
		line     string // behind > from the client, behind < from the server
		from     string
		fromPort uint16
		to       string
		toPort   uint16
		want     uint8
	}{
		{">PORT 10,0,0,1,4,5\r\n", server, 20, client, 1029, met},
		{">PORT 10,0,0,1,4,5\r\n", server, 20, client, 999, met},
		{">PORT 10,0,0,1,4,5\r\n", server, 2000, client, 1029, unmet},
		{">PORT 10,0,0,1,4,5\r\n", client, 1029, server, 20, met},
		{">PORT 10,0,0,3,4,5\r\n", server, 20, third, 1029, met},
		{">PORT 10,0,0,3,4,5\r\n", server, 20, client, 1029, unmet},
		{">port 10,0,0,1,4,5\r\n", server, 20, client, 1029, unmet},
		{">PORT 10,0,0,1,", server, 20, client, 1029, unmet},
		{">NOOP\r\nPORT 10,0,0,1,4,5\r\n", server, 20, client, 1029, unmet},
		{">P 10,0,0,1,4,5", server, 20, client, 1029, met},
		{">PORT 10,0,0,1,300,5\n", server, 20, client, 1029, met},
		{">EPRT |1|10.0.0.1|1029|\r\n", server, 20, client, 1029, unmet},
		{">227 Entering (10,0,0,2,4,5)\r\n", client, 5000, server, 1029, unmet},
		{"<227 Entering (10,0,0,2,4,5)\r\n", client, 5000, server, 1029, met},
		{"<227-Entering 1 10,0,0,2,4,5 x\r\n", client, 5000, server, 1029, met},
		{"<227 Entering (10,0,0,3,4,5)\r\n", client, 5000, server, 1029, unmet},
		{"<227 Entering (10,0,0,3,4,5)\r\n", client, 5000, third, 1029, met},
		{"<227 Entering (10,0,0,2,4,5)\r\n", third, 5000, server, 1029, unmet},
		{"<229 Entering (|||1029|)\r\n", client, 5000, server, 1029, met},
		{"<229 Entering (!!!1029!)\r\n", client, 5000, server, 1029, met},
		{"<229 Entering (|||1029)\r\n", client, 5000, server, 1029, met},
		{"<229 Entering (|||1029|\r\n", client, 5000, server, 1029, unmet},
	} {
		x := NewIndex()
		control := parse(tc.line[:1] + "P.:1:1")
		control.Payload = []byte(tc.line[1:])
		if tc.line[0] == '>' {
			control.Dst.Port = ftpPort
		} else {
			control.Src.Port = ftpPort
		}
		x.Number(&control)
		x.Number(&control) // sent again, it announces one connection all the same
		from, to := endpoint(tc.from, tc.fromPort), endpoint(tc.to, tc.toPort)
		if got := handshake(x, from, to); got != tc.want {
			t.Errorf("%q, then %s:%d to %s:%d: completeness %d, want %d", tc.line,
				tc.from, tc.fromPort, tc.to, tc.toPort, got, tc.want)
		}
		if tc.line[0] == '<' {
			from.Port++
		} else {
			to.Port++
		}
		if got := handshake(x, from, to); got != unmet {
			t.Errorf("%q, a second data connection: completeness %d, want %d", tc.line, got, unmet)
		}
	}
}

// handshake returns the completeness after a SYN and its SYN,ACK.
func handshake(x *Index, from, to segment.Endpoint) uint8 {
	syn, synAck := parse(">S:100"), parse("<S.:300:101")
	syn.Src, syn.Dst, synAck.Src, synAck.Dst = from, to, to, from
	x.Number(&syn)
	t, _, _, _ := x.Number(&synAck)
	return t.Completeness
}
