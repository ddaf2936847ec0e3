// Package segment turns the bytes of one captured packet into a TCP Segment,
// or says by name why there is none. It allocates nothing but room for IP fragments.
//
// It reads headers only: it keeps no state between packets, except for IP
// fragments, and knows nothing of connections. Checksums are not verified:
// offload leaves them unset on the host that captures.
//
// # What is read
//
// Link types, by their LINKTYPE_ name:
//
//	NULL, LOOP                     the address family; AF_INET6 of every BSD, of Linux and of Windows
//	ETHERNET                       types, and lengths with LLC and SNAP
//	RAW (101, 12, 14), IPV4, IPV6
//	LINUX_SLL, LINUX_SLL2
//	PPP, PPP_HDLC, PPP_WITH_DIR    with and without address, control and the protocol's first octet
//	PPP_ETHER, C_HDLC
//	IEEE802_11, and behind _RADIOTAP, _PRISM, _AVS and PPI
//	NFLOG, PKTAP, IPOIB
//
// Between link and IP: 802.1Q, 802.1ad and 0x9100 tags, 802.1ah, 802.1BR, 802.1CB,
// HSR, VN-Tag and Cisco MetaData tags, MACsec that does not encrypt, NSH, PPPoE,
// MPLS with IP, with an associated channel, or with Ethernet behind a control
// word or without one.
//
// Tunnels, of which the innermost segment counts: IP in IP, 6in4, EtherIP, GRE
// with all its fields and ERSPAN, PPTP, WCCP, Ethernet and Aruba's 802.11 in it, VXLAN and
// VXLAN-GPE, GENEVE, GTP-U, Teredo, L2TP, LISP, TZSP, CAPWAP data, MPLS in IP and UDP,
// authentication headers. Those in UDP are known by either port.
//
// CAPWAP's fragments are put together as those of IP.
//
// IP: options, source routes and routing headers (the connection is with the last
// hop), extension headers, jumbograms, and fragments. Of fragments at most
// 1024 datagrams and 8 MiB are held; beyond that the oldest is given up. The
// segment belongs to the packet that completes the datagram.
//
// # What is skipped, and under which name
//
//	not-ip        ARP, LLDP, WLAN management, compressed PPP and the like
//	not-tcp       other transports, pings, tunnels that carry neither IP nor Ethernet
//	icmp-error    an ICMP error that quotes a segment; Segment.ICMP tells of it
//	fragment      an IP fragment that does not complete its datagram; parts of
//	              802.11 frames and of PPP multilink frames
//	truncated     snaplen cut before the 16th octet of the TCP header
//	bad-header    lengths that contradict each other, headers nested too deep
//	encrypted     ESP, WEP and WPA, MACsec, PPP encryption
//	unknown-link  link types that are not in the list above
//	not-packet    records of a pcapng file that are no packets: custom blocks, entries
//	              of the systemd journal, sysdig events; Wireshark numbers them as frames
//
// Whether a packet yields a segment is decided as in Wireshark 4.0 with its
// default preferences, because stream numbers must agree. Known differences:
// we also read IPv6 packets of length 0 (segmentation offload), pseudowires
// between locally administered MAC addresses, VLAN tags in GRE, and the families 10
// and 23 of NULL; and of an A-MSDU we return the first segment only.
package segment
