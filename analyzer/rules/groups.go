package rules

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"finwait/analyzer/model"
)

// The words of what rules found on several connections of one server.

// Causes reports whether the table says that a finding of cause explains one
// of effect.
func Causes(cause, effect string) bool { return causes[[2]string{cause, effect}] }

// causes are the rows of the table of which A explains B.
var causes = func() map[[2]string]bool {
	rows := map[[2]string]bool{}
	for i := range relations {
		if r := &relations[i]; r.Holds == Explains {
			rows[[2]string{r.A, r.B}] = true
		}
	}
	return rows
}()

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
func among(s model.Spread) string {
	low, median, high := span(s.Low.Duration()), span(s.Median.Duration()), span(s.High.Duration())
	if low == high || s.High-s.Low <= s.Median/20 {
		return median
	}
	if s.N == 2 { // two have no middle
		return fmt.Sprintf("%s to %s", low, high)
	}
	return fmt.Sprintf("%s (%s to %s)", median, low, high)
}

// timeout writes a duration that somebody chose: in seconds, if it can be.
func timeout(v model.Seconds) string {
	if d := v.Duration(); d >= 100*time.Millisecond && d < time.Second {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return span(v.Duration())
}

// timersOf words inferred timers: 0.80 s (12 samples, ±2 ms).
func timersOf(list []model.Timer) string {
	var out []string
	for i := range list {
		t := &list[i]
		text := fmt.Sprintf("%s (%d samples, ±%s", timeout(*t.Value), t.Samples, span(t.Spread.Duration()))
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
var fromWords = map[model.TimerFrom]string{
	model.FromSYN: "its SYN", model.FromRequestStart: "the start of its request", model.FromRequestEnd: "its request",
	model.FromLastData: "the last payload", model.FromFINACK: "the ACK of the FIN",
}

// side names the side that the findings are about, or neither.
func side(g *model.Group) string {
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
func hostOf(g *model.Group, side string) string {
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
