package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// digest is a Summary as people read it: what the text and the markdown report
// have in common.
type digest struct {
	files    []fileLine
	closes   []tallied
	closers  []tallied
	states   []stateRow
	findings []model.FindingGroup
	timers   []model.Timer
	total    string // of anything but one file; else ""
	more     string // what is said of files that are left out
	noTCP    string // what is said of files without TCP, and of those without what was asked for
	unread   []string
	many     bool // so many files that they come last
	by       byTable
	moment   string   // the worst one, in words; "" where there is none
	opening  bool     // its sockets are not closing
	table    string   // the command that shows its sockets; "" where that cannot be
	joined   []string // captures that were read as one
	caveats  []string // what is not known
}

// fileLine is one capture: a headline, and what is noteworthy about it.
type fileLine struct {
	name, facts string
	problem     string // why it was not read to its end, or ""
	notes       []string
}

type tallied struct {
	words string
	n     int64
}

// stateRow is the line of one side's state. The cells are ready to be shown.
type stateRow struct {
	side, state, n, p50, p90, max, open string
	of                                  tcpstate.State
	times                               *model.StateTimes
}

func newDigest(s *model.Summary) *digest {
	d := &digest{findings: s.Findings, timers: s.Timers, joined: joined(s)}
	lists := newFileLists(s.Files)
	for _, f := range lists.shown {
		d.files = append(d.files, newFileLine(f, len(s.Files) > 1))
	}
	for i := range s.Runs[:min(len(s.Runs), maxFiles)] {
		d.files = append(d.files, newRunLine(&s.Runs[i], len(s.Runs)+len(s.Files) > 1))
	}
	for _, text := range s.Caveats {
		d.caveats = append(d.caveats, prose.UpperFirst(prose.Safe(text)))
	}
	d.more, d.unread, d.many = moreFiles(lists.more), unreadLines(lists.unread), len(s.Files)+len(s.Runs) > maxFiles
	if n := len(s.Runs) - maxFiles; n > 0 {
		d.more = strings.TrimPrefix(d.more+", and "+prose.Count(int64(n), "more stored run"), ", ")
	}
	if lists.noTCP > 0 {
		d.noTCP = prose.Count(lists.noTCP, "file") + " without TCP"
	}
	if lists.others > 0 {
		d.noTCP = strings.TrimPrefix(d.noTCP+", "+prose.Count(lists.others, "file")+" without a selected connection", ", ")
	}
	d.by = newByTable(s)
	d.moment, d.table = momentWords(s), momentCommand(s, d.joined)
	d.opening = s.WorstMoment != nil && !prose.IsClosing(s.WorstMoment.State)
	switch {
	case len(s.Files)+len(s.Runs) == 0:
		d.total = prose.Count(s.Connections, "connection")
	case len(s.Files)+len(s.Runs) > 1:
		d.total = totalOf(s)
	}
	for _, c := range prose.Closes() {
		if n := s.Close[c]; n > 0 {
			d.closes = append(d.closes, tallied{prose.CloseWords(c), n})
		}
	}
	for _, side := range []conn.Role{conn.Client, conn.Server, conn.BothRoles} {
		if n := s.FirstCloser[side]; n > 0 {
			d.closers = append(d.closers, tallied{side.String(), n})
		}
	}
	byCount := func(a, b tallied) int { return cmp.Compare(b.n, a.n) }
	slices.SortStableFunc(d.closes, byCount)
	slices.SortStableFunc(d.closers, byCount)
	d.addStates(conn.Client, s.States.Client)
	d.addStates(conn.Server, s.States.Server)
	return d
}

// selected says how many connections were asked for, of all that there are.
func selected(n, others int64) string {
	all := prose.Count(n+others, "connection")
	switch {
	case others == 0:
		return all
	case n == 0:
		return "none of " + all + " selected"
	}
	return fmt.Sprintf("%s of %s", prose.Number(n), all)
}

// unselected returns how many connections were not asked for.
func unselected(s *model.Summary) (n int64) {
	for i := range s.Files {
		n += s.Files[i].Unselected
	}
	for i := range s.Runs {
		n += s.Runs[i].Unselected
	}
	return n
}

// totalOf says what several files hold together.
func totalOf(s *model.Summary) string {
	packets := int64(0)
	for i := range s.Files {
		packets += s.Files[i].Packets
	}
	var parts []string
	if len(s.Files) > 0 {
		parts = append(parts, prose.Count(int64(len(s.Files)), "file"))
		if n := unread(s.Files); n > 0 {
			parts[0] += fmt.Sprintf(" (%s not read to the end)", prose.Number(n))
		}
	}
	if len(s.Runs) > 0 {
		parts = append(parts, prose.Count(int64(len(s.Runs)), "stored run"))
	}
	parts = append(parts, selected(s.Connections, unselected(s)))
	if len(s.Files) > 0 {
		parts = append(parts, prose.Count(packets, "packet"))
	}
	return strings.Join(append(parts, severityWords(&s.Severities)...), ", ")
}

// unread counts the files that were not read to their end.
func unread(files []model.FileInfo) (n int64) {
	for i := range files {
		if !files[i].Complete {
			n++
		}
	}
	return n
}

