package rules

import (
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// fin903 says that packets were captured more than once.
var fin903 = &model.Rule{
	ID:       "FIN903",
	Name:     "duplicated-packets",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "the same packets were captured more than once",
		Text: `The capture holds copies: the same packet seen on several interfaces of a host (tcpdump -i any, with bridges,
VLANs or containers) or on several ports of a mirror. They look like retransmissions and are none; finwait leaves them out.`,
		Script: `0.000 A SYN
0.0001 A dup
0.010 B SYN,ACK
0.0101 B dup
0.011 A ACK
0.100 end`,
		Confirm:  "In Wireshark: the same ip.id, tcp.seq and tcp.len twice within microseconds, often with another TTL or MAC address.",
		Change:   "Capture on one interface; or take the copies out with editcap -d.",
		Harmless: "Always; only Wireshark's retransmission counts suffer.",
		Source:   "RFC 6864 (a datagram's identification is unique while it lives)",
	},
	Check: func(p *model.Pass) {
		const few = 8
		c := p.Conn
		if !c.Caveats.Has(conn.Duplicates) {
			return
		}
		var frames []int64
		for i := range c.Marks {
			if m := &c.Marks[i]; m.Bits&conn.Duplicate != 0 && len(frames) < few {
				frames = append(frames, m.Frame)
			}
		}
		p.Report(model.Plain{
			Says:    "the capture holds packets of this connection more than once; the copies were left out",
			Advises: "Capture on one interface, or take the copies out with editcap -d.",
		}, model.Verdict{Frames: frames})
	},
}
