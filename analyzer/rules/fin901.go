package rules

import (
	"fmt"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// fin901 says that the capture lacks packets of a connection.
var fin901 = &model.Rule{
	ID:       "FIN901",
	Name:     "packets-missing",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "the capture lacks packets that were delivered",
		Text: `One side acknowledged what the capture does not hold: the packets were on the wire, but the capture lost them.
The machine was too slow, the buffer too small, the mirror port overloaded, or a filter left them out. What rests on their
absence is doubtful, and the findings say so.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A PSH,ACK len 100
0.022 B PSH,ACK len 500 drop
0.023 A PSH,ACK len 100
0.033 B PSH,ACK len 500
0.034 A ACK
0.100 end`,
		Confirm:  `tcpdump says "packets dropped by kernel" when it ends; ethtool -S shows what the interface dropped; in Wireshark: tcp.analysis.lost_segment.`,
		Change:   "Capture less of each packet (tcpdump -s 128), with a larger buffer (-B 16384), or fewer of them.",
		Harmless: "Where only data is missing: closes are told from the sequence numbers around it.",
		Source:   "RFC 9293 §3.4 (an acknowledgment covers all octets before it)",
	},
	Check:    checkMissing,
	Disorder: true,
}

func checkMissing(p *model.Pass) {
	c := p.Conn
	if !c.Caveats.Has(conn.PacketsMissing) {
		return
	}
	var f missingPackets
	var side conn.Role = conn.NoRole
	var frames []int64
	for _, r := range [...]conn.Role{conn.Client, conn.Server} {
		if f.octets[r] = c.Unseen(r); f.octets[r] > 0 {
			side = sideOf(side, r)
		}
		if f.octets[r] > 0 {
			frames = append(frames, c.UnseenFrame(r))
		}
		if fin := &c.FIN[r]; fin.Implied {
			f.fin[r] = true
			frames = append(frames, fin.ACKFrame)
			side = sideOf(side, r)
		}
	}
	const few = 8
	for i := range c.Marks {
		if m := &c.Marks[i]; m.Bits&conn.Unseen != 0 && len(frames) < few {
			frames = append(frames, m.Frame)
		}
	}
	p.Report(f, model.Verdict{Side: side, Frames: frames})
}

// missingPackets is what the capture lacks of each side.
type missingPackets struct {
	octets [2]int64
	fin    [2]bool
}

func (f missingPackets) Message() string {
	text := "the capture lacks packets that were delivered"
	for r := range conn.Role(2) {
		if f.octets[r] > 0 {
			text += fmt.Sprintf(", %s of the %s", octets(f.octets[r]), r)
		}
		if f.fin[r] {
			text += fmt.Sprintf(", the FIN of the %s", r)
		}
	}
	return text
}

func (f missingPackets) Advice() string {
	return "Capture less of each packet (tcpdump -s 128) or with a larger buffer (-B)."
}

// sideOf joins two sides: where they differ it is neither.
func sideOf(a, b conn.Role) conn.Role {
	if a == conn.NoRole || a == b {
		return b
	}
	return conn.BothRoles
}
