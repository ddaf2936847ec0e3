package ladders

import (
	"bytes"
	"fmt"
	"strings"

	"finwait/analyzer/ladder"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
)

// layout says in which columns a ladder is drawn: two lifelines with
// arrows between, the endpoints' states outside of them, the details to the
// right or, where there is no room for them, below.
type layout struct {
	style                            prose.Style
	width                            int
	time, since, frame, state, arrow int  // widths; since is 0 where it is left out
	left                             int  // columns before the details
	wordy                            bool // room for RFC 9293's names and for labelled numbers
	below                            bool
}

// Widths, in columns.
const (
	wordyWidth  = 100 // from which on words are spelt out
	leastDetail = 24  // beside the ladder; with less, details go below
	belowIndent = 8
)

func newLayout(s prose.Style, l *ladder.Ladder) layout {
	y := layout{style: s, width: 120, since: 7, state: 10, arrow: 10}
	if s.Width > 0 {
		y.width = max(s.Width, prose.MinWidth)
	}
	y.wordy = y.width >= wordyWidth
	if y.wordy {
		y.state, y.arrow = 12, 12
	}
	end, _ := l.Until()
	y.time = max(len(fmt.Sprintf("%.6f", end.Sub(l.Record.First.Time).Seconds())), 8)
	y.frame = max(len(fmt.Sprint(l.Record.Last.Frame)), 3)
	y.measure()
	if y.width-y.left < leastDetail {
		y.below = true
		if y.left-2 > y.width {
			y.since = 0
			y.measure()
		}
	}
	return y
}

// measure sums up the columns before the details.
func (y *layout) measure() {
	y.left = y.time + 1 + y.frame + 1 + y.state + 1 + y.arrow + 1 + y.state + 2
	if y.since > 0 {
		y.left += y.since + 1
	}
}

// head names the columns.
func (y *layout) head() string {
	frame := "frame"
	if y.frame < len(frame) {
		frame = "#"
	}
	line := fmt.Sprintf("%*s ", y.time, "seconds")
	if y.since > 0 {
		line += fmt.Sprintf("%*s ", y.since, "since")
	}
	line += fmt.Sprintf("%*s %*s %s %s", y.frame, frame, y.state, "client", strings.Repeat(" ", y.arrow+1), "server")
	return line
}

// rung is one line of the ladder, before it is laid out.
type rung struct {
	time, since, frame string
	client, server     string // states that begin
	arrow              arrow
	details            []string // the longest form first; one that fits is taken
	notes              []string
}

// arrow is what stands between the lifelines.
type arrow struct {
	text  string
	from  conn.Role // NoRole where it is no arrow
	color string    // of ECMA-48; "" for none
}

// draw returns the arrow, width columns wide.
func (a arrow) draw(width int) string {
	n := prose.Width(a.text)
	switch a.from {
	case conn.Client:
		return "─" + a.text + strings.Repeat("─", max(width-n-2, 0)) + "▶"
	case conn.Server:
		return "◀" + strings.Repeat("─", max(width-n-2, 0)) + a.text + "─"
	}
	left := max(width-n, 0) / 2
	return strings.Repeat(" ", left) + a.text + strings.Repeat(" ", max(width-n-left, 0))
}

// line draws one rung, on several lines if it must be.
func (y *layout) line(b *bytes.Buffer, r rung) {
	s := y.style
	var line strings.Builder
	fmt.Fprintf(&line, "%*s ", y.time, r.time)
	if y.since > 0 {
		line.WriteString(strings.Repeat(" ", max(y.since-prose.Width(r.since), 0)) + r.since + " ")
	}
	client, server := y.name(r.client), y.name(r.server)
	fmt.Fprintf(&line, "%*s %s%s", y.frame, r.frame, strings.Repeat(" ", max(y.state-len(client), 0)), s.State(r.client, client))
	arrow := r.arrow.draw(y.arrow)
	if r.arrow.color != "" {
		arrow = s.Paint(r.arrow.color, arrow)
	}
	line.WriteString("│" + arrow + "│" + s.State(r.server, server))
	right := y.right(r)
	if len(right) == 0 || y.below {
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		for _, text := range right {
			b.WriteString(strings.Repeat(" ", belowIndent) + text + "\n")
		}
		return
	}
	line.WriteString(strings.Repeat(" ", max(y.state-len(server), 0)+2))
	for i, text := range right {
		if i > 0 {
			text = y.lifelines() + text
		} else {
			text = line.String() + text
		}
		b.WriteString(text + "\n")
	}
}

// lifelines are what stands to the left of a line that goes on with details.
func (y *layout) lifelines() string {
	before := y.left - 2 - y.state - y.arrow - 2
	return strings.Repeat(" ", before) + "│" + strings.Repeat(" ", y.arrow) + "│" + strings.Repeat(" ", y.state+2)
}

// right lays out details and notes, on one line if both fit.
func (y *layout) right(r rung) []string {
	room := y.width - y.left
	if y.below {
		room = y.width - belowIndent
	}
	details := ""
	for _, details = range r.details {
		if prose.Width(details) <= room {
			break
		}
	}
	notes := strings.Join(r.notes, ", ")
	if notes == "" {
		return prose.Wrap(details, room)
	}
	paint := func(text string) string { return y.style.Paint("36", text) }
	if prose.Width(details)+2+prose.Width(notes) <= room {
		return []string{details + "  " + paint(notes)}
	}
	out := prose.Wrap(details, room)
	for _, line := range prose.Wrap(notes, room) {
		out = append(out, paint(line))
	}
	return out
}

// shortStates are names that ss and netstat use, where RFC 9293's take too much
// room.
var shortStates = map[string]string{"ESTABLISHED": "ESTAB", "SYN-RECEIVED": "SYN-RECV"}

// name returns a state as there is room for it.
func (y *layout) name(state string) string {
	if short := shortStates[state]; short != "" && !y.wordy {
		return short
	}
	return prose.Safe(state)
}
