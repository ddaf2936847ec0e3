package driver

import (
	"fmt"

	"finwait/reassembly/segment"
)

// linkNames are the LINKTYPE_ names of the registry at tcpdump.org.
var linkNames = map[segment.LinkType]string{
	segment.LinkNull: "NULL", segment.LinkEthernet: "ETHERNET", segment.LinkPPP: "PPP",
	segment.LinkRaw12: "RAW", segment.LinkRaw14: "RAW", segment.LinkPPPHDLC: "PPP_HDLC",
	segment.LinkPPPoE: "PPP_ETHER", segment.LinkRaw: "RAW", segment.LinkCHDLC: "C_HDLC",
	segment.LinkWiFi: "IEEE802_11", segment.LinkLoop: "LOOP", segment.LinkSLL: "LINUX_SLL",
	segment.LinkRadiotap: "IEEE802_11_RADIOTAP", segment.LinkPPPDir: "PPP_WITH_DIR",
	segment.LinkIPv4: "IPV4", segment.LinkIPv6: "IPV6", segment.LinkSLL2: "LINUX_SLL2",
}

func linkName(t segment.LinkType) string {
	if name, ok := linkNames[t]; ok {
		return name
	}
	return fmt.Sprintf("LINKTYPE_%d", t)
}
