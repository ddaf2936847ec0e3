package timelines

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
	"finwait/reassembly/tcpstate"
)

const (
	maxChartGroups = 8   // hosts, each side for itself, that are drawn
	maxRises       = 3   // changes that are told
	maxColumns     = 120 // of a chart
	minColumns     = 20
)

// looseWords says what the mark of atMost means.
const looseWords = "≤: of these, some may have been gone: of their stay only the latest end is known"

// heights are the blocks that counts are drawn with.
var heights = []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

type textWriter struct {
	w     io.Writer
	style prose.Style
	shape Shape
	begun bool
	loose bool // a count was marked as at most so many
}

// newTextWriter draws charts for people: a row a state, the highest count of a row as
// a full block.
func newTextWriter(w io.Writer, s prose.Style, shape Shape) timeline.Writer {
	return &textWriter{w: w, style: s, shape: shape}
}

func (t *textWriter) Chart(c *timeline.Chart) error {
	var b bytes.Buffer
	if t.begun {
		b.WriteByte('\n')
	}
	t.begun = true
	b.WriteString(t.head(c))
	if len(c.Series) > 0 {
		t.draw(&b, c)
		t.rises(&b, c)
	}
	if c.Other {
		fmt.Fprintf(&b, "%s of a side are told apart; the others are counted under %s\n", prose.Count(timeline.MaxHosts, hostWord(c)), timeline.Other)
	}
	_, err := t.w.Write(b.Bytes())
	return err
}

func (t *textWriter) Close() error {
	loose := ""
	if t.loose {
		loose = looseWords + ".\n"
	}
	_, err := fmt.Fprintf(t.w, "\n%s%s.\n", loose, prose.UpperFirst(Invisible))
	return err
}

func hostWord(c *timeline.Chart) string {
	if c.By == timeline.ByServer {
		return "server"
	}
	return "host"
}

// head is the first line: what is drawn.
func (t *textWriter) head(c *timeline.Chart) string {
	name := "joined captures"
	if !t.shape.Joined {
		name = prose.Safe(c.File)
	}
	line := t.style.Bold(name) + "   "
	switch {
	case c.Connections == 0:
		return line + "no TCP connections\n"
	case len(c.Series) == 0:
		return line + fmt.Sprintf("%s, and none of them there at a multiple of %v: a smaller --step looks closer\n", prose.Count(c.Sockets, "socket"), c.Step)
	}
	return line + fmt.Sprintf("%s, %s, every %v\n", prose.Count(c.Connections, "connection"), prose.Count(c.Sockets, "socket"), c.Step)
}

// chartGroup is the series of one side of one host.
type chartGroup struct {
	title  string
	series []*timeline.Series
	most   int64 // sockets that wait at once, in the state that has most
}

// chartGroups returns what is drawn together, the most waiting first.
func chartGroups(c *timeline.Chart) (list []chartGroup) {
	for i := range c.Series {
		s := &c.Series[i]
		title := strings.TrimSpace(prose.Safe(s.Host) + " " + s.Side)
		if n := len(list); n == 0 || list[n-1].title != title {
			list = append(list, chartGroup{title: title})
		}
		g := &list[len(list)-1]
		g.series = append(g.series, s)
		if slices.Contains(prose.ClosingStates, s.State) {
			g.most = max(g.most, s.Peak().Sockets)
		}
	}
	for _, g := range list {
		slices.SortFunc(g.series, func(a, b *timeline.Series) int { return cmp.Compare(a.State, b.State) })
	}
	slices.SortStableFunc(list, func(a, b chartGroup) int { return cmp.Compare(b.most, a.most) })
	return list
}

