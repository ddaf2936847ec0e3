package segment

import (
	"net/netip"

	"finwait/reassembly/enum"
	"finwait/reassembly/seqnum"
)

// Flags are the control bits of octet 13 of the TCP header, in header order
// (RFC 9293 §3.1).
type Flags uint8

// The control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Has reports whether all bits of g are set in f.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Any reports whether some bit of g is set in f.
func (f Flags) Any(g Flags) bool { return f&g != 0 }

// letters are those of the control bits, in tcpdump's order.
var letters = [...]struct {
	flag   Flags
	letter byte
}{
	{FIN, 'F'},
	{SYN, 'S'},
	{RST, 'R'},
	{PSH, 'P'},
	{ACK, '.'},
	{URG, 'U'},
	{ECE, 'E'},
	{CWR, 'W'},
}

// AppendLetters appends the bits of f as tcpdump prints them: S., P., F.
func (f Flags) AppendLetters(dst []byte) []byte {
	for i := range letters {
		if f.Has(letters[i].flag) {
			dst = append(dst, letters[i].letter)
		}
	}
	return dst
}

// Addr is an IP address without a pointer in it, so that tables of them cost
// the collector nothing. An IPv4 address stands in its IPv4-mapped form
// (RFC 4291 §2.5.5.2).
type Addr [16]byte

// IP returns the address in its own family.
func (a Addr) IP() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// AddrFrom returns ip as an Addr; a zone is dropped.
func AddrFrom(ip netip.Addr) Addr { return ip.As16() }

// Endpoint is one end of a connection: an address and a port.
type Endpoint struct {
	Addr Addr
	Port uint16
}

// AddrPort returns the endpoint in the standard library's form.
func (e Endpoint) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.Addr.IP(), e.Port) }

// TunnelKind names the tunnel that a segment was carried in.
type TunnelKind uint8

// The tunnels of which the innermost TCP segment is looked for.
const (
	NoTunnel  TunnelKind = iota
	IPIP                 // IPv4 or IPv6 in IP of the same family (RFC 2003, RFC 2473)
	SixInFour            // IPv6 in IPv4 (RFC 4213)
	GRE                  // RFC 2784, RFC 2637; ID is the key (RFC 2890) or call ID, if any
	VXLAN                // RFC 7348; ID is the VNI
	GENEVE               // RFC 8926; ID is the VNI
	GTPU                 // 3GPP TS 29.281; ID is the TEID
	Teredo               // RFC 4380
	EtherIP              // RFC 3378
	L2TP                 // RFC 2661; ID is tunnel ID << 16 | session ID
	LISP                 // RFC 9300; ID is the instance ID, if any
	TZSP                 // TaZmen Sniffer Protocol
	CAPWAP               // RFC 5415
)

var tunnelNames = [...]string{
	NoTunnel: "", IPIP: "ipip", SixInFour: "6in4", GRE: "gre", VXLAN: "vxlan",
	GENEVE: "geneve", GTPU: "gtp-u", Teredo: "teredo", EtherIP: "etherip", L2TP: "l2tp", LISP: "lisp", TZSP: "tzsp",
	CAPWAP: "capwap",
}

// String returns the name used in records; "" for NoTunnel.
func (k TunnelKind) String() string { return tunnelNames[k] }

// AppendText appends the word.
func (k TunnelKind) AppendText(dst []byte) ([]byte, error) { return append(dst, k.String()...), nil }

// MarshalText returns the word.
func (k TunnelKind) MarshalText() ([]byte, error) { return k.AppendText(nil) }

// UnmarshalText takes a word.
func (k *TunnelKind) UnmarshalText(text []byte) (err error) {
	*k, err = enum.Parse[TunnelKind](tunnelNames[:], text)
	return err
}

// Words returns the words that records hold.
func (TunnelKind) Words() []string { return tunnelNames[1:] }

// Path is where a segment was seen: the labels around it, outermost VLAN first,
// and of several tunnels the innermost.
type Path struct {
	VLAN        [4]uint16 // 802.1Q or 802.1ad VLAN IDs; valid up to VLANs
	VLANs       uint8     // how many tags there were; at most 4 are kept
	Tunnel      TunnelKind
	HasTunnelID bool
	TunnelID    uint32 // VNI, key or TEID; valid iff HasTunnelID, else 0
	Interface   uint16 // index of the capture interface within the file, from 0
}

