package ladders

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/ladder"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

type textWriter struct {
	w     io.Writer
	style prose.Style
	all   bool

	ladder *ladder.Ladder
	layout layout
	folder folder
	begun  bool // something was written
	buf    bytes.Buffer
}

func (t *textWriter) Begin(l *ladder.Ladder) error {
	t.ladder, t.layout = l, newLayout(t.style, l)
	t.folder = folder{show: t.row, fold: t.fold}
	r := l.Record
	if t.begun {
		t.buf.WriteByte('\n')
	}
	t.begun = true
	t.buf.WriteString(t.style.Bold(prose.Safe(r.File)) + "\n")
	t.lines("", "", Facts(r))
	if r.Caveats != 0 {
		t.lines(t.style.Yellow("!")+" ", "  ", strings.Join(r.Caveats.Names(), ", "))
	}
	t.buf.WriteString("\n" + t.style.Bold(t.layout.head()) + "\n")
	return t.write()
}

// Facts says in a line what a connection was.
func Facts(r *model.Record) string {
	facts := fmt.Sprintf("stream %d: %s to %s, %s", r.Stream, r.Client.AddrPort().String(), r.Server.AddrPort().String(), closeText(r))
	facts += "; " + prose.Count(r.Packets.Client+r.Packets.Server, "segment")
	if took := r.Last.Time.Sub(r.First.Time); took > 0 {
		facts += " in " + model.Seconds(took).Words()
	}
	return facts
}

// closeText words how a connection closed and who did it.
func closeText(r *model.Record) string {
	text := prose.CloseWords(r.Close)
	switch {
	case r.FirstCloser == nil:
		return text
	case *r.FirstCloser == conn.BothRoles:
		return text + ", both closed at once"
	}
	return text + ", the " + r.FirstCloser.String() + " closed first"
}

func (t *textWriter) Row(r *ladder.Row) error {
	if t.all {
		return t.row(r)
	}
	return t.folder.add(r)
}

func (t *textWriter) row(r *ladder.Row) error {
	if r.SinceLast >= longSilence {
		t.gap(model.Seconds(r.SinceLast))
	}
	var states [2]string
	for side, began := range r.Began {
		if began {
			states[side] = r.States[side]
		}
	}
	t.layout.line(&t.buf, rung{
		time: fmt.Sprintf("%.6f", r.SinceStart.Seconds()), since: t.since(r), frame: fmt.Sprint(r.Frame),
		client: states[0], server: states[1], arrow: t.arrow(r), details: segmentForms(r), notes: notes(r),
	})
	for _, f := range r.Proves {
		t.finding(f)
	}
	return t.write()
}

// since is the time since the line before; the first has none.
func (t *textWriter) since(r *ladder.Row) string {
	if r.Frame == t.ladder.Record.First.Frame {
		return ""
	}
	return model.Seconds(r.SinceLast).Words()
}

func (t *textWriter) arrow(r *ladder.Row) arrow {
	switch {
	case r.ICMP != "": // the error goes back to who sent what it quotes
		return arrow{text: "ICMP", from: r.From.Peer(), color: "33"}
	case r.Flags.Has(segment.RST):
		return arrow{r.FlagText(), r.From, "1;31"}
	case r.Flags.Has(segment.FIN):
		return arrow{r.FlagText(), r.From, "1;33"}
	case r.Flags.Has(segment.SYN):
		return arrow{r.FlagText(), r.From, "32"}
	}
	return arrow{text: r.FlagText(), from: r.From}
}

// segmentForms are the numbers of a segment, in several forms: those who have little
// room get fewer words.
func segmentForms(r *ladder.Row) []string {
	if r.ICMP != "" {
		return []string{r.ICMP}
	}
	seq, rest, length := "", "", ""
	switch {
	case r.Len > 0:
		seq = fmt.Sprintf("%d:%d ", r.Seq, r.Seq+int64(r.Len))
		length = fmt.Sprintf(" len %d", r.Len)
	case r.Flags.Any(segment.SYN|segment.FIN|segment.RST) || r.Has(ladder.KeepAlive) || r.Has(ladder.ZeroWindowProbe):
		seq = fmt.Sprintf("%d ", r.Seq)
	}
	if r.Flags.Has(segment.ACK) {
		rest = fmt.Sprintf("ack %d ", r.Ack)
	}
	narrow := strings.TrimRight("seq "+seq+rest, " ") + length // what the ladder is about, without the window
	switch {
	case r.Flags.Has(segment.RST):
	case r.HasWindow:
		rest += fmt.Sprintf("win %d", r.Window)
	default:
		rest += fmt.Sprintf("win %d?", r.RawWindow)
	}
	rest = strings.TrimRight(rest, " ")
	if seq == "" {
		return []string{rest}
	}
	return []string{strings.TrimRight("seq "+seq+rest, " ") + length, narrow}
}

