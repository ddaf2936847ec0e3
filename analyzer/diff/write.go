package diff

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// Formats are the ways to write a Diff.
var Formats = []string{"text", "json", "markdown", "html"}

// Write writes d in one of Formats.
func Write(w io.Writer, format string, d *Diff) error {
	switch format {
	case "json":
		return prose.JSONEncoder(w, "  ").Encode(d)
	case "markdown":
		return writeMarkdown(w, d)
	case "html":
		return writePage(w, d)
	}
	return writeText(w, d)
}

// table is a part of a Diff, as text shows it.
type table struct {
	title string
	heads []string // of the columns after the first
	rows  []row
}

type row struct {
	name    string
	cells   []string
	differs bool
}

func (d *Diff) tables() []table {
	closes := table{title: "How they closed", heads: []string{"old", "new", "change"}}
	closes.rows = append(closes.rows, d.Connections.row("connections"))
	closes.rows = append(closes.rows, rowsOf(d.Close)...)
	first := table{title: "First to close", heads: closes.heads, rows: rowsOf(d.FirstCloser)}
	found := table{title: "Findings", heads: closes.heads}
	for _, id := range slices.Sorted(maps.Keys(d.Rules)) {
		found.rows = append(found.rows, d.Rules[id].row(id+" "+d.Rules[id].Name))
	}
	times := table{title: "Time in states", heads: []string{"n", "new n", "p50", "new p50", "p90", "new p90", "change"}}
	for _, side := range []struct {
		of     conn.Role
		states map[tcpstate.State]*Change
	}{{conn.Client, d.States.Client}, {conn.Server, d.States.Server}} {
		for _, state := range slices.Sorted(maps.Keys(side.states)) { // as RFC 9293 §3.3.2 lists them
			if state != tcpstate.TimeWait && state != tcpstate.Closed {
				times.rows = append(times.rows, side.states[state].row(side.of.String()+" "+state.String()))
			}
		}
	}
	return []table{closes, first, found, times}
}

func rowsOf[E interface {
	comparable
	fmt.Stringer
}](list map[E]Count) (rows []row) {
	byWord := func(a, b E) int { return strings.Compare(a.String(), b.String()) }
	for _, key := range slices.SortedFunc(maps.Keys(list), byWord) {
		rows = append(rows, list[key].row(key.String()))
	}
	return rows
}

func (c Count) row(name string) row {
	r := row{name: name, cells: []string{strconv.FormatInt(c.Old, 10), strconv.FormatInt(c.New, 10), ""}, differs: c.Old != c.New}
	if r.differs {
		r.cells[2] = fmt.Sprintf("%+d", c.New-c.Old)
	}
	return r
}

func (c *Change) row(name string) row {
	number := func(s *model.StateTimes) string {
		if s == nil {
			return "0"
		}
		text := strconv.FormatInt(s.N+s.AtMost+s.AtLeast, 10) // as report has it
		if s.Open > 0 {
			text += fmt.Sprintf(" (+%d open)", s.Open)
		}
		return text
	}
	value := func(s *model.StateTimes, of func(*model.StateTimes) *model.Seconds) string {
		if s == nil || of(s) == nil {
			return "-"
		}
		return of(s).Words()
	}
	p50 := func(s *model.StateTimes) *model.Seconds { return s.P50 }
	p90 := func(s *model.StateTimes) *model.Seconds { return s.P90 }
	r := row{name: name, differs: c.Differs, cells: []string{
		number(c.Old), number(c.New), value(c.Old, p50), value(c.New, p50), value(c.Old, p90), value(c.New, p90), "",
	}}
	if c.Differs && *c.Old.P90 > 0 {
		r.cells[6] = fmt.Sprintf("%+.0f %%", 100*(float64(*c.New.P90)/float64(*c.Old.P90)-1))
	} else if c.Differs {
		r.cells[6] = "+" + c.New.P90.Words()
	}
	return r
}

// verdict says in one sentence whether there is a difference.
func (d *Diff) verdict() string {
	if d.Differs {
		return "They differ."
	}
	return "No difference: the counts are the same, and no p90 moved by more than 20 % and 50 ms."
}

func writeText(w io.Writer, d *Diff) error {
	var b strings.Builder
	fmt.Fprintf(&b, "old: %s\nnew: %s\n", prose.Safe(d.Old), prose.Safe(d.New))
	for _, t := range d.tables() {
		if len(t.rows) == 0 {
			continue
		}
		widths := make([]int, len(t.heads)+1)
		widths[0] = len(t.title)
		for _, r := range t.rows {
			widths[0] = max(widths[0], 4+utf8.RuneCountInString(prose.Safe(r.name)))
			for i, cell := range r.cells {
				widths[i+1] = max(widths[i+1], utf8.RuneCountInString(cell), len(t.heads[i]))
			}
		}
		line := func(name string, cells []string) {
			text := name + strings.Repeat(" ", widths[0]-utf8.RuneCountInString(name))
			for i, cell := range cells {
				text += strings.Repeat(" ", 2+widths[i+1]-utf8.RuneCountInString(cell)) + cell
			}
			b.WriteString(strings.TrimRight(text, " ") + "\n")
		}
		b.WriteString("\n")
		line(t.title, t.heads)
		for _, r := range t.rows {
			mark := "    "
			if r.differs {
				mark = "  * "
			}
			line(mark+prose.Safe(r.name), r.cells)
		}
	}
	b.WriteString("\n" + d.verdict() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func writeMarkdown(w io.Writer, d *Diff) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s → %s\n\n%s\n", cell(d.Old), cell(d.New), d.verdict())
	for _, t := range d.tables() {
		if len(t.rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n| %s | %s |\n|---|%s\n", t.title, strings.Join(t.heads, " | "), strings.Repeat("---:|", len(t.heads)))
		for _, r := range t.rows {
			name := cell(r.name)
			if r.differs {
				name = "**" + name + "**"
			}
			fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(r.cells, " | "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell makes text safe inside a table of Markdown.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "`", "\\`", "_", `\_`).Replace(prose.Safe(s))
}
