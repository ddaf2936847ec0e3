package rules

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"finwait/analyzer"
)

// What follows words what rules found on several connections of one server.

// Grouping says how findings are told together.
var Grouping = analyzer.Grouping{Rules: All, Explains: explains}

// explains reports whether the table says that a finding of cause explains one
// of effect.
func explains(cause, effect string) bool {
	for i := range Relations {
		if r := &Relations[i]; r.Holds == Explains && r.A == cause && r.B == effect {
			return true
		}
	}
	return false
}

// sentence joins parts to sentences and leaves empty ones out.
func sentence(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

// among words durations: the median, and the range where it is wide.
func among(s analyzer.Spread) string {
	low, median, high := span(s.Low.Duration()), span(s.Median.Duration()), span(s.High.Duration())
	if low == high || s.High-s.Low <= s.Median/20 {
		return median
	}
	return fmt.Sprintf("%s (%s to %s)", median, low, high)
}

// timeout writes a duration that somebody chose: in seconds, if it can be.
func timeout(v analyzer.Seconds) string {
	if d := v.Duration(); d >= 100*time.Millisecond && d < time.Second {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return span(v.Duration())
}

// timersOf words inferred timers: 0.80 s (12 samples, ±2 ms).
func timersOf(list []analyzer.Timer) string {
	var out []string
	for i := range list {
		t := &list[i]
		text := fmt.Sprintf("%s (%d samples, ±%s", timeout(t.Value), t.Samples, span(t.Spread.Duration()))
		if t.KnownAs != nil {
			text += "; it " + *t.KnownAs
		}
		out = append(out, text+")")
	}
	return series(out)
}

// series lists things as a sentence does.
func series(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// fromWords say what a timer runs from, "its" being the connection's.
var fromWords = map[string]string{
	"syn": "its SYN", "request-start": "the start of its request", "request-end": "its request", "last-data": "the last payload",
	"fin-ack": "the ACK of the FIN",
}

// side names the side that the findings are about, or neither.
func side(g *analyzer.Group) string {
	switch {
	case g.Side.Server == 0 && g.Side.Client > 0:
		return "client"
	case g.Side.Client == 0 && g.Side.Server > 0:
		return "server"
	}
	return ""
}

func peer(side string) string {
	if side == "client" {
		return "server"
	}
	return "client"
}

// hostOf names the hosts of one side of a group.
func hostOf(g *analyzer.Group, side string) string {
	if addr, err := netip.ParseAddrPort(g.Server); side == "server" && err == nil {
		return side + " " + addr.Addr().String()
	}
	if side == "client" && g.Client.IsValid() {
		return side + " " + g.Client.String()
	}
	if side == "client" && g.ClientsExact {
		return fmt.Sprintf("%s (%d hosts)", side, g.Clients)
	}
	return side
}

// groupGaveUp words FIN201.
func groupGaveUp(g *analyzer.Group) (message, advice string) {
	timeouts, handlers := g.TimersOf("client-timeout"), g.TimersOf("handler-time")
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
			timeout(t.Value), fromWords[t.From], reached, timersOf(timeouts))
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
	return sentence(message, answered), advice
}

// frameGaveUp names the evidence of FIN201 that the record does not.
func frameGaveUp(r *analyzer.Record, frame int64) string {
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

// groupHalfClosed words FIN101.
func groupHalfClosed(g *analyzer.Group) (message, advice string) {
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

// groupCloseWait words FIN202.
func groupCloseWait(g *analyzer.Group) (message, advice string) {
	leaker := side(g)
	if leaker == "" {
		return fmt.Sprintf("One side acknowledged the other's FIN and never closed: %d clients' and %d servers' sockets were in CLOSE-WAIT, for %s and longer, when observation ended.",
			g.Side.Client, g.Side.Server, among(g.Took)), ""
	}
	return fmt.Sprintf("The %s acknowledged the %s's FIN and then neither sent anything nor closed: %d sockets were in CLOSE-WAIT when observation ended, for %s and longer.",
		leaker, peer(leaker), g.Connections, among(g.Took)), ""
}

// groupReaped words FIN204.
func groupReaped(g *analyzer.Group) (message, advice string) {
	closer, host := side(g), "the first closer's kernel"
	switch {
	case closer == "":
		message = fmt.Sprintf("The second FIN came %s after the first had been acknowledged, and met an RST", among(g.Took))
	default:
		host = fmt.Sprintf("the kernel of the %s", hostOf(g, closer))
		message = fmt.Sprintf("The %s's FIN came %s after the %s's had been acknowledged, and met an RST", peer(closer), among(g.Took), closer)
	}
	message += fmt.Sprintf(": %s had given FIN-WAIT-2 up.", host)
	if t := g.TimersOf("fin-wait-2-timeout"); len(t) == 1 {
		bound := fmt.Sprintf("It does so after at most %s", span(t[0].High.Duration()))
		if t[0].Low > 0 {
			bound = fmt.Sprintf("It does so after %s to %s", span(t[0].Low.Duration()), span(t[0].High.Duration()))
		}
		if t[0].KnownAs != nil {
			bound += ", which " + *t[0].KnownAs
		}
		message += " " + bound + "."
	}
	return message, ""
}

// idleOf returns the idle timers of one side.
func idleOf(g *analyzer.Group, closer string) []analyzer.Timer {
	return g.TimersOf(closer + "-idle-timeout")
}

// groupIdle words FIN206. Where the server closes first, the clients' timeouts
// are the longer ones, and a request may cross its FIN.
func groupIdle(g *analyzer.Group) (message, advice string) {
	closer := side(g)
	if closer == "" {
		return "", ""
	}
	message = fmt.Sprintf("The %s closed after %s of silence", closer, among(g.Took))
	if timers := idleOf(g, closer); len(timers) > 0 {
		message += fmt.Sprintf(": %s idle %s of %s", article(len(timers), closer), plural(len(timers), "timeout", "timeouts"), timersOf(timers))
	}
	message += "."
	if closer == "server" {
		advice = inverted(g)
	}
	return message, advice
}

func article(n int, closer string) string {
	if n == 1 {
		return "a " + closer
	}
	return closer
}

// inverted says that the server's idle timeout is shorter than the client's,
// though it ought to be longer.
func inverted(g *analyzer.Group) string {
	server, client := g.TimersOf("server-idle-timeout"), g.TimersOf("client-idle-timeout")
	if len(server) == 0 {
		return ""
	}
	least := server[0].Value
	text := fmt.Sprintf("The server's idle timeout (%s) is shorter than the client's", timeout(least))
	if n := len(client); n > 0 && client[n-1].Value > least {
		text += fmt.Sprintf(" (%s)", timeout(client[n-1].Value))
	}
	return text + ", so that a request may cross the server's FIN: let the client give idle connections up before that, or raise the server's."
}

// groupRace words FIN207.
func groupRace(g *analyzer.Group) (message, advice string) {
	message = "Each time a request crossed the FIN with which the server closed the idle connection, and was lost"
	if timers := g.TimersOf("server-idle-timeout"); len(timers) > 0 {
		message += fmt.Sprintf(": a server idle timeout of %s, and a client that keeps connections longer", timersOf(timers))
	}
	return message + ".", inverted(g)
}

// groupOpenings words FIN401, FIN402 and FIN403; what is what became of each.
func groupOpenings(what string) func(*analyzer.Group) (message, advice string) {
	return func(g *analyzer.Group) (message, advice string) {
		clients := fmt.Sprintf("%d clients", g.Clients)
		switch {
		case !g.ClientsExact:
			clients = "about " + clients
		case g.Clients == 1:
			clients = "one client"
		}
		message = fmt.Sprintf("%d attempts to connect from %s, over %s, %s.", g.Connections, clients, span((g.Began.High - g.Began.Low).Duration()), what)
		const many, fast = 50, 20 // clients, and attempts a second
		if during := (g.Began.High - g.Began.Low).Duration().Seconds(); g.Clients >= many && float64(g.Connections) >= fast*during {
			message += " So many at once, from so many addresses, look like a SYN flood."
		}
		return message, ""
	}
}
