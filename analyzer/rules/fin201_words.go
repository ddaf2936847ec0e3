package rules

import (
	"fmt"
	"strings"
	"time"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// giveUpDoubt is why it is not certain that a client gave up.
type giveUpDoubt uint8

const (
	certain     giveUpDoubt = iota
	unsureAsked             // whether it asked for an answer
	tooSoon                 // the capture ended before that could show
)

var giveUpDoubts = [...]string{
	unsureAsked: "; whether that asked for an answer the capture cannot tell",
	tooSoon:     "; the capture ends too soon to tell whether it went on reading",
}

// outcome is what the server did when its client had given up.
type outcome uint8

const (
	nothing       outcome = iota // the client's RST ended it
	answered                     // it sent payload
	closedToo                    // it closed without an answer
	resetByClient                // the client's kernel reset the connection
	resetByServer
	stayed // neither, until observation ended
)

// clientGaveUp is a client that closed before it had its answer, and what came of it.
type clientGaveUp struct {
	what     string // "GET request" or the like
	bytes    int64  // of the request
	abort    bool   // the client closed with an RST instead of a FIN
	waited   time.Duration
	hasSYN   bool // the request is the first on its connection
	sinceSYN time.Duration
	whole    bool  // all of the request was sent
	short    int64 // octets of the declared length of its body that were not
	partial  bool  // some of the answer had come
	got      int64

	outcome    outcome
	after      time.Duration // from the close to what the server did
	answerTook time.Duration // from the request to the answer that came too late
	wasted     int64         // payload that came too late
	intoRST    bool
	server     serverTime

	stays [3]giveUpStay
	doubt giveUpDoubt
}

// giveUpStay is how long an end was stuck in a state; the zero value is no stay.
type giveUpStay struct {
	state   tcpstate.State
	took    time.Duration
	bound   conn.Bound
	delayed time.Duration // of that, a delayed ACK; 0 for none
}

// facts gathers what words follow from.
func (g *gaveUp) facts() clientGaveUp {
	f := clientGaveUp{
		what: g.What, bytes: g.Bytes, abort: g.abort, waited: g.Waited(g.closing), whole: g.Whole, short: g.Short,
		partial: g.Answer == exchange.Partial, got: g.Got, server: g.serverTime(), doubt: g.doubt,
	}
	if g.Turns == 1 && g.c.Handshake == conn.HandshakeComplete {
		f.hasSYN, f.sinceSYN = true, g.closing.Time.Sub(g.c.First.Time)
	}
	g.findOutcome(&f)
	g.findStays(&f)
	return f
}

// findOutcome finds what the server did afterwards.
func (g *gaveUp) findOutcome(f *clientGaveUp) {
	server, rst := &g.c.FIN[conn.Server], &g.c.RST
	switch {
	case g.LateFrame != 0:
		f.outcome, f.after = answered, g.LateStart.Sub(g.closing.Time)
		f.answerTook, f.wasted, f.intoRST = g.LateStart.Sub(g.End), g.Late, g.met.Frame > g.LateFrame
	case g.abort:
	case server.Known && !server.Implied:
		f.outcome, f.intoRST = closedToo, g.met.Frame > server.Frame
		f.after = server.Time.Sub(g.closing.Time)
	case rst.Ended && rst.By == conn.Client:
		f.outcome, f.after = resetByClient, rst.Time.Sub(g.closing.Time)
	case rst.Ended:
		f.outcome, f.after = resetByServer, rst.Time.Sub(g.closing.Time)
	default:
		f.outcome, f.after = stayed, g.c.Until.Sub(g.closing.Time)
	}
}

// serverTime is how long a server took from the request to its answer. What it sent
// or closed because the client had closed tells nothing of that.
type serverTime struct {
	took  time.Duration
	known bool
}

func (g *gaveUp) serverTime() serverTime {
	const soon = 10 * time.Millisecond // a proxy that drops a request answers its client's FIN within that
	if g.Answer != exchange.Missing || g.LateFrame == 0 {
		return serverTime{}
	}
	late, after := g.c.MarkOf(g.LateFrame), g.LateStart.Sub(g.closing.Time)
	if late != nil && !g.abort && late.Covers(g.closing.End()+1) && after <= g.c.RoundTrip(conn.Server)+soon {
		return serverTime{}
	}
	return serverTime{g.LateStart.Sub(g.End), true}
}

// findStays finds how long both ends were stuck, and an ACK that was only delayed:
// Linux waits 40 ms at least, 200 ms at most (TCP_DELACK_MIN and TCP_DELACK_MAX in
// include/net/tcp.h).
func (g *gaveUp) findStays(f *clientGaveUp) {
	const shortest, longest = 35 * time.Millisecond, 210 * time.Millisecond
	path := g.c.RoundTrip(conn.Client) + g.c.RoundTrip(conn.Server)
	for i, at := range [...]struct {
		r     conn.Role
		state tcpstate.State
	}{{conn.Client, tcpstate.FinWait1}, {conn.Client, tcpstate.FinWait2}, {conn.Server, tcpstate.CloseWait}} {
		s, ok := stay(g.c, at.r, at.state)
		if !ok || s.For == 0 {
			continue
		}
		f.stays[i] = giveUpStay{state: at.state, took: s.For, bound: s.Bound}
		if d := s.For - path; s.Bound == conn.ExactBound && g.c.FIN[conn.Client].ACKFrame != 0 && at.state == tcpstate.FinWait1 && d > shortest && d < longest && g.c.HasRTT {
			f.stays[i].delayed = d
		}
	}
}

func (f clientGaveUp) Message() string {
	verb := "closed"
	if f.abort {
		verb = "aborted the connection"
	}
	text := fmt.Sprintf("the client sent its %s (%s) and %s %s later", f.what, octets(f.bytes), verb, span(f.waited))
	if f.hasSYN {
		text += fmt.Sprintf(", %s after its SYN", span(f.sinceSYN))
	}
	switch {
	case f.short > 0:
		text += fmt.Sprintf("%s: %s of its body never came", middleOf, octets(f.short))
	case !f.whole:
		text += ", before all of the request was sent"
	case f.partial:
		text += fmt.Sprintf(", with only %s of the response", octets(f.got))
	default:
		text += ", with no response byte yet"
	}
	return text + f.then() + f.stuck() + giveUpDoubts[f.doubt]
}

// then says what the server did afterwards.
func (f *clientGaveUp) then() string {
	switch f.outcome {
	case answered:
		verb := "answered"
		if f.partial {
			verb = "went on"
		}
		text := fmt.Sprintf("; the server %s %s after the request, %s too late", verb, span(f.answerTook), span(f.after))
		if f.intoRST {
			text += ", into an RST"
		}
		return text + fmt.Sprintf(" (%s wasted)", octets(f.wasted))
	case closedToo:
		text := fmt.Sprintf("; the server closed %s after that, without an answer", span(f.after))
		if f.intoRST {
			text += ", into an RST: the client's kernel had given up waiting"
		}
		return text
	case resetByClient:
		return fmt.Sprintf("; the server had not answered when an RST of the client's kernel ended it, %s after that", span(f.after))
	case resetByServer:
		return fmt.Sprintf("; the server reset the connection %s after that", span(f.after))
	case stayed:
		return fmt.Sprintf("; the server had not answered or closed when observation ended, %s after that", span(f.after))
	}
	return ""
}

// stuck says how long both ends were stuck.
func (f *clientGaveUp) stuck() string {
	var text string
	for _, s := range f.stays {
		if s.took == 0 {
			continue
		}
		text += fmt.Sprintf(", %s %s%s", s.state, boundWord(s.bound), span(s.took))
		if s.delayed > 0 {
			text += fmt.Sprintf(" (%s of it the server's delayed ACK, not the network)", span(s.delayed))
		}
	}
	if text == "" {
		return ""
	}
	return ";" + text[1:]
}

func boundWord(b conn.Bound) string {
	switch b {
	case conn.AtLeast:
		return "at least "
	case conn.AtMost:
		return "at most "
	}
	return ""
}

// middleOf words that a client closed before it had sent the body whose length it declared.
const middleOf = ", in the middle of that request"

func (f clientGaveUp) Advice() string {
	if f.short > 0 {
		return "Find out what ended the client while it sent: a kill, an upload that somebody cancelled, a limit on the time of the whole request. Let the server drop what came of it."
	}
	if f.outcome == stayed {
		return unansweredAdvice
	}
	return f.server.advice()
}

// unansweredAdvice is for a server that was not seen to answer at all.
const unansweredAdvice = "Find out what the server waits for (ss -tnp state close-wait; a socket without a process was never accepted: ss -ltn). If it is at work, raise the client's timeout above that, or let the handler stop when the request's context ends."

// advice tells clients that give up how long they would have to wait.
func (t serverTime) advice() string {
	above := "the time that the server takes"
	if t.known {
		above = fmt.Sprintf("the %s that the server took", span(t.took))
	}
	return "Raise the client's timeout above " + above + ", or let the handler stop when the request's context ends."
}

// gaveUpUnseen is a client that gave up, where only SYN, FIN and RST were captured.
type gaveUpUnseen struct {
	sent            int64
	sinceSYN, after time.Duration // of the close, and from there to the client's RST
	server          serverTime
}

func (f gaveUpUnseen) Message() string {
	return fmt.Sprintf("the client sent %s and closed %s after its SYN, with no response byte yet; what the server sent %s after that met an RST; only SYN, FIN and RST segments were captured, so when it asked is not known",
		octets(f.sent), span(f.sinceSYN), span(f.after))
}

func (f gaveUpUnseen) Advice() string { return f.server.advice() }

// groupGaveUp words FIN201.
func groupGaveUp(g *model.Group) (message, advice string) {
	timeouts, handlers := g.TimersOf(model.ClientTimeout), g.TimersOf(model.HandlerTime)
	if len(timeouts) == 0 && strings.Contains(g.First.Message.String(), middleOf) {
		return "", "" // they did not wait for an answer
	}
	reached := "before it had all of the response"
	if g.Unheard == g.Connections {
		reached = "with no response byte yet"
	}
	message = fmt.Sprintf("Each sent its request and closed %s after it, %s.", among(g.Took), reached)
	switch len(timeouts) {
	case 0:
	case 1:
		t := &timeouts[0]
		message = fmt.Sprintf("Each sent its request and closed %s after %s, %s: a client timeout of %s.",
			timeout(*t.Value), fromWords[t.From], reached, timersOf(timeouts))
	default:
		message += fmt.Sprintf(" The clients have timeouts of %s.", timersOf(timeouts))
	}
	answered := ""
	switch {
	case g.HalfClosed.N == 0:
	case g.HalfBytes == 0:
		answered = fmt.Sprintf("The server closed in its turn %s later.", among(g.HalfClosed))
	case len(handlers) == 1:
		answered = fmt.Sprintf("The server answered %s after the request, %s too late", span(handlers[0].Value.Duration()), among(g.HalfClosed))
	default:
		answered = fmt.Sprintf("The server answered %s too late", among(g.HalfClosed))
	}
	if g.HalfClosed.N > 0 && g.HalfBytes > 0 {
		if g.Resets > 0 {
			answered += fmt.Sprintf(", into %s (%s wasted)", plural(int(g.Resets), "an RST", "RSTs"), octets(g.HalfBytes))
		}
		answered += "."
	}
	if len(handlers) == 1 && len(timeouts) > 0 {
		advice = fmt.Sprintf("Raise the client's timeout above %s, or let the handler stop when its request's context ends.",
			span(handlers[0].High.Duration()))
	}
	return sentence(message, answered, stillOpen(g)), advice
}

// stillOpen says of how many connections of FIN201 no end was seen.
func stillOpen(g *model.Group) string {
	none := "answered or closed"
	if g.HalfBytes > 0 { // some of it may be theirs
		none = "closed"
	}
	switch g.Open {
	case 0:
		return ""
	case g.Connections:
		return fmt.Sprintf("The server had not %s when observation ended.", none)
	}
	return fmt.Sprintf("On %d of them the server had not %s when observation ended.", g.Open, none)
}

// frameGaveUp names the evidence of FIN201 that the record does not.
func frameGaveUp(r *model.Record, frame int64) string {
	fin := r.FIN.Client
	switch {
	case fin == nil || fin.Frame == nil:
		return ""
	case frame < *fin.Frame:
		return "request"
	case r.RST != nil && frame < r.RST.Frame:
		return "late response"
	}
	return ""
}
