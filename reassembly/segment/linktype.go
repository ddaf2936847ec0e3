package segment

import "strconv"

// LinkType is the LINKTYPE_ value of a capture interface, as in the pcap and
// pcapng file formats.
type LinkType uint16

// The link types that are decoded.
const (
	LinkNull     LinkType = 0
	LinkEthernet LinkType = 1
	LinkPPP      LinkType = 9
	LinkRaw12    LinkType = 12 // raw IP as OpenBSD and old libpcap wrote it
	LinkRaw14    LinkType = 14
	LinkPPPHDLC  LinkType = 50
	LinkPPPoE    LinkType = 51
	LinkRaw      LinkType = 101
	LinkCHDLC    LinkType = 104
	LinkWiFi     LinkType = 105
	LinkLoop     LinkType = 108
	LinkSLL      LinkType = 113
	LinkPrism    LinkType = 119
	LinkRadiotap LinkType = 127
	LinkAVS      LinkType = 163
	LinkPPI      LinkType = 192
	LinkPPPDir   LinkType = 204
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkNFLOG    LinkType = 239
	LinkIPoIB    LinkType = 242
	LinkPKTAP    LinkType = 258
	LinkSLL2     LinkType = 276
)

// LinkNone is no LINKTYPE_ value: it stands for records of a capture that are no
// packets, though they are numbered among them.
const LinkNone LinkType = 0xfffe

// linkRow is all that the program knows of a link type.
type linkRow struct {
	number LinkType
	name   string // in the registry at tcpdump.org, without LINKTYPE_
	script string // in packet scripts, "" where they cannot write it
	decode func(d *Decoder, b []byte, wire int, s *Segment) Skip
	strip  stripper // for who rewrites packets; nil where nobody may
}

// linkRows has a row for each link type. It is filled by init, because some link
// types hold packets of another and so refer to the table.
var linkRows []linkRow

// linkAt finds a row by its number: the index in linkRows and 1.
var linkAt [LinkSLL2 + 1]uint8

func init() {
	linkRows = []linkRow{
		{LinkNull, "NULL", "null", (*Decoder).null, stripNull},
		{LinkEthernet, "ETHERNET", "ethernet", (*Decoder).ethernet, stripEthernet},
		{LinkPPP, "PPP", "ppp", (*Decoder).hdlc, stripHDLC},
		{LinkRaw12, "RAW", "", (*Decoder).ip, stripNothing},
		{LinkRaw14, "RAW", "", (*Decoder).ip, stripNothing},
		{LinkPPPHDLC, "PPP_HDLC", "", (*Decoder).hdlc, stripHDLC},
		{LinkPPPoE, "PPP_ETHER", "", (*Decoder).pppoe, stripPPPoE},
		{LinkRaw, "RAW", "raw", (*Decoder).ip, stripNothing},
		{LinkCHDLC, "C_HDLC", "", (*Decoder).cisco, stripCisco},
		{LinkWiFi, "IEEE802_11", "", (*Decoder).wifi, stripWiFi},
		{LinkLoop, "LOOP", "loop", (*Decoder).loop, stripLoop},
		{LinkSLL, "LINUX_SLL", "sll", (*Decoder).sll, stripSLL},
		{LinkPrism, "IEEE802_11_PRISM", "", (*Decoder).prism, stripPrism},
		{LinkRadiotap, "IEEE802_11_RADIOTAP", "", (*Decoder).radiotap, stripRadiotap},
		{LinkAVS, "IEEE802_11_AVS", "", (*Decoder).prism, stripPrism},
		{LinkPPI, "PPI", "", (*Decoder).ppi, stripPPI},
		{LinkPPPDir, "PPP_WITH_DIR", "", (*Decoder).pppDir, stripPPPDir},
		{LinkIPv4, "IPV4", "ipv4", (*Decoder).ipv4, stripNothing},
		{LinkIPv6, "IPV6", "ipv6", (*Decoder).ipv6, stripNothing},
		{LinkNFLOG, "NFLOG", "", (*Decoder).nflog, stripNFLOG},
		{LinkIPoIB, "IPOIB", "", (*Decoder).ipoib, stripIPoIB},
		{LinkPKTAP, "PKTAP", "", (*Decoder).pktap, stripPKTAP},
		{LinkSLL2, "LINUX_SLL2", "sll2", (*Decoder).sll2, stripSLL2},
	}
	for i := range linkRows {
		linkAt[linkRows[i].number] = uint8(i + 1)
	}
}

// row returns what is known of a link type, or nil.
func (t LinkType) row() *linkRow {
	if int(t) >= len(linkAt) || linkAt[t] == 0 {
		return nil
	}
	return &linkRows[linkAt[t]-1]
}

// String returns the name in the registry, without LINKTYPE_; LINKTYPE_ and the
// number of a link type that is not decoded.
func (t LinkType) String() string {
	if row := t.row(); row != nil {
		return row.name
	}
	return "LINKTYPE_" + strconv.Itoa(int(t))
}

// ScriptName returns the name of a link type in packet scripts, or "".
func (t LinkType) ScriptName() string {
	if row := t.row(); row != nil {
		return row.script
	}
	return ""
}

// ScriptLink finds a link type by its name in packet scripts.
func ScriptLink(name string) (LinkType, bool) {
	for i := range linkRows {
		if name != "" && linkRows[i].script == name {
			return linkRows[i].number, true
		}
	}
	return 0, false
}
