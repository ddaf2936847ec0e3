package timelines

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// SSSchema names the version of a row of ss.
const SSSchema = "finwait.ss/1"

// TableFormat is one way to write the sockets of a moment.
type TableFormat struct {
	Name string
	Says bool // tells itself which sockets cannot be seen

	// Sockets writes each of them; file names the capture, "" of joined ones.
	Sockets func(w io.Writer, s prose.Style, file string, t *timeline.Table) error
	// Counts writes how many there are in each state.
	Counts func(w io.Writer, s prose.Style, file string, t *timeline.Table) error
}

// Tables are the formats that write the sockets of a moment.
var Tables = []TableFormat{
	{Name: "text", Sockets: ssText, Counts: ssCounts, Says: true},
	{Name: "jsonl", Sockets: ssJSON, Counts: ssCountsJSON},
	{Name: "csv", Sockets: ssCSV, Counts: ssCountsCSV},
}

// FindTable returns the format of that name, which must be one of Tables.
func FindTable(name string) TableFormat {
	for _, f := range Tables {
		if f.Name == name {
			return f
		}
	}
	panic("timelines: no format " + name)
}

// stateCount is how many sockets of a host are in a state.
type stateCount struct {
	host  netip.Addr
	state tcpstate.State
	n     int64
}

// countStates counts sockets, by host and state.
func countStates(list []timeline.Socket) (out []stateCount) {
	for i := range list {
		s := &list[i]
		if n := len(out); n == 0 || out[n-1].host != s.Local.Addr() || out[n-1].state != s.State {
			out = append(out, stateCount{host: s.Local.Addr(), state: s.State})
		}
		out[len(out)-1].n++
	}
	return out
}

// LooseCounts says which counts have sockets that may have been gone at the moment; ""
// where none has.
func LooseCounts(t *timeline.Table) string {
	if t == nil {
		return ""
	}
	loose := slices.DeleteFunc(slices.Clone(t.Sockets()), func(s timeline.Socket) bool { return s.Bound != conn.AtMost.String() })
	var words []string
	for _, c := range countStates(loose) {
		words = append(words, fmt.Sprintf("%d in %s on %s", c.n, timeline.SpellingOf(c.state).Netstat, c.host))
	}
	switch n := len(words) - maxLoose; {
	case len(words) == 0:
		return ""
	case n > 0:
		words = append(words[:maxLoose], fmt.Sprintf("%d more counts", n))
	}
	return strings.Join(words, ", ") + " may have been gone: of their stay only the latest end is known"
}

// maxLoose is how many counts are named of which some sockets may have been gone.
const maxLoose = 5

// socketCells are the cells of a socket, in the order of the JSON.
func socketCells(t *timeline.Table, s *timeline.Socket) []cell {
	queue := func(name string, v *int64) cell {
		if v == nil {
			return cell{name: name, kind: model.KindOptional}
		}
		return integerCell(name, *v)
	}
	return []cell{
		wordCell("schema", SSSchema),
		timeCell("time", t.Moment.At),
		wordCell("host", s.Local.Addr().String()),
		wordCell("state", timeline.SpellingOf(s.State).SS),
		queue("recv_q", s.RecvQ), queue("send_q", s.SendQ),
		wordCell("local", s.Local.String()),
		wordCell("peer", s.Peer.String()),
		timeCell("since", s.Since),
		{name: "duration_s", kind: model.KindDuration, number: int64(s.Duration)},
		wordCell("bound", s.Bound),
		integerCell("stream", int64(s.Stream)),
		{name: "findings", kind: model.KindList, words: s.Findings},
	}
}

func countCells(t *timeline.Table, c *stateCount) []cell {
	return []cell{
		wordCell("schema", SSSchema),
		timeCell("time", t.Moment.At),
		wordCell("host", c.host.String()),
		wordCell("state", timeline.SpellingOf(c.state).Netstat),
		integerCell("sockets", c.n),
	}
}

