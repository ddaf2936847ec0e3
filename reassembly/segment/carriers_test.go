package segment

// carrier is a way to carry the segment tcp4 or tcp6.
type carrier struct {
	name string
	link LinkType
	data []byte
	path Path
}

// via is a tunnel with an ID, or without where that is 0.
func via(kind TunnelKind, id uint32) Path {
	return Path{Tunnel: kind, HasTunnelID: id != 0, TunnelID: id}
}

var (
	vlan5     = Path{VLAN: [4]uint16{5}, VLANs: 1}
	ethernet4 = etherBytes(0x0800, tcp4)
)

var carriers = []carrier{
	{name: "ethernet", link: LinkEthernet, data: ethernet4},
	{name: "ethernet ipv6", link: LinkEthernet, data: etherBytes(0x86dd, tcp6)},
	{name: "ethernet padded", link: LinkEthernet, data: join(ethernet4, make([]byte, 9))},
	{name: "ethernet type 0800 with ipv6", link: LinkEthernet, data: etherBytes(0x0800, tcp6)},
	{name: "802.1Q", link: LinkEthernet, path: vlan5, data: etherBytes(0x8100,
		join(u16(0x6005), u16(0x0800), tcp4))},
	{name: "802.1ad", link: LinkEthernet, path: Path{VLAN: [4]uint16{100, 5}, VLANs: 2}, data: etherBytes(0x88a8,
		join(u16(100), u16(0x8100), u16(5), u16(0x86dd), tcp6))},
	{name: "three tags", link: LinkEthernet, path: Path{VLAN: [4]uint16{1, 2, 3}, VLANs: 3}, data: etherBytes(0x9100,
		join(u16(1), u16(0x9100), u16(2), u16(0x8100), u16(3), u16(0x86dd), tcp6))},
	{name: "five tags", link: LinkEthernet, path: Path{VLAN: [4]uint16{1, 2, 3, 4}, VLANs: 5}, data: etherBytes(0x88a8,
		join(u16(1), u16(0x9100), u16(2), u16(0x9100), u16(3), u16(0x8100), u16(4), u16(0x8100), u16(5), u16(0x86dd), tcp6))},
	{name: "802.3 snap", link: LinkEthernet, data: etherBytes(8+len(tcp4), snapBytes(0x0800, tcp4))},
	{name: "802.3 llc ip", link: LinkEthernet, data: etherBytes(3+len(tcp4), join([]byte{6, 6, 3}, tcp4))},
	{name: "vlan of 802.3", link: LinkEthernet, path: vlan5, data: etherBytes(0x8100,
		join(u16(5), u16(8+len(tcp4)), snapBytes(0x0800, tcp4)))},
	{name: "provider backbone", link: LinkEthernet, data: etherBytes(0x88e7, join(u32(0x123), ethernet4))},
	{name: "cisco metadata", link: LinkEthernet, data: etherBytes(0x8909,
		join([]byte{1, 1}, u16(1), u16(7), u16(0x0800), tcp4))},
	{name: "e-tag", link: LinkEthernet, data: etherBytes(0x893f, join(make([]byte, 6), u16(0x0800), tcp4))},
	{name: "hsr", link: LinkEthernet, data: etherBytes(0x892f, join(u16(0x1034), u16(9), u16(0x0800), tcp4))},
	{name: "macsec in the clear", link: LinkEthernet, data: etherBytes(0x88e5,
		join([]byte{0, 0}, u32(1), u16(0x0800), tcp4, make([]byte, 16)))},
	{name: "macsec with sci", link: LinkEthernet, data: etherBytes(0x88e5,
		join([]byte{0x20, 0}, u32(1), make([]byte, 8), u16(0x0800), tcp4, make([]byte, 16)))},
	{name: "nsh", link: LinkEthernet, data: etherBytes(0x894f, join([]byte{0x0f, 0xc2, 2, 1}, u32(0x4200), tcp4))},

	{name: "raw", link: LinkRaw, data: tcp4},
	{name: "raw 12", link: LinkRaw12, data: tcp6},
	{name: "raw 14", link: LinkRaw14, data: tcp6},
	{name: "ipv4", link: LinkIPv4, data: tcp4},
	{name: "ipv6", link: LinkIPv6, data: tcp6},
	{name: "null little-endian", link: LinkNull, data: join([]byte{2, 0, 0, 0}, tcp4)},
	{name: "null big-endian", link: LinkNull, data: join([]byte{0, 0, 0, 30}, tcp6)},
	{name: "null linux", link: LinkNull, data: join([]byte{10, 0, 0, 0}, tcp6)},
	{name: "null windows", link: LinkNull, data: join([]byte{23, 0, 0, 0}, tcp6)},
	{name: "null freebsd", link: LinkNull, data: join([]byte{28, 0, 0, 0}, tcp6)},
	{name: "loop", link: LinkLoop, data: join([]byte{0, 0, 0, 24}, tcp6)},
	{name: "sll", link: LinkSLL, data: sllBytes(0x0800, tcp4)},
	{name: "sll vlan", link: LinkSLL, data: sllBytes(0x8100, join(u16(5), u16(0x0800), tcp4)), path: vlan5},
	{name: "sll llc", link: LinkSLL, data: sllBytes(4, snapBytes(0x0800, tcp4))},
	{name: "sll2", link: LinkSLL2, data: join(u16(0x86dd), u16(0), u32(1), u16(1), []byte{0, 6}, make([]byte, 8), tcp6)},

	{name: "ipoib", link: LinkIPoIB, data: join(make([]byte, 40), u16(0x0800), u16(0), tcp4)},
	{name: "ipoib ipv6", link: LinkIPoIB, data: join(u32(0x60000000), make([]byte, 36), u16(0x86dd), u16(0), tcp6)},

	{name: "ppp", link: LinkPPP, data: pppBytes(0x21, tcp4)},
	{name: "ppp without address", link: LinkPPPHDLC, data: join(u16(0x57), tcp6)},
	{name: "ppp short protocol", link: LinkPPP, data: join([]byte{0x21}, tcp4)},
	{name: "ppp multilink", link: LinkPPP, data: pppBytes(0x3d, join(u32(0xc0000001), u16(0x21), tcp4))},
	{name: "ppp with direction", link: LinkPPPDir, data: join([]byte{1}, pppBytes(0x21, tcp4))},
	{name: "hdlc cisco", link: LinkPPPHDLC, data: join([]byte{0x0f, 0}, u16(0x0800), tcp4)},
	{name: "cisco", link: LinkCHDLC, data: join([]byte{0x8f, 0}, u16(0x86dd), tcp6)},
	{name: "pppoe", link: LinkEthernet, data: etherBytes(0x8864, pppoeBytes(0x21, tcp4))},
	{name: "pppoe alone", link: LinkPPPoE, data: pppoeBytes(0x57, tcp6)},

	{name: "wifi", link: LinkWiFi, data: wifiBytes(0x0802, 24, tcp4)},
	{name: "wifi qos", link: LinkWiFi, data: wifiBytes(0x8801, 26, tcp4)},
	{name: "wifi qos ht", link: LinkWiFi, data: wifiBytes(0x8881, 30, tcp4)},
	{name: "wifi four addresses", link: LinkWiFi, data: wifiBytes(0x8803, 32, tcp4)},
	{name: "wifi a-msdu", link: LinkWiFi, data: amsduBytes(0x0806, make([]byte, 28))},
	{name: "wifi a-msdu after a tunnel", link: LinkWiFi, data: amsduBytes(0x0800, vxlanBytes(etherBytes(0x0806, make([]byte, 28))))},
	{name: "radiotap", link: LinkRadiotap, data: join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wifiBytes(0x0802, 24, tcp4))},
	{name: "radiotap fcs padded", link: LinkRadiotap, data: join([]byte{0, 0, 17, 0, 3, 0, 0, 0},
		make([]byte, 8), []byte{0x30}, wifiBytes(0x8801, 28, tcp4), make([]byte, 4))},
	{name: "prism", link: LinkPrism, data: join([]byte{0x44, 0, 0, 0, 144, 0, 0, 0}, make([]byte, 136),
		wifiBytes(0x0802, 24, tcp4))},
	{name: "avs", link: LinkAVS, data: join(u32(0x80211001), u32(12), u32(0), wifiBytes(0x0802, 24, tcp4))},
	{name: "ppi", link: LinkPPI, data: join([]byte{0, 0, 8, 0, 105, 0, 0, 0}, wifiBytes(0x0802, 24, tcp4))},
	{name: "nflog", link: LinkNFLOG, data: join([]byte{2, 0, 0, 0, 5, 0, 10, 0, 0, 0, 0, 0},
		[]byte{byte(4 + len(tcp4)), 0, 9, 0}, tcp4)},
	{name: "pktap", link: LinkPKTAP, data: join([]byte{12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, ethernet4)},

	{name: "mpls ip", link: LinkEthernet, data: etherBytes(0x8847, join(u32(0x00010040), u32(0x00020140), tcp4))},
	{name: "mpls ipv6", link: LinkEthernet, data: etherBytes(0x8848, join(u32(0x00020140), tcp6))},
	{name: "mpls pseudowire", link: LinkEthernet, data: etherBytes(0x8847, join(u32(0x00020140), u32(0), ethernet4))},
	{name: "mpls pseudowire plain", link: LinkEthernet, data: etherBytes(0x8847, join(u32(0x00020140), ethernet4))},

	{name: "ipip", link: LinkRaw, data: ip4Bytes(4, tcp4), path: via(IPIP, 0)},
	{name: "ip6ip6", link: LinkRaw, data: ip6Bytes(41, tcp6), path: via(IPIP, 0)},
	{name: "ip4ip6", link: LinkRaw, data: ip6Bytes(4, tcp4), path: via(IPIP, 0)},
	{name: "6in4", link: LinkRaw, data: ip4Bytes(41, tcp6), path: via(SixInFour, 0)},
	{name: "etherip", link: LinkRaw, path: via(EtherIP, 0), data: ip4Bytes(97, join(u16(0x3000), ethernet4))},
	{name: "authenticated", link: LinkRaw, data: ip4Bytes(51, join([]byte{6, 4, 0, 0}, make([]byte, 20), tcp4[20:]))},

	{name: "gre", link: LinkRaw, data: greBytes(0, 0x0800, tcp4), path: via(GRE, 0)},
	{name: "gre all fields", link: LinkRaw, path: via(GRE, 77), data: greBytes(0xb000, 0x86dd,
		join(u32(0), u32(77), u32(1), tcp6))},
	{name: "gre routes", link: LinkRaw, path: via(GRE, 0), data: greBytes(0x4000, 0x0800,
		join(u32(0), u16(0x0800), []byte{0, 4}, u32(1), u32(0), tcp4))},
	{name: "gre ethernet", link: LinkRaw, data: greBytes(0, 0x6558, ethernet4), path: via(GRE, 0)},
	{name: "gre wccp", link: LinkRaw, data: greBytes(0, 0x883e, join(u32(0), tcp4)), path: via(GRE, 0)},
	{name: "gre aruba", link: LinkRaw, path: via(GRE, 0), data: greBytes(0, 0x8200, wifiBytes(0x0802, 24, tcp4))},
	{name: "gre aruba last", link: LinkRaw, path: via(GRE, 77), data: greBytes(0x2000, 0x8370, join(u32(77), wifiBytes(0x8801, 26, tcp4)))},
	{name: "gre aruba a-msdu", link: LinkRaw, path: via(GRE, 0), data: greBytes(0, 0x8210, amsduBytes(0x0806, make([]byte, 28)))},
	{name: "gre key 0", link: LinkRaw, path: Path{Tunnel: GRE, HasTunnelID: true}, data: greBytes(0x2000, 0x0800, join(u32(0), tcp4))},
	{name: "erspan", link: LinkRaw, data: greBytes(0, 0x88be, ethernet4), path: via(GRE, 0)},
	{name: "erspan 2", link: LinkRaw, path: via(GRE, 0), data: greBytes(0x1000, 0x88be,
		join(u32(0), []byte{0x10}, make([]byte, 7), ethernet4))},
	{name: "erspan 3", link: LinkRaw, path: via(GRE, 0), data: greBytes(0x1000, 0x22eb,
		join(u32(0), []byte{0x20}, make([]byte, 10), []byte{1}, make([]byte, 8), ethernet4))},
	{name: "pptp", link: LinkRaw, path: via(GRE, 77), data: greBytes(0x3081, 0x880b,
		join(u16(len(tcp4)+4), u16(77), u32(1), u32(1), pppBytes(0x21, tcp4)))},

	{name: "vxlan", link: LinkRaw, path: via(VXLAN, 77), data: vxlanBytes(ethernet4)},
	{
		name: "vxlan with vlan", link: LinkRaw, path: Path{VLAN: [4]uint16{5}, VLANs: 1, Tunnel: VXLAN, HasTunnelID: true, TunnelID: 77},
		data: vxlanBytes(etherBytes(0x8100, join(u16(5), u16(0x0800), tcp4))),
	},
	{name: "vxlan-gpe", link: LinkRaw, path: via(VXLAN, 77), data: udpBytes(50000, 4790,
		join(u32(0x0c000002), u32(77<<8), tcp6))},
	{name: "geneve", link: LinkRaw, path: via(GENEVE, 77), data: udpBytes(50000, 6081,
		join([]byte{1, 0}, u16(0x6558), u32(77<<8), u32(0), ethernet4))},
	{name: "gtp-u", link: LinkRaw, path: via(GTPU, 77), data: udpBytes(2152, 2152,
		join([]byte{0x30, 255}, u16(len(tcp4)), u32(77), tcp4))},
	{name: "gtp-u extension", link: LinkRaw, path: via(GTPU, 77), data: udpBytes(2152, 2152,
		join([]byte{0x34, 255}, u16(len(tcp6)+8), u32(77), []byte{0, 0, 0, 0x85}, []byte{1, 0, 9, 0}, tcp6))},
	{name: "teredo", link: LinkRaw, data: udpBytes(50000, 3544, tcp6), path: via(Teredo, 0)},
	{name: "teredo indications", link: LinkRaw, path: via(Teredo, 0), data: udpBytes(50000, 3544,
		join([]byte{0, 1, 2, 1}, make([]byte, 12), make([]byte, 8), tcp6))},
	{name: "l2tp", link: LinkRaw, path: via(L2TP, 7<<16|8), data: udpBytes(1701, 1701,
		join(u16(0x4002), u16(12+len(tcp4)), u16(7), u16(8), pppBytes(0x21, tcp4)))},
	{name: "lisp", link: LinkRaw, path: via(LISP, 77), data: udpBytes(50000, 4341,
		join(u32(0x08000000), u32(77<<8), tcp4))},
	{name: "tzsp", link: LinkRaw, path: via(TZSP, 0), data: udpBytes(50000, 37008,
		join([]byte{1, 0}, u16(1), []byte{0, 11, 1, 6, 1}, ethernet4))},
	{name: "capwap ethernet", link: LinkRaw, path: via(CAPWAP, 0), data: udpBytes(50000, 5247, capwapBytes(0, 0, 0, ethernet4))},
	{name: "capwap wifi", link: LinkRaw, path: via(CAPWAP, 0), data: udpBytes(5247, 50000, capwapBytes(0x100, 0, 0, swappedBytes(0x0801, 24)))},
	{name: "capwap wifi with headers", link: LinkRaw, path: via(CAPWAP, 0), data: udpBytes(5247, 50000, capwapBytes(0x130, 0, 0, swappedBytes(0x8802, 26)))},
	{name: "mpls in udp", link: LinkRaw, data: udpBytes(50000, 6635, join(u32(0x00020140), tcp4))},
	{name: "tunnel in tunnel", link: LinkRaw, path: via(IPIP, 0), data: vxlanBytes(etherBytes(0x86dd, ip6Bytes(41, tcp6)))},

	{name: "ipv4 options", link: LinkRaw, data: ip4Header(6, 24+len(tcp4)-20, 0x4000, []byte{1, 1, 1, 0}, tcp4[20:])},
	{name: "ipv6 extension headers", link: LinkRaw, data: ip6Bytes(0, join([]byte{60, 0}, make([]byte, 6),
		[]byte{43, 0}, make([]byte, 6), []byte{6, 2}, make([]byte, 22), tcp6[40:]))},
	{name: "ipv6 atomic fragment", link: LinkRaw, data: ip6Bytes(44, join([]byte{6, 0}, u16(0), u32(9), tcp6[40:]))},
}

