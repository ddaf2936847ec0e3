package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
)

const (
	maxByRows = 50 // files, servers, clients or rules that people are told of
	maxKey    = 48 // columns of a key
)

// byTable is what people are told of each file, server, client or rule.
type byTable struct {
	Title string
	Heads []string
	Rows  [][]string
	More  string // what is said of those that are left out
}

func newByTable(s *model.Summary) (t byTable) {
	if len(s.By) == 0 {
		return t
	}
	by := s.By[0].By
	t.Title = "By " + by
	t.Heads = []string{by, "connections", "error", "warning", "info", "half-closed p50", "p90", "closed", "worst"}
	var rest model.Row
	for i := range s.By {
		row := &s.By[i]
		if i < maxByRows && row.Keys == 1 && row.Key != "" {
			t.Rows = append(t.Rows, byCells(row))
			continue
		}
		rest.Keys += row.Keys
		rest.Connections += row.Connections
		rest.Severities.Error += row.Severities.Error
		rest.Severities.Warning += row.Severities.Warning
		rest.Severities.Info += row.Severities.Info
	}
	if rest.Keys > 0 {
		parts := append([]string{prose.Count(rest.Connections, "connection")}, severityWords(&rest.Severities)...)
		t.More = fmt.Sprintf("and %s: %s", prose.Count(rest.Keys, "more "+by), strings.Join(parts, ", "))
	}
	return t
}

func byCells(r *model.Row) []string {
	worst := ""
	switch {
	case r.Error != nil:
		worst = prose.Safe(strings.TrimPrefix(*r.Error, r.Key+": "))
	case r.Worst != nil:
		worst = prose.Safe(r.Worst.Rule + " " + r.Worst.Name)
	}
	return []string{
		prose.Safe(r.Key), prose.Number(r.Connections),
		prose.Some(r.Severities.Error), prose.Some(r.Severities.Warning), prose.Some(r.Severities.Info),
		prose.Bounded(r.HalfClosed.P50, nil), prose.Bounded(r.HalfClosed.P90, nil), closeList(r.Close), worst,
	}
}

// shortKey keeps both ends of a long key: of a path, the end tells more.
func shortKey(s string) string {
	if prose.Width(s) <= maxKey {
		return s
	}
	runes := []rune(s)
	head, tail := 0, len(runes)
	for width := 1; ; {
		next := tail - 1
		if head < 12 {
			next = head
		}
		if width += prose.Width(string(runes[next])); width > maxKey {
			return string(runes[:head]) + "…" + string(runes[tail:])
		}
		if next == head {
			head++
		} else {
			tail--
		}
	}
}

// closeList words how connections closed, the most frequent first.
func closeList(close map[conn.Close]int64) string {
	var list []tallied
	for _, c := range prose.Closes() {
		if n := close[c]; n > 0 {
			list = append(list, tallied{prose.CloseWords(c), n})
		}
	}
	slices.SortStableFunc(list, func(a, b tallied) int { return int(b.n - a.n) })
	var words []string
	for i, c := range list {
		if i == 2 && len(list) > 3 {
			words = append(words, "…")
			break
		}
		words = append(words, c.words+" "+prose.Number(c.n))
	}
	return strings.Join(words, ", ")
}

func (t *textReport) by(b *bytes.Buffer, d *digest) {
	if d.by.Title == "" {
		return
	}
	g := prose.Grid{Indent: "  ", Left: 1, Tail: 2}
	g.Head(append([]string{d.by.Title}, d.by.Heads[1:]...)...)
	for _, row := range d.by.Rows {
		if t.style.Width > 0 { // of a terminal; elsewhere a path is whole
			row = append([]string{shortKey(row[0])}, row[1:]...)
		}
		g.Row(row...)
	}
	b.WriteByte('\n')
	g.Write(b, t.style)
	if d.by.More != "" {
		fmt.Fprintf(b, "  %s\n", d.by.More)
	}
}

func mdBy(b *bytes.Buffer, t *byTable) {
	if t.Title == "" {
		return
	}
	prose.MarkdownTable(b, t.Title, t.Heads, t.Rows)
	if t.More != "" {
		fmt.Fprintf(b, "\n%s\n", prose.EscapeMarkdown(t.More))
	}
}