// severityWords words how many findings there are.
func severityWords(s *model.Severities) (words []string) {
	for _, c := range []struct {
		n    int64
		word string
	}{{s.Error, "error"}, {s.Warning, "warning"}} {
		if c.n > 0 {
			words = append(words, prose.Count(c.n, c.word))
		}
	}
	if s.Info > 0 {
		words = append(words, prose.Number(s.Info)+" info")
	}
	return words
}

// beginLine names a file and what is wrong with it; read is false where nothing of it
// could be read.
func beginLine(file string, problem *string, format string) (line fileLine, read bool) {
	line.name = prose.Safe(file)
	if problem == nil {
		return line, true
	}
	line.problem = prose.Safe(strings.TrimPrefix(*problem, file+": "))
	if format == "" {
		line.facts = "not read"
		return line, false
	}
	return line, true
}

// oneClock is the longest span of a capture that passes without a remark: more is rather
// a clock that was set than a capture that ran on.
const oneClock = 365 * 24 * time.Hour

// newFileLine says what is known of a file: what was found in it, too, if it is
// one of several.
func newFileLine(f *model.FileInfo, several bool) fileLine {
	line, read := beginLine(f.File, f.Error, f.Format)
	if !read {
		return line
	}
	var facts []string
	if f.Connections != nil {
		facts = append(facts, selected(*f.Connections, f.Unselected))
	}
	packets := prose.Count(f.Packets, "packet")
	if f.TCPPackets != f.Packets {
		packets += fmt.Sprintf(" (%s TCP)", prose.Number(f.TCPPackets))
	}
	if f.First != nil && f.Last != nil {
		packets += " in " + model.Seconds(f.Last.Sub(*f.First)).Words()
	}
	facts = append(facts, packets)
	if f.Vantage != nil {
		where := "at the " + f.Vantage.String()
		if *f.Vantage == conn.VantageMiddle {
			where = "on the way"
		}
		facts = append(facts, "captured "+where)
	}
	if several && f.Severities != nil {
		facts = append(facts, severityWords(f.Severities)...)
	}
	line.facts = strings.Join(facts, ", ")
	if f.Error == nil && !f.Complete {
		line.notes = append(line.notes, "interrupted: it was not read to its end")
	}
	if f.First != nil && f.Last != nil && f.Last.Sub(*f.First) > oneClock {
		line.notes = append(line.notes, "its timestamps are more than a year apart: they may come of several clocks, see finwait explain FIN905")
	}
	if f.Dropped != nil && *f.Dropped > 0 {
		line.notes = append(line.notes, prose.Count(*f.Dropped, "packet")+" lost by the capturing system")
	}
	if note := skippedNote(f); note != "" {
		line.notes = append(line.notes, note)
	}
	return line
}

// newRunLine says what is known of a stored run.
func newRunLine(r *model.RunInfo, several bool) fileLine {
	line, read := beginLine(r.File, r.Error, r.Format)
	if !read {
		return line
	}
	captures := prose.Count(r.Captures, "capture")
	if r.Joined {
		captures = "joined captures"
	}
	facts := []string{"stored run of " + captures, selected(r.Connections, r.Unselected)}
	if r.First != nil && r.Last != nil {
		facts = append(facts, model.Seconds(r.Last.Sub(*r.First)).Words()+" from the first segment to the last")
	}
	if several {
		facts = append(facts, severityWords(&r.Severities)...)
	}
	line.facts = strings.Join(facts, ", ")
	if r.Lost > 1 {
		line.notes = append(line.notes, prose.Number(r.Lost)+" records lost")
	}
	return line
}

// skippedNote tells of the packets that could have held TCP but yielded none.
func skippedNote(f *model.FileInfo) string {
	var parts []string
	for reason, n := range f.Skipped {
		switch reason {
		case "not-ip", "not-tcp", "icmp-error":
			if f.TCPPackets > 0 {
				continue
			}
		}
		parts = append(parts, fmt.Sprintf("%s %s", prose.Number(n), reason))
	}
	if len(parts) == 0 {
		return ""
	}
	slices.Sort(parts)
	return "skipped: " + strings.Join(parts, ", ")
}

func (d *digest) addStates(side conn.Role, states map[tcpstate.State]*model.StateTimes) {
	for _, state := range prose.ClosingStates {
		t := states[state]
		if t == nil {
			continue
		}
		d.states = append(d.states, newStateRow(side.String(), state, t))
	}
}

func newStateRow(side string, state tcpstate.State, t *model.StateTimes) stateRow {
	row := stateRow{of: state, times: t, side: side, state: state.String(), n: prose.Number(t.N + t.AtMost + t.AtLeast), open: prose.Number(t.Open)}
	row.p50, row.p90 = prose.Bounded(t.P50, nil), prose.Bounded(t.P90, nil)
	row.max = longest(t)
	if t.Open > 0 {
		row.open += ", > " + t.MaxOpen.Words()
	}
	return row
}

// longest words the longest completed stay. One that is only bounded stands for
// itself where it is longer than what is known exactly.
func longest(t *model.StateTimes) string {
	most, bound := t.Max, conn.ExactBound
	if t.MaxAtLeast != nil && (most == nil || *t.MaxAtLeast > *most) {
		most, bound = t.MaxAtLeast, conn.AtLeast
	}
	if t.MaxAtMost != nil && (most == nil || *t.MaxAtMost > *most) {
		most, bound = t.MaxAtMost, conn.AtMost
	}
	return prose.Bounded(most, &bound)
}