func (t *textWriter) draw(b *bytes.Buffer, c *timeline.Chart) {
	const label, tail = 15, 22
	groups := chartGroups(c)
	shown := groups[:min(len(groups), maxChartGroups)]
	columns := min(c.Moments, max(t.style.Columns()-label-tail, minColumns), maxColumns)
	if columns == 0 {
		columns = 1
	}
	from, to := t.offset(c, 0), t.offset(c, max(c.Moments-1, 0))
	axis := prose.Pad(from, max(columns-prose.Width(to), prose.Width(from)+1)) + to
	b.WriteString("\n" + strings.Repeat(" ", label) + prose.Pad(axis, columns) + "  " + t.style.Bold("most") + "\n")
	for _, g := range shown {
		if g.title != "" {
			b.WriteString(t.style.Bold(g.title) + "\n")
		}
		for _, s := range g.series {
			peak := s.Peak()
			row := prose.Pad("  "+s.State.String(), label) + t.paint(s.State, blocks(s.Columns(max(c.Moments, 1), columns), peak.Sockets))
			what := "none for sure"
			if peak.Sockets > 0 {
				t.loose = t.loose || peak.Min < peak.Sockets
				what = atMost(peak.Min, peak.Sockets) + prose.Number(peak.Sockets) + " at " + t.offset(c, peak.At)
			}
			b.WriteString(row + "  " + what + "\n")
		}
	}
	if more := len(groups) - len(shown); more > 0 {
		fmt.Fprintf(b, "and %s: --by none counts all together, --where selects\n", prose.Count(int64(more), "more "+hostWord(c)))
	}
}

// atMost is the mark of a count of which some are not there for sure: those whose stay
// has but an upper bound.
func atMost(sure, n int64) string {
	if sure < n {
		return "≤ "
	}
	return ""
}

// paint writes text in the colour of a state.
func (t *textWriter) paint(s tcpstate.State, text string) string {
	return t.style.Paint(page.StateColor(s).SGR, text)
}

// blocks draws counts against the highest. Where a socket may have been, but need
// not, stands a dot.
func blocks(list []timeline.Counts, most int64) string {
	var b strings.Builder
	for _, c := range list {
		switch {
		case c.Sockets > 0:
			b.WriteString(heights[(c.Sockets*int64(len(heights))-1)/most])
		case c.Max > 0:
			b.WriteString("·")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// offset words a moment as seconds from the capture's first packet.
func (t *textWriter) offset(c *timeline.Chart, at int) string {
	return model.Seconds(c.Time(at).Sub(c.First)).Words()
}

// rises says what changed most.
func (t *textWriter) rises(b *bytes.Buffer, c *timeline.Chart) {
	list := c.Rises(maxRises)
	if len(list) > 0 {
		b.WriteByte('\n')
	}
	for i := range list {
		r := &list[i]
		for _, line := range prose.Wrap(t.rise(c, r), t.style.Columns()) {
			b.WriteString(line + "\n")
		}
		if command := t.command(c, r); command != "" {
			b.WriteString("  →  " + command + "\n")
		}
	}
}

// rise words one change.
func (t *textWriter) rise(c *timeline.Chart, r *timeline.Rise) string {
	text := r.Series.State.String()
	switch {
	case r.Series.Host == "":
	case c.By == timeline.ByServer:
		text += " of " + prose.Safe(r.Series.Host)
	default:
		text += " on " + prose.Safe(r.Series.Host)
	}
	to := prose.Number(r.To)
	if r.ToMin < r.To {
		to = "at most " + to
	}
	text += fmt.Sprintf(" rose from %s to %s", prose.Number(r.From), to)
	if r.At == r.Peak {
		text += " at " + t.offset(c, r.At)
	} else {
		text += " between " + t.offset(c, r.At) + " and " + t.offset(c, r.Peak)
	}
	var causes []string
	for _, cause := range r.Causes {
		if cause.Rule != "" && len(causes) < 3 {
			causes = append(causes, prose.Safe(cause.Rule)+", "+prose.Count(cause.N, "connection"))
		}
	}
	if len(causes) > 0 {
		text += ": " + strings.Join(causes, "; ")
	}
	return text
}

// command shows the sockets of the peak.
func (t *textWriter) command(c *timeline.Chart, r *timeline.Rise) string {
	if t.shape.Joined || c.File == "-" || c.By == timeline.ByServer || r.Series.Host == timeline.Other {
		return ""
	}
	command := "finwait ss " + prose.ShellWord(c.File) + " --at " + prose.ShortTime(c.Time(r.Peak))
	if r.Series.Host != "" {
		command += " --host " + prose.Safe(r.Series.Host)
	}
	return command
}
