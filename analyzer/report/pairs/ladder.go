package pairs

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// WriteLadder draws one connection: what left one end, and what came to the other.
func WriteLadder(w io.Writer, format string, n Names, r *pair.Result, f *pair.Flow, s prose.Style, all bool) error {
	switch format {
	case "jsonl":
		enc := prose.JSONEncoder(w, "")
		if err := enc.Encode(f); err != nil {
			return err
		}
		for i := range f.Rows {
			if err := enc.Encode(&f.Rows[i]); err != nil {
				return err
			}
		}
		return nil
	case "html", "svg":
		return writePicture(w, format, n, r, f)
	}
	return writeLadderText(w, n, r, f, s, all)
}

// ladderRows is what is drawn of the segments of a connection.
type ladderRows struct {
	flow  *pair.Flow
	first model.Time
	base  [2]uint32 // what sequence numbers are relative to, by Role
}

func newLadderRows(f *pair.Flow) *ladderRows {
	p := &ladderRows{flow: f}
	var known, syn [2]bool
	for i := range f.Rows {
		r := &f.Rows[i]
		if i == 0 {
			p.first = r.Time
		}
		if opens := r.Bits.Has(segment.SYN); !known[r.From] || opens && !syn[r.From] {
			p.base[r.From], known[r.From], syn[r.From] = r.Seq, true, opens
		}
	}
	return p
}

// detail words the numbers of a segment.
func (p *ladderRows) detail(r *pair.Segment) string {
	at := int64(int32(r.Seq - p.base[r.From]))
	text := fmt.Sprintf("seq %d", at)
	if r.Len > 0 {
		text = fmt.Sprintf("seq %d:%d len %d", at, at+int64(r.Len), r.Len)
	}
	if r.DelayS != nil {
		text += "  " + r.DelayS.Words()
	}
	return text
}

// own returns the frame of a segment in the capture that is nearer to an end; 0 where it
// is not there.
func (p *ladderRows) own(r *pair.Segment, role conn.Role) int64 {
	frame := r.AFrame
	if p.flow.CaptureOf(role) == 1 {
		frame = r.BFrame
	}
	if frame == nil {
		return 0
	}
	return int64(*frame)
}

// states are the states that begin with a segment, by Role.
func (p *ladderRows) states(r *pair.Segment) (names [2]string) {
	for role, stays := range [2][]model.Stay{p.flow.States.Client, p.flow.States.Server} {
		frame := p.own(r, conn.Role(role))
		for i := range stays {
			if frame != 0 && stays[i].Frame == frame {
				names[role] = stays[i].State.String()
			}
		}
	}
	return names
}

// fateWords say of a segment what is not a matter of course.
func fateWords(r *pair.Segment) string {
	switch r.Fate {
	case pair.Lost:
		return "lost on the way"
	case pair.Forged:
		return "forged: its sender never sent it"
	case pair.Duplicated:
		return "a copy that the network made"
	case pair.NotCaptured:
		return "not captured at the other end"
	case pair.UnknownFate:
		return "what became of it is not known"
	}
	return ""
}

func writeLadderText(w io.Writer, n Names, r *pair.Result, f *pair.Flow, s prose.Style, all bool) error {
	p := newLadderRows(f)
	var b bytes.Buffer
	fmt.Fprintf(&b, "A  %s\nB  %s\n", s.Bold(prose.Safe(n.A)), s.Bold(prose.Safe(n.B)))
	for _, line := range prose.Wrap(facts(f), s.Columns()) {
		b.WriteString(line + "\n")
	}
	b.WriteString(prose.UpperFirst(clockWords(newHead(n, r))) + "\n\n")
	const state, arrow = 12, 14
	b.WriteString(s.Bold(fmt.Sprintf("%10s %6s %6s %*s %s %s", "seconds", "A", "B", state, "client", strings.Repeat(" ", arrow+1), "server")) + "\n")
	shown := shownRows(len(f.Rows), all)
	for i := range f.Rows {
		row := &f.Rows[i]
		if !shown(i) {
			if shown(i - 1) {
				fmt.Fprintf(&b, "%*s\n", 40, "…")
			}
			continue
		}
		states := p.states(row)
		text := p.detail(row)
		if words := fateWords(row); words != "" {
			text += "  " + s.Paint("1;31", words)
		}
		line := fmt.Sprintf("%10.6f %6s %6s %s│%s│%s  %s", row.Time.Sub(p.first).Seconds(), frameText(row.AFrame), frameText(row.BFrame),
			s.State(states[0], padLeft(states[0], state)), arrowOf(row, arrow), s.State(states[1], prose.Pad(states[1], state)), text)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for i := range f.Findings {
		g := &f.Findings[i]
		mark := s.Severity(g.Severity, "▲ "+prose.Safe(g.Severity.String()+" "+g.Rule+" "+g.Name)+":")
		for j, line := range prose.Wrap(prose.Safe(g.Message.String()), s.Columns()-4) {
			if j == 0 {
				line = mark + " " + line
			} else {
				line = "  " + line
			}
			b.WriteString("  " + line + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Of a long connection so many segments are shown at its beginning and its end.
const maxShown = 60

// shownRows says which of n rows are shown.
func shownRows(n int, all bool) func(int) bool {
	return func(i int) bool { return all || n <= 2*maxShown || i < maxShown || i >= n-maxShown }
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(width-prose.Width(text), 0)) + text
}

func frameText(n *int64) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

// arrowOf draws a segment: one that was lost ends in the middle, one that was forged
// begins there.
func arrowOf(r *pair.Segment, width int) string {
	flags := "[" + strings.ReplaceAll(r.Flags, "none", "") + "]"
	long := width - prose.Width(flags) - 1
	half := max(long/2-1, 1)
	switch lost, forged := r.Fate == pair.Lost, r.Fate == pair.Forged || r.Fate == pair.Duplicated; {
	case lost && r.From == conn.Client:
		return "─" + flags + strings.Repeat("─", half) + "✗" + strings.Repeat(" ", long-half-1)
	case lost:
		return strings.Repeat(" ", long-half-1) + "✗" + strings.Repeat("─", half) + flags + "─"
	case forged && r.From == conn.Client:
		return strings.Repeat(" ", half) + "✗─" + flags + strings.Repeat("─", max(long-half-2, 0)) + "▶"
	case forged:
		return "◀" + strings.Repeat("─", max(long-half-2, 0)) + flags + "─✗" + strings.Repeat(" ", half)
	case r.From == conn.Client:
		return "─" + flags + strings.Repeat("─", long-1) + "▶"
	}
	return "◀" + strings.Repeat("─", long-1) + flags + "─"
}

// facts says in a line what a connection was.
func facts(f *pair.Flow) string {
	end, text := f.A, ""
	switch {
	case f.A == nil:
		end, text = f.B, fmt.Sprintf("stream %d of B, not in A", f.B.Stream)
	case f.B == nil:
		text = fmt.Sprintf("stream %d of A, not in B", f.A.Stream)
	default:
		text = fmt.Sprintf("stream %d of A, %d of B", f.A.Stream, f.B.Stream)
	}
	text += ": " + end.Client.AddrPort().String() + " to " + end.Server.AddrPort().String()
	if f.Translated {
		text += " (in B " + f.B.Client.AddrPort().String() + " to " + f.B.Server.AddrPort().String() + ")"
	}
	return text + ", " + prose.CloseWords(f.Close)
}