// writeLines writes a line for each of n rows, and a header if names is not nil.
func writeLines(w io.Writer, n int, row func(i int) []cell, line, names func([]byte, []cell) []byte, head []cell) error {
	var buf []byte
	if names != nil {
		buf = append(names(buf, head), '\n')
	}
	for i := range n {
		buf = append(line(buf, row(i)), '\n')
		if len(buf) > 1<<16 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	_, err := w.Write(buf)
	return err
}

func ssJSON(w io.Writer, _ prose.Style, _ string, t *timeline.Table) error {
	list := t.Sockets()
	line, _ := jsonRow()
	return writeLines(w, len(list), func(i int) []cell { return socketCells(t, &list[i]) }, line, nil, nil)
}

func ssCSV(w io.Writer, _ prose.Style, _ string, t *timeline.Table) error {
	list := t.Sockets()
	line, names := cellRow(',')()
	return writeLines(w, len(list), func(i int) []cell { return socketCells(t, &list[i]) }, line, names, socketCells(t, new(timeline.Socket)))
}

func ssCountsJSON(w io.Writer, _ prose.Style, _ string, t *timeline.Table) error {
	list := countStates(t.Sockets())
	line, _ := jsonRow()
	return writeLines(w, len(list), func(i int) []cell { return countCells(t, &list[i]) }, line, nil, nil)
}

func ssCountsCSV(w io.Writer, _ prose.Style, _ string, t *timeline.Table) error {
	list := countStates(t.Sockets())
	line, names := cellRow(',')()
	return writeLines(w, len(list), func(i int) []cell { return countCells(t, &list[i]) }, line, names, countCells(t, new(stateCount)))
}

// ssText writes a table for each host, as ss -tan does, and what ss does not know.
func ssText(w io.Writer, style prose.Style, file string, t *timeline.Table) error {
	var b bytes.Buffer
	sockets := t.Sockets()
	b.WriteString(ssHead(style, file, t))
	for len(sockets) > 0 {
		host := sockets[0].Local.Addr()
		n := slices.IndexFunc(sockets, func(s timeline.Socket) bool { return s.Local.Addr() != host })
		if n < 0 {
			n = len(sockets)
		}
		b.WriteString("\n" + style.Bold(host.String()) + "\n")
		for part := range slices.Chunk(sockets[:n], prose.GridRows) {
			ssGrid(&b, style, t, part)
		}
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
		sockets = sockets[n:]
	}
	b.WriteString("\n" + prose.UpperFirst(Invisible) + ".\n")
	_, err := b.WriteTo(w)
	return err
}

func ssHead(style prose.Style, file string, t *timeline.Table) string {
	name := "joined captures"
	if file != "" {
		name = prose.Safe(file)
	}
	since := model.Seconds(t.Moment.At.Sub(t.First()))
	return style.Bold(name) + "   " + prose.Count(int64(len(t.Sockets())), "socket") + " at " + since.Words() + ", " + prose.ShortTime(t.Moment.At) + "\n"
}

func ssGrid(b *bytes.Buffer, style prose.Style, t *timeline.Table, sockets []timeline.Socket) {
	g := &prose.Grid{Left: 1, Tail: 1}
	g.Head("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "since", "for", "stream", "findings")
	for i := range sockets {
		s := &sockets[i]
		bound := map[string]string{"at-least": "> ", "at-most": "≤ "}[s.Bound]
		g.Row(timeline.SpellingOf(s.State).SS, queueWord(s.RecvQ), queueWord(s.SendQ), s.Local.String(), s.Peer.String(),
			model.Seconds(s.Since.Sub(t.First())).Words(), bound+s.Duration.Words(), strconv.FormatUint(uint64(s.Stream), 10),
			prose.Safe(strings.Join(s.Findings, " ")))
	}
	g.Write(b, style)
}

func queueWord(v *int64) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatInt(*v, 10)
}

// ssCounts writes what netstat -an | awk '{++S[$NF]} END {for (a in S) print a, S[a]}'
// prints, for each host under its address where there are several.
func ssCounts(w io.Writer, style prose.Style, _ string, t *timeline.Table) error {
	var b bytes.Buffer
	list := countStates(t.Sockets())
	several := len(list) > 0 && list[0].host != list[len(list)-1].host
	for i := range list {
		if several && (i == 0 || list[i].host != list[i-1].host) {
			b.WriteString(style.Bold(list[i].host.String()) + "\n")
		}
		b.WriteString(timeline.SpellingOf(list[i].state).Netstat + " " + strconv.FormatInt(list[i].n, 10) + "\n")
	}
	_, err := b.WriteTo(w)
	return err
}