func snapBytes(etherType int, payload []byte) []byte {
	return join([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(etherType), payload)
}

func sllBytes(protocol int, payload []byte) []byte {
	return join(u16(0), u16(1), u16(6), make([]byte, 8), u16(protocol), payload)
}

func pppBytes(protocol int, payload []byte) []byte {
	return join([]byte{0xff, 3}, u16(protocol), payload)
}

func pppoeBytes(protocol int, payload []byte) []byte {
	return join([]byte{0x11, 0}, u16(7), u16(2+len(payload)), u16(protocol), payload)
}

// wifiBytes is a frame with the given frame control, in the order on the air,
// and a header of n octets.
func wifiBytes(control, n int, payload []byte) []byte {
	return join(u16(control), make([]byte, n-2), snapBytes(0x0800, payload))
}

// swappedBytes is wifiBytes with tcp4 as CAPWAP carries it.
func swappedBytes(control, n int) []byte {
	b := wifiBytes(control, n, tcp4)
	b[0], b[1] = b[1], b[0]
	return b
}

// capwapBytes is a CAPWAP data packet of the binding of 802.11 with these flags; with
// 0x30 among them its header holds a MAC address and a signal strength.
func capwapBytes(flags uint32, id, offset int, payload []byte) []byte {
	var optional []byte
	if flags&0x30 != 0 {
		optional = join([]byte{6}, make([]byte, 7), []byte{4}, make([]byte, 7))
	}
	words := uint32(8+len(optional)) / 4
	return join(u32(words<<19|1<<9|flags), u16(id), u16(offset), optional, payload)
}

// amsduBytes holds a packet that holds no segment, and then the segment.
func amsduBytes(etherType int, first []byte) []byte {
	header := wifiBytes(0x8802, 26, nil)[:26]
	header[24] = 0x80
	first = join(make([]byte, 12), u16(8+len(first)), snapBytes(etherType, first))
	return join(header, first, make([]byte, (4-len(first)%4)%4), make([]byte, 12), u16(8+len(tcp4)), snapBytes(0x0800, tcp4))
}

func greBytes(flags, protocol int, payload []byte) []byte {
	return ip4Bytes(47, join(u16(flags), u16(protocol), payload))
}

func udpBytes(src, dst int, payload []byte) []byte {
	return ip4Bytes(17, join(u16(src), u16(dst), u16(8+len(payload)), u16(0), payload))
}

func vxlanBytes(frame []byte) []byte {
	return udpBytes(50000, 4789, join(u32(0x08000000), u32(77<<8), frame))
}
