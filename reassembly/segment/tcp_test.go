package segment

import (
	"testing"

	"finwait/reassembly/seqnum"
)

func TestOptions(t *testing.T) {
	block := func(l, r seqnum.Value) SACKBlock { return SACKBlock{l, r} }
	tests := []struct {
		name  string
		bytes []byte
		want  Options
	}{
		{"none", nil, Options{}},
		{
			"of a SYN", join([]byte{2, 4}, u16(1460), []byte{4, 2, 8, 10}, u32(7), u32(0), []byte{1, 3, 3, 7}),
			Options{HasMSS: true, MSS: 1460, SACKPermitted: true, HasTimestamps: true, TSVal: 7, HasScale: true, Scale: 7},
		},
		{
			"three SACK blocks", join([]byte{1, 1, 8, 10}, u32(7), u32(8), []byte{1, 1, 5, 26}, u32(1), u32(2), u32(3), u32(4), u32(5), u32(6)),
			Options{HasTimestamps: true, TSVal: 7, TSEcr: 8, SACKs: 3, SACK: [4]SACKBlock{block(1, 2), block(3, 4), block(5, 6)}},
		},
		{"timestamps alone, other alignment", join([]byte{8, 10}, u32(7), u32(8), []byte{1, 1}), Options{HasTimestamps: true, TSVal: 7, TSEcr: 8}},
		{"behind the end", join([]byte{0, 0, 4, 2}), Options{}},
		{"length 0", join([]byte{4, 2, 30, 0, 3, 3, 7, 0}), Options{SACKPermitted: true}},
		{"length beyond the header", join([]byte{4, 2, 8, 10, 0, 0, 0, 0}), Options{SACKPermitted: true}},
		{"no length", join([]byte{1, 1, 1, 8}), Options{}},
		{"wrong lengths", join([]byte{2, 3, 1, 3, 2, 8, 3, 1, 5, 4, 0, 0}), Options{}},
		{"unknown", join([]byte{254, 4, 1, 2, 4, 2, 1, 1}), Options{SACKPermitted: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := ip4Bytes(6, tcpBytes(test.bytes, nil))
			var d Decoder
			var s Segment
			if skip := d.Decode(LinkRaw, b, len(b), &s); skip != Decoded || s.Options != test.want {
				t.Errorf("%v, %+v, want %+v", skip, s.Options, test.want)
			}
		})
	}
}

// One Segment serves a whole capture: nothing of the last packet shows in the next.
func TestDecodeOverwrites(t *testing.T) {
	rich := etherBytes(0x8100, join(u16(5), u16(0x0800), greBytes(0x2000, 0x0800, join(u32(77),
		ip4Bytes(6, tcpBytes(join([]byte{2, 4}, u16(1460), []byte{4, 2, 3, 3, 7, 0, 0, 0}), hello))))))
	plain := etherBytes(0x86dd, ip6Bytes(6, tcpBytes(nil, nil)))
	var d Decoder
	var used, fresh Segment
	d.Decode(LinkEthernet, rich, len(rich), &used)
	d.Decode(LinkEthernet, plain, len(plain), &used)
	d.Decode(LinkEthernet, plain, len(plain), &fresh)
	used.Payload, fresh.Payload = nil, nil
	if a, b := used, fresh; a.Src != b.Src || a.Dst != b.Dst || a.Path != b.Path || a.Options != b.Options ||
		a.TTL != b.TTL || a.IPID != b.IPID || a.Is4 != b.Is4 || a.PayloadLen != b.PayloadLen {
		t.Errorf("after another packet:\n%+v\nafresh:\n%+v", used, fresh)
	}
}
