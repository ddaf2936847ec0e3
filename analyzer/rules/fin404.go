package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin404 reports handshakes that the client broke off with an RST.
var fin404 = &model.Rule{
	ID:       "FIN404",
	Name:     "handshake-abandoned",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "the client answered the SYN,ACK with an RST",
		Text: `The server was ready, and the client did not want it any more. A scanner that sends SYNs only to see what is open does so (its
kernel knows nothing of the connection and resets it); so does a client that had given up waiting, or had taken another address meanwhile (Happy
Eyeballs); and a host whose address somebody else put into a SYN answers a SYN,ACK that it never asked for.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A RST
1.000 end`,
		Confirm:  "Many ports or hosts by one client are a scan. On the client: ss -tn state syn-sent, and nstat -az TcpOutRsts.",
		Change:   "Nothing, unless the client gave up too early: then give it more time to connect.",
		Harmless: "Mostly: nothing was asked, nothing was lost.",
		Source:   "RFC 9293 §3.5.2, §3.10.7.3 (SYN-SENT); RFC 8305 (Happy Eyeballs)",
	},
	Check:    checkAbandoned,
	Disorder: true,
	Group:    groupOpenings("were broken off: the client answered the SYN,ACK with an RST"),
	Doubts:   []model.Doubt{oneDirection, packetsMissing},
}

// abandoned returns the client's RST in answer to the SYN,ACK, or nil.
func abandoned(c *conn.Conn) *conn.Mark {
	rst := c.MarkOf(c.RST.Frame)
	if c.Close != conn.CloseReset || rst == nil || c.RST.By != conn.Client {
		return nil
	}
	asked := false
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Frame >= rst.Frame:
			if asked {
				return rst
			}
			return nil
		case m.By(conn.Server):
			asked = asked || m.Has(segment.SYN|segment.ACK)
		case !m.Flags.Any(segment.SYN | segment.RST):
			return nil // it had taken the SYN,ACK
		}
	}
	return nil
}

func checkAbandoned(p *model.Pass) {
	c := p.Conn
	rst := abandoned(c)
	if rst == nil || c.AnsweredElsewhere() {
		return
	}
	_, theirs := countOf(c, conn.Server, segment.SYN|segment.ACK)
	f := handshakeAbandoned{wait: rst.Time.Sub(c.First.Time), asked: c.RolesFrom == conn.RolesFromSYN}
	v := model.Verdict{Side: conn.Client, Frames: append(theirs, rst.Frame)}
	if f.asked {
		v.Took = took(f.wait, conn.ExactBound)
	}
	p.Report(f, v)
}

// handshakeAbandoned is a SYN,ACK that the client did not want.
type handshakeAbandoned struct {
	asked bool          // its SYN was captured
	wait  time.Duration // from that to the RST; valid iff asked
}

func (f handshakeAbandoned) Message() string {
	if !f.asked {
		return "the client answered a SYN,ACK with an RST, and no SYN of it was captured: the answer to another connection's SYN, or to one with a false sender"
	}
	return fmt.Sprintf("the client answered the SYN,ACK with an RST, %s after its SYN: a scan, a client that had given up or taken another address, or a SYN with a false sender", span(f.wait))
}

func (f handshakeAbandoned) Advice() string {
	return "Nothing needs to change, unless the client gave up too early."
}