// noteWords are notes as text for people.
var noteWords = map[ladder.NoteKind]string{
	ladder.Retransmission: "retransmission", ladder.OutOfOrder: "out of order", ladder.DuplicateCapture: "duplicate capture",
	ladder.DuplicateACK: "dup ACK", ladder.KeepAlive: "keep-alive", ladder.ZeroWindowProbe: "zero-window probe",
	ladder.AnswersProbe: "answers the probe", ladder.DSACK: "D-SACK", ladder.SACK: "SACK", ladder.WindowShut: "window 0",
	ladder.WindowOpen: "window opens", ladder.AcknowledgesFIN: "acknowledges the FIN", ladder.NotTakenIn: "not accepted",
	ladder.AcknowledgesUnseen: "acknowledges more than was captured", ladder.OutsideWindow: "outside the window",
}

// notes are what is to be noticed of a segment, and the rules that it is evidence
// of.
func notes(r *ladder.Row) []string {
	out := noteTexts(r)
	for _, f := range r.Evidence {
		out = append(out, prose.Safe(f.Rule))
	}
	return out
}

// noteTexts are what is to be noticed of a segment.
func noteTexts(r *ladder.Row) (out []string) {
	for _, n := range r.Notes {
		if n.Kind == ladder.Answers {
			out = append(out, fmt.Sprintf("answers frame %d", n.Frame))
		} else {
			out = append(out, noteWords[n.Kind])
		}
	}
	for side, passed := range r.Passed {
		if len(passed) > 0 {
			out = append(out, fmt.Sprintf("%s %s, then %s", conn.Role(side), strings.Join(passed, ", then "), r.States[side]))
		}
	}
	return out
}

// finding tells a finding below the last segment that proves it.
func (t *textWriter) finding(f *model.Finding) {
	mark := t.style.Severity(f.Severity, "▲ "+prose.Safe(f.Severity.String()+" "+f.Rule+" "+f.Name)+":")
	t.lines("  ", "    ", mark+" "+prose.Safe(f.Message.String()))
}

// gap draws a silence.
func (t *textWriter) gap(s model.Seconds) {
	text := "~ " + s.Words() + " ~"
	if prose.Width(text) > t.layout.arrow {
		text = s.Words()
	}
	t.layout.line(&t.buf, rung{arrow: arrow{text: text, from: conn.NoRole, color: "2"}})
}

func (t *textWriter) fold(f *folded) error {
	t.layout.line(&t.buf, rung{arrow: arrow{text: "…", from: conn.NoRole}, details: []string{"… " + f.words()}})
	return t.write()
}

// words says what was left out.
func (f *folded) words() string {
	text := prose.Count(f.segments, "segment")
	if d := f.to - f.from; d > 0 {
		text += " in " + model.Seconds(d).Words()
	}
	for side, n := range f.bytes {
		if n > 0 {
			text += fmt.Sprintf(", %s from the %s", size(n), conn.Role(side))
		}
	}
	if f.retransmissions > 0 {
		text += ", " + prose.Count(f.retransmissions, "retransmission")
	}
	return text
}

// size words an amount of payload: 999 bytes, 1.23 kB, 1.7 MB.
func size(n int64) string {
	if n < 1000 {
		return prose.Count(n, "byte")
	}
	v, unit := float64(n), 0
	for v >= 999.5 && unit < 4 {
		v /= 1000
		unit++
	}
	return model.Digits3(v) + " " + [...]string{"", "kB", "MB", "GB", "TB"}[unit]
}

// endWords say why observation of a connection ended, where the last segment
// does not.
var endWords = map[conn.End]string{
	conn.EndCapture: "the capture ended",
	conn.EndIdle:    "silent for too long: taken for abandoned",
	conn.EndEvicted: "given up for want of room",
	conn.EndReused:  "a new connection on the same addresses and ports",
}

func (t *textWriter) End() error {
	if err := t.folder.end(); err != nil {
		return err
	}
	r := t.ladder.Record
	for _, f := range t.ladder.Rest() {
		t.finding(f)
	}
	words := endWords[r.Ended]
	if words == "" {
		return t.write()
	}
	end, quiet := t.ladder.Until()
	if quiet >= longSilence {
		t.gap(model.Seconds(quiet))
	}
	t.layout.line(&t.buf, rung{
		time: fmt.Sprintf("%.6f", end.Sub(r.First.Time).Seconds()), details: []string{words},
		client: openState(r.States.Client), server: openState(r.States.Server), arrow: arrow{text: "end", from: conn.NoRole, color: "2"},
	})
	return t.write()
}

// openState is the state in which observation of an endpoint ended.
func openState(stays []model.Stay) string {
	if n := len(stays); n > 0 && stays[n-1].Open {
		return stays[n-1].State.String()
	}
	return ""
}

// lines writes text in the width that there is: lead before the first line, hang
// before the others.
func (t *textWriter) lines(lead, hang, text string) {
	for i, line := range prose.Wrap(text, t.layout.width-prose.Width(hang)) {
		if i == 1 {
			lead = hang
		}
		t.buf.WriteString(lead + line + "\n")
	}
}

func (t *textWriter) write() error {
	_, err := t.w.Write(t.buf.Bytes())
	t.buf.Reset()
	return err
}

// Close has nothing to add.
func (*textWriter) Close() error { return nil }
