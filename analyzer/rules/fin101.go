package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// fin101 reports connections of which one side closed and the other had not
// when observation ended.
var fin101 = &model.Rule{
	ID:       "FIN101",
	Name:     "half-closed",
	Severity: model.Warning,
	Doc: model.Doc{
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
	Check: checkHalfClosed,
	Group: groupHalfClosed,
	Doubts: []model.Doubt{
		oneDirection,
		gapMeanwhile,
		{Caveat: conn.PacketsMissing, Why: "the capture lacks packets, perhaps that FIN"},
	},
}

func checkHalfClosed(p *model.Pass) {
	c := p.Conn
	if c.Close != conn.CloseHalfClosed {
		return
	}
	closer := c.FirstCloser
	open := closer.Peer()
	h, fin := &c.HalfClosed, &c.FIN[closer]
	severity := model.Warning
	if h.For < p.Config.HalfClosed {
		severity = model.Info
	}
	_, _, taken := c.AfterFIN()
	p.Report(halfClosed{open, h.For, h.Bytes, taken > 0}, model.Verdict{
		Severity: severity, Side: open, Frames: []int64{fin.Frame, fin.ACKFrame}, Took: took(h.For, h.Bound),
	})
}

// halfClosed is a side that had not closed when observation ended.
type halfClosed struct {
	open  conn.Role
	since time.Duration // the other side's FIN
	sent  int64         // payload that it sent meanwhile
	taken bool          // and the other side still read
}

func (h halfClosed) Message() string {
	text := fmt.Sprintf("the %s closed; the %s had not when observation ended, %s later", h.open.Peer(), h.open, span(h.since))
	if h.sent > 0 {
		text += fmt.Sprintf(", and had sent %s meanwhile", octets(h.sent))
	}
	return text
}

func (h halfClosed) Advice() string {
	if h.taken {
		return fmt.Sprintf("Nothing needs to change while the %s still sends, if the half-close is meant; then let it close its socket.", h.open)
	}
	return fmt.Sprintf("Let the %s close its socket when it reads the end of its input.", h.open)
}

// took makes a duration of evidence one of a verdict. It is less than 0 where the
// capture's clock was set back.
func took(d time.Duration, b conn.Bound) model.Took {
	return model.Took{For: model.Seconds(max(d, 0)), Bound: b, Known: true}
}

// groupHalfClosed words FIN101.
func groupHalfClosed(g *model.Group) (message, advice string) {
	open := side(g)
	if open == "" {
		return fmt.Sprintf("One side closed, the other had not when observation ended, %s later: on %d connections the client, on %d the server.",
			among(g.Took), g.Side.Client, g.Side.Server), ""
	}
	message = fmt.Sprintf("The %s closed; the %s had not when observation ended, %s later", peer(open), open, among(g.Took))
	if g.HalfBytes > 0 {
		message += fmt.Sprintf(", and had sent %s meanwhile", octets(g.HalfBytes))
	}
	return message + ".", ""
}
