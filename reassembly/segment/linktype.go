package segment

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
	LinkPKTAP    LinkType = 258
	LinkSLL2     LinkType = 276
)

// LinkNone is no LINKTYPE_ value: it stands for records of a capture that are no
// packets, though they are numbered among them.
const LinkNone LinkType = 0xfffe
