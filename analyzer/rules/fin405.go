package rules

import (
	"fmt"
	"net/netip"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin405 reports SYNs to one address that were answered from another.
var fin405 = &model.Rule{
	ID:       "FIN405",
	Name:     "answer-from-elsewhere",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "the SYN to one address was answered from another, and the client did not want that answer",
		Text: `Something translated the destination address of the SYN (a service address, a load balancer, DNAT), and the answer did not come
back through it: the server saw the client's own address and sent its SYN,ACK straight there. The client knows nothing of a connection to that address; its
kernel resets the answer and repeats the SYN. Both connections have the client's address, port and initial sequence number. Where the translation is
sound, and a capture on the translating host shows both its legs, an answer comes from the first address, too, and nothing is said.`,
		Script: `A2 192.0.2.1:40000
B2 192.0.2.80:8080
0.000 A SYN
0.0101 B2 SYN,ACK ack 1
0.0102 A2 RST seq 1
1.000 A SYN seq 0
1.500 end`,
		Confirm: `On the translating host: conntrack -L -d ADDRESS shows the connection as UNREPLIED. On the server: ip route get CLIENT
says by which way the answer leaves; tcpdump there shows whether it goes past the translating host.`,
		Change: `Let answers take the way back through what translated: make it the server's gateway, translate the client's address as well
(MASQUERADE, hairpin NAT, externalTrafficPolicy), or, on a bridge, set net.bridge.bridge-nf-call-iptables=1.`,
		Harmless: "Never for the client; a single one may be a route that was changed at that moment.",
		Source:   "RFC 9293 §3.5.2 group 2; RFC 3022 §4; Linux nf_nat_manip_pkt() in net/netfilter/nf_nat_core.c",
	},
	Check: checkElsewhere,
	Group: groupOpenings("were answered from another address than was asked, and the client did not want that answer"),
}

func checkElsewhere(p *model.Pass) {
	c := p.Conn
	if !c.AnsweredElsewhere() {
		return
	}
	e, _ := c.Elsewhere()
	f := fromElsewhere{asked: e.Asked, stream: e.Stream, server: addrPort(e.Server, c.Is4), reset: e.Reset.Frame != 0}
	waited := c.Known(e.Answer.Time, c.Until)
	if f.wait = e.Reset.Time.Sub(e.Answer.Time); !f.reset {
		if f.wait = waited; waited < p.Config.UnansweredSYN {
			return // its ACK may have been on its way
		}
	}
	p.Report(f, model.Verdict{Side: conn.Server, Frames: []int64{e.SYN, e.Answer.Frame, e.Reset.Frame}})
}

// addrPort returns an endpoint as an address and port.
func addrPort(e segment.Endpoint, is4 bool) netip.AddrPort {
	if is4 {
		return e.AddrPort()
	}
	return netip.AddrPortFrom(netip.AddrFrom16(e.Addr), e.Port)
}

// fromElsewhere is a SYN to one address and an answer from another.
type fromElsewhere struct {
	asked  bool           // the connection has the SYN; else it has the answer
	stream uint32         // of the other
	server netip.AddrPort // of the other
	reset  bool           // the client reset the answer; else it ignored it
	wait   time.Duration  // from the answer to that, or to the end of observation
}

func (f fromElsewhere) Message() string {
	fate := fmt.Sprintf("the client did not react to it in %s", span(f.wait))
	if f.reset {
		fate = fmt.Sprintf("the client reset that %s later", span(f.wait))
	}
	const why = "addresses are translated on the way there and not on the way back"
	if f.asked {
		return fmt.Sprintf("the SYN was answered not from its own address but from %s (stream %d), and %s: %s", f.server, f.stream, fate, why)
	}
	return fmt.Sprintf("the SYN,ACK answers a SYN to another address, %s (stream %d), which itself got no answer, and %s: %s", f.server, f.stream, fate, why)
}

func (f fromElsewhere) Advice() string {
	return "Let the server's answers go back through what translates the address (a route, or translate the client's address as well)."
}

// OtherStream returns the stream that the message names.
func (f fromElsewhere) OtherStream() uint32 { return f.stream }