// tunnel takes in a tunnel without an ID.
func (p *Path) tunnel(kind TunnelKind) { p.Tunnel, p.HasTunnelID, p.TunnelID = kind, false, 0 }

// tunnelID takes in a tunnel with an ID.
func (p *Path) tunnelID(kind TunnelKind, id uint32) {
	p.Tunnel, p.HasTunnelID, p.TunnelID = kind, true, id
}

// Segment is one TCP segment as it was on the wire. Decode overwrites all but
// Path.Interface, so one Segment serves a whole capture.
type Segment struct {
	Src, Dst Endpoint
	Path     Path

	Seq, Ack seqnum.Value
	Flags    Flags
	Window   uint16 // SEG.WND as sent, unscaled

	// PayloadLen is the number of payload octets on the wire, from the IP
	// length, so snaplen does not shorten it; from the captured length where
	// segmentation offload left the IP length 0.
	PayloadLen uint32
	// Payload is what was captured of the payload. It aliases the packet and
	// is valid until the next packet is read.
	Payload []byte

	TTL   uint8  // IPv4 TTL or IPv6 hop limit
	IPID  uint16 // IPv4 identification; 0 for IPv6
	Is4   bool   // carried in IPv4
	NoLen bool   // the IP length was 0 (segmentation offload)

	// BadOffset: the data offset is less than 5 or points behind the segment, or
	// the segment is shorter than 20 octets. No TCP accepts it (RFC 9293 §3.1);
	// it is a Segment, without payload and options, because Wireshark numbers its
	// stream all the same.
	BadOffset bool
	// ShortOffset: it is less than 5, and within the segment. BadOffset is true, too.
	ShortOffset bool

	Options Options

	ICMP ICMP // valid iff Decode returned ICMPError
}

// ICMP is an ICMP or ICMPv6 error that quotes a segment. The Segment around it
// holds what was quoted: the addresses and ports of the segment that met the
// error, and its Seq; the fields behind that only iff Header is true.
type ICMP struct {
	Type, Code uint8
	Header     bool // 16 octets of TCP header or more: with flags, and numbered by Wireshark like a segment
	From       Addr // who reports the error
}

// Options are the TCP options that the analysis uses. A field is valid iff its
// Has or count says so. Options cut off by snaplen are absent, and Cut is set.
type Options struct {
	Cut           bool
	HasMSS        bool
	HasScale      bool
	HasTimestamps bool
	SACKPermitted bool
	Multipath     bool // it speaks Multipath TCP (RFC 8684)
	MSS           uint16
	Scale         uint8        // window scale shift (RFC 7323 §2); SYN only
	TSVal, TSEcr  uint32       // RFC 7323 §3
	SACKs         uint8        // number of valid SACK blocks
	SACK          [4]SACKBlock // RFC 2018 §3; a D-SACK, if any, is the first (RFC 2883)
}

// SACKBlock is one block of octets that the receiver holds: [Left, Right).
type SACKBlock struct{ Left, Right seqnum.Value }

// Len is SEG.LEN: payload octets, plus one for SYN and one for FIN
// (RFC 9293 §3.4).
func (s *Segment) Len() uint32 {
	n := s.PayloadLen
	if s.Flags.Has(SYN) {
		n++
	}
	if s.Flags.Has(FIN) {
		n++
	}
	return n
}

// Skip says why a packet yielded no Segment. The zero value means it did.
type Skip uint8

// The reasons. Every packet that is not Decoded is counted under one of them.
const (
	Decoded     Skip = iota
	NotIP            // no IPv4 or IPv6 header behind the link layer: ARP, LLDP, STP …
	NotTCP           // IP, but another transport
	ICMPError        // an ICMP error that quotes a TCP segment; see ICMP
	Fragment         // an IP fragment that did not complete its datagram
	Truncated        // snaplen cut the packet inside a header we need
	BadHeader        // a length field contradicts the bytes
	Encrypted        // the payload is encrypted below TCP (ESP, WEP, WPA)
	UnknownLink      // a link type that finwait does not decode
	NotPacket        // a record of LinkNone
	NumSkips
)

var skipNames = [NumSkips]string{
	"decoded", "not-ip", "not-tcp", "icmp-error", "fragment", "truncated", "bad-header", "encrypted", "unknown-link", "not-packet",
}

// String returns the name used in the summary.
func (k Skip) String() string { return skipNames[k] }
