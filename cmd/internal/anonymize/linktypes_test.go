package anonymize

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/segment"
)

// secret stands where a header names a host, a program or a place.
var secret = []byte("secret")

// wlan is an 802.11 data frame with QoS, four addresses and an IPv4 packet.
func wlan(ip []byte) []byte {
	b := slices.Concat([]byte{0x88, 0x03, 0, 0}, secret, secret, secret, []byte{0x10, 0}, secret, []byte{0, 0})
	return slices.Concat(b, []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, ip)
}

// linkHeaders has a packet of each link type that is decoded.
var linkHeaders = map[segment.LinkType]func(ip []byte) []byte{
	segment.LinkNull:     func(ip []byte) []byte { return slices.Concat([]byte{2, 0, 0, 0}, ip) },
	segment.LinkEthernet: func(ip []byte) []byte { return slices.Concat(secret, secret, []byte{8, 0}, ip) },
	segment.LinkPPP:      func(ip []byte) []byte { return slices.Concat([]byte{0xff, 3, 0, 0x21}, ip) },
	segment.LinkRaw12:    slices.Clone[[]byte],
	segment.LinkRaw14:    slices.Clone[[]byte],
	segment.LinkPPPHDLC:  func(ip []byte) []byte { return slices.Concat([]byte{0x0f, 0, 8, 0}, ip) },
	segment.LinkPPPoE: func(ip []byte) []byte {
		return slices.Concat([]byte{0x11, 0, 0, 7, 0, byte(len(ip) + 2), 0, 0x21}, ip)
	},
	segment.LinkRaw:   slices.Clone[[]byte],
	segment.LinkCHDLC: func(ip []byte) []byte { return slices.Concat([]byte{0x8f, 0, 8, 0}, ip) },
	segment.LinkWiFi:  wlan,
	segment.LinkLoop:  func(ip []byte) []byte { return slices.Concat([]byte{0, 0, 0, 2}, ip) },
	segment.LinkSLL: func(ip []byte) []byte {
		return slices.Concat([]byte{0, 0, 0, 1, 0, 6}, secret, []byte{0, 0, 8, 0}, ip)
	},
	segment.LinkPrism: func(ip []byte) []byte {
		return slices.Concat([]byte{0, 0, 0, 0x44, 16, 0, 0, 0}, secret, []byte{0, 0}, wlan(ip))
	},
	// A time, flags (a check sequence follows the frame) and a field of a vendor.
	segment.LinkRadiotap: func(ip []byte) []byte {
		head := []byte{0, 0, 32, 0, 3, 0, 0, 0}
		return slices.Concat(head, secret, []byte{0, 0, 0x10}, make([]byte, 9), secret, wlan(ip), []byte("fcs!"))
	},
	segment.LinkAVS: func(ip []byte) []byte {
		return slices.Concat([]byte{0x80, 0x21, 0x10, 1, 0, 0, 0, 16}, secret, []byte{0, 0}, wlan(ip))
	},
	segment.LinkPPI: func(ip []byte) []byte {
		return slices.Concat([]byte{0, 0, 16, 0, 105, 0, 0, 0}, secret, []byte{0, 0}, wlan(ip))
	},
	segment.LinkPPPDir: func(ip []byte) []byte { return slices.Concat([]byte{1, 0xff, 3, 0, 0x21}, ip) },
	segment.LinkIPv4:   slices.Clone[[]byte],
	segment.LinkIPv6:   nil, // like the one before
	segment.LinkNFLOG: func(ip []byte) []byte {
		field := slices.Concat([]byte{2, 0, 0, 0, 11, 0, 10, 0}, secret, []byte{0, 0})
		return slices.Concat(field, []byte{byte(len(ip) + 4), 0, 9, 0}, ip)
	},
	segment.LinkIPoIB: func(ip []byte) []byte {
		return slices.Concat(secret, make([]byte, 28), secret, []byte{8, 0, 0, 0}, ip)
	},
	segment.LinkPKTAP: func(ip []byte) []byte {
		head := []byte{20, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}
		return slices.Concat(head, secret, []byte{0, 0}, secret, secret, []byte{8, 0}, ip)
	},
	segment.LinkSLL2: func(ip []byte) []byte {
		return slices.Concat([]byte{8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6}, secret, []byte{0, 0}, ip)
	},
}

// Whatever is decoded can be made anonymous, and is the same segment then.
func TestEveryLinkTypeCanBeAnonymous(t *testing.T) {
	ip := ipv4(protoTCP, 0, nil, tcp4(nil, secret))
	for link := range segment.LinkSLL2 + 50 {
		packet, known := linkHeaders[link]
		if decoded := !strings.HasPrefix(link.String(), "LINKTYPE_"); decoded != known {
			t.Errorf("%v: decoded is %v, and a packet of it stands here: %v", link, decoded, known)
		}
		if packet == nil {
			continue
		}
		data := packet(ip)
		var d segment.Decoder
		var was, is segment.Segment
		if skip := d.Decode(link, data, len(data), &was); skip != segment.Decoded {
			t.Fatalf("%v: %v", link, skip)
		}
		out, err := (&Mask{Addresses: addresses(t, "k")}).Apply(&Packet{Link: link, Data: data, Length: len(data)})
		if err != nil || len(out) != len(data) || bytes.Contains(out, secret) || bytes.Contains(out, client4) || bytes.Contains(out, []byte("fcs!")) {
			t.Errorf("%v: %v: % x", link, err, out)
			continue
		}
		if skip := d.Decode(link, out, len(out), &is); skip != segment.Decoded || is.Seq != was.Seq || is.Flags != was.Flags || is.PayloadLen != was.PayloadLen {
			t.Errorf("%v: %v: it became %+v", link, skip, is)
		}
		cut, err := (&Mask{HeadersOnly: true}).Apply(&Packet{Link: link, Data: data, Length: len(data), Payload: was.Payload})
		if err != nil || !bytes.HasPrefix(data, cut) || len(cut) >= len(data) {
			t.Errorf("%v: headers alone: %v: % x", link, err, cut)
		}
	}
}

// The names in scripts are those of one link type each.
func TestScriptNamesFindTheirLinkType(t *testing.T) {
	n := 0
	for link := range segment.LinkSLL2 + 1 {
		if name := link.ScriptName(); name != "" {
			n++
			if found, ok := segment.ScriptLink(name); !ok || found != link {
				t.Errorf("%s is %v, want %v", name, found, link)
			}
		}
	}
	if _, ok := segment.ScriptLink(""); ok || n != 9 {
		t.Errorf("%d names, and no name is a link type: %v", n, ok)
	}
}
