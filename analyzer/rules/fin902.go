package rules

import (
	"fmt"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// fin902 says that only one direction of a connection was captured.
var fin902 = &model.Rule{
	ID:       "FIN902",
	Name:     "one-direction",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "only one direction was captured",
		Text: `All captured segments are of one side, and they acknowledge what the other sent: it takes another way, or a
filter left it out. Who closed, and when, cannot be told of the side that is missing, so that most findings are withheld.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK drop
0.011 A ACK
0.012 A PSH,ACK len 100
0.022 B PSH,ACK len 500 drop
0.023 A ACK
0.100 end`,
		Confirm:  "ip route get ADDRESS on both hosts: do the ways there and back differ?",
		Change:   "Capture at an end of the connection, with a filter that names hosts rather than src or dst.",
		Harmless: "Where the captured direction is all that is of interest.",
		Source:   "RFC 9293 §3.4",
	},
	Check: func(p *model.Pass) {
		c := p.Conn
		if !c.Caveats.Has(conn.OneDirection) {
			return
		}
		seen := conn.Client
		if c.Packets[seen] == 0 {
			seen = conn.Server
		}
		p.Report(oneSided{seen, c.Packets[seen]}, model.Verdict{Side: seen.Peer(), Frames: []int64{c.First.Frame}})
	},
}

// oneSided is the side that was captured.
type oneSided struct {
	seen    conn.Role
	packets int64
}

func (f oneSided) Message() string {
	return fmt.Sprintf("only the %s's segments were captured, %d of them: what the %s did is not known", f.seen, f.packets, f.seen.Peer())
}

func (f oneSided) Advice() string {
	return "Capture at an end of the connection, with a filter that keeps both directions."
}
