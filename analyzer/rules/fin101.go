package rules

import (
	"fmt"
	"time"

	"finwait/analyzer"
	"finwait/reassembly"
)

// fin101 reports connections of which one side closed and the other had not
// when observation ended.
var fin101 = &analyzer.Rule{
	ID:       "FIN101",
	Name:     "half-closed",
	Severity: analyzer.Warning,
	Doc: analyzer.Doc{
		Title: "one side closed, the other had not when observation ended",
		Text: `One endpoint sent its FIN; the other sent none in return. The closer waits in
FIN-WAIT-2 for a FIN that the other, in CLOSE-WAIT, only sends when its application closes the socket. Usually that
application has not noticed the end of its input, or is busy with something else.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
1.000 A FIN,ACK
1.040 B ACK
9.000 end`,
		Confirm:  "On the host that did not close: ss -tnp state close-wait; on the one that did: ss -tno state fin-wait-2.",
		Change:   "Close the socket when a read returns end of file; stop work for a peer that has gone.",
		Harmless: "While the open side still sends data, as in a long download after shutdown(SHUT_WR), and for connections that were just closing when the capture ended.",
		Source:   "RFC 9293 §3.6.1 (half-closed connections); Linux tcp_fin() in net/ipv4/tcp_input.c",
	},
	Shows: analyzer.HalfClosed,
	Check: checkHalfClosed,
	Group: groupHalfClosed,
	Doubts: []analyzer.Doubt{
		oneDirection,
		{Caveat: reassembly.PacketsMissing, Why: "the capture lacks packets, perhaps that FIN"},
	},
}

func checkHalfClosed(p *analyzer.Pass) {
	c := p.Conn
	if c.Close != reassembly.CloseHalfClosed {
		return
	}
	closer := c.FirstCloser
	open := closer.Peer()
	h, fin := &c.HalfClosed, &c.FIN[closer]
	severity := analyzer.Warning
	if h.For < p.Config.HalfClosed {
		severity = analyzer.Info
	}
	message := fmt.Sprintf("the %s closed; the %s had not when observation ended, %s later", closer, open, span(h.For))
	if h.Bytes > 0 {
		message += fmt.Sprintf(", and had sent %s meanwhile", octets(h.Bytes))
	}
	p.Report(analyzer.Verdict{
		Severity: severity, Side: open, Message: message,
		Frames: []uint32{fin.Frame, fin.ACKFrame},
		Took:   took(h.For, h.Bound),
		Advice: fmt.Sprintf("Let the %s close its socket when it reads the end of its input.", open),
	})
}

// took makes a duration of evidence one of a verdict. It is less than 0 where the
// capture's clock was set back.
func took(d time.Duration, b reassembly.Bound) analyzer.Took {
	return analyzer.Took{For: analyzer.Seconds(max(d, 0)), Bound: b, Known: true}
}
