package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// minFlags is the least room, in columns, that the flag sequence gets.
const minFlags = 20

type flowTable struct {
	w     io.Writer
	style prose.Style
	grid  *prose.Grid
	name  string // of the capture whose rows are gathered
	begun bool   // something was written
}

// Table returns a Handler that writes the connections as a table for people. It
// wants them sorted.
func Table(w io.Writer, s prose.Style) model.Handler { return &flowTable{w: w, style: s} }

func (t *flowTable) Record(r *model.Record) error {
	if t.grid == nil {
		t.grid = &prose.Grid{Left: 5, Tail: 3}
		t.grid.Head("stream", "client", "server", "close", "first", "half-closed", "teardown", "caveats", "findings", "flags")
		t.name = prose.Safe(r.File)
	}
	first := ""
	if r.FirstCloser != nil {
		first = r.FirstCloser.String()
	}
	var rules []string
	for i := range r.Findings {
		rules = append(rules, r.Findings[i].Rule)
	}
	t.grid.Row(
		fmt.Sprint(r.Stream), r.Client.AddrPort().String(), r.Server.AddrPort().String(), r.Close.String(), first,
		prose.Bounded(r.HalfClosedS, r.HalfClosed), prose.Bounded(r.TeardownS, nil),
		strings.Join(r.Caveats.Names(), " "), prose.Safe(strings.Join(rules, " ")), prose.Safe(r.Flags),
	)
	if len(t.grid.Rows) < prose.GridRows {
		return nil
	}
	return t.flush()
}

// File says of a capture without a row that it has none, unless that is because
// of what was selected: of that Close tells once, if there is no row at all.
func (t *flowTable) File(f *model.FileInfo) error {
	if t.grid != nil {
		return t.flush()
	}
	if f.Connections == nil || *f.Connections > 0 || f.Error != nil || f.Unselected > 0 || f.Skipped[notSelected] > 0 {
		return nil
	}
	return t.write([]byte(t.style.Bold(prose.Safe(f.File)) + "   no TCP connections\n"))
}

// notSelected is the reason of packets that were not asked for.
const notSelected = "not-selected"

func (t *flowTable) Close(s *model.Summary) error {
	if t.grid != nil {
		return t.flush()
	}
	if t.begun {
		return nil
	}
	connections, packets, name := unselected(s), int64(0), ""
	for i := range s.Files {
		packets += s.Files[i].Skipped[notSelected]
	}
	if len(s.Files) == 1 {
		name = t.style.Bold(prose.Safe(s.Files[0].File)) + "   "
	}
	switch {
	case connections > 0:
		return t.write([]byte(name + selected(0, connections) + "\n"))
	case packets > 0:
		return t.write([]byte(name + "no TCP connections in what was selected; " + prose.Count(packets, "packet") + " left out\n"))
	}
	return nil
}

func (t *flowTable) flush() error {
	var b bytes.Buffer
	b.WriteString(t.style.Bold(t.name) + "\n")
	t.shorten()
	t.grid.Write(&b, t.style)
	t.grid = nil
	return t.write(b.Bytes())
}

// write puts an empty line between captures.
func (t *flowTable) write(b []byte) error {
	if t.begun {
		b = append([]byte("\n"), b...)
	}
	t.begun = true
	_, err := t.w.Write(b)
	return err
}

// shorten cuts the flags to the room that the other columns leave.
func (t *flowTable) shorten() {
	last := len(t.grid.Heads) - 1
	room := t.style.Columns()
	for _, i := range t.grid.Kept() {
		if i == last {
			break
		}
		width := prose.Width(t.grid.Heads[i])
		for _, row := range t.grid.Rows {
			width = max(width, prose.Width(row[i]))
		}
		room -= width + 2
	}
	room = max(room, minFlags)
	for _, row := range t.grid.Rows {
		if flags := row[last]; len(flags) > room {
			row[last] = flags[:room-1] + "…"
		}
	}
}
