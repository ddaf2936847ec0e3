package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/report/ladders"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/timelines"
	"finwait/analyzer/timeline"
)

//go:embed report.html
var reportTemplate string

const (
	maxCandidates = 4096    // connections that are kept because they may be examples
	maxDrawn      = 40      // ladders
	maxDrawnRungs = 80      // segments of a ladder; show has them all
	maxDrawnSize  = 300_000 // octets, of all ladders
	maxCharts     = 4       // captures whose states are drawn over time
	maxFirstRows  = 25      // connections that are told without the script
)

// Again draws connections segment by segment: it reads the captures once more, to the
// writers that stand at the same places as the records.
type Again func(records []*model.Record, to []ladders.Writer) error

// PageOptions are what a page of the summary needs beside the summary.
type PageOptions struct {
	Joined   bool
	TimeWait time.Duration // how long a socket stays in TIME-WAIT
	Again    Again         // nil where the captures cannot be read again
}

// summaryPage gathers what a page of the summary shows.
type summaryPage struct {
	w          io.Writer
	options    PageOptions
	rows       pageRows
	candidates map[candidateKey]candidate
	files      int
	charts     []*timelines.Area
	byServer   *timeline.Handler
	byHost     *timeline.Handler
	servers    *timeline.Chart
	hosts      *timeline.Chart
	more       int                   // captures whose states are not drawn
	firsts     map[string]model.Time // of the packets of each capture
	first      *model.Time           // of all packets
}

// candidateKey is a group of findings.
type candidateKey struct{ rule, server string }

// candidate is the connection of a group that may be its first example.
type candidate struct {
	record *model.Record
	file   int
	when   span
}

// chartTo hands a chart on.
type chartTo struct{ to func(*timeline.Chart) }

func (c chartTo) Chart(chart *timeline.Chart) error {
	c.to(chart)
	return nil
}

func (chartTo) Close() error { return nil }

// SummaryPage returns a Handler that writes the summary as a page.
func SummaryPage(w io.Writer, o PageOptions) model.Handler {
	p := &summaryPage{w: w, options: o, candidates: map[candidateKey]candidate{}, firsts: map[string]model.Time{}}
	servers, hosts := timeline.Options{By: timeline.ByServer, TimeWait: o.TimeWait}, timeline.Options{By: timeline.ByHost, TimeWait: o.TimeWait}
	p.byServer = timeline.NewHandler(servers, o.Joined, chartTo{func(c *timeline.Chart) { p.servers = c }})
	p.byHost = timeline.NewHandler(hosts, o.Joined, chartTo{func(c *timeline.Chart) { p.hosts = c }})
	return p
}

// Record takes a connection.
func (p *summaryPage) Record(r *model.Record) error {
	p.rows.add(r)
	for i := range r.Findings {
		p.keep(r, candidateKey{r.Findings[i].Rule, r.Server.AddrPort().String()})
	}
	if len(p.charts) < maxCharts {
		_ = p.byServer.Record(r) // it only counts
		_ = p.byHost.Record(r)
	}
	return nil
}

// keep keeps a copy of the first connection of a group, as the summary's examples
// count them: by file, then by stream.
func (p *summaryPage) keep(r *model.Record, key candidateKey) {
	c, known := p.candidates[key]
	if !known && len(p.candidates) >= maxCandidates {
		return
	}
	c.when.add(momentOf(r))
	if !known || c.file >= p.files && c.record.Stream > r.Stream {
		c.record, c.file = r.Clone(), p.files
	}
	p.candidates[key] = c
}

// File takes what is known of a capture.
func (p *summaryPage) File(f *model.FileInfo) error {
	p.files++
	if f.First != nil {
		p.firsts[f.File] = *f.First
	}
	if len(p.charts) >= maxCharts {
		p.more++
		return nil
	}
	if err := p.byServer.File(f); err != nil {
		return err
	}
	if err := p.byHost.File(f); err != nil {
		return err
	}
	p.chart()
	return nil
}

// chart makes a chart of what has been counted.
func (p *summaryPage) chart() {
	if p.servers != nil && p.servers.Moments > 1 && len(p.servers.Series) > 0 {
		p.charts = append(p.charts, timelines.NewArea(p.servers, p.hosts))
	}
	p.servers, p.hosts = nil, nil
}

// groupData is a group of findings as the page tells it.
type groupData struct {
	Severity, Rule, Name, About, Message, When, Advice, Folds string
	Examples                                                  []exampleData
	Ladder                                                    *ladders.Data
	LadderFacts                                               string
}

type exampleData struct{ Points, Command string }

// reportData is what the page shows.
type reportData struct {
	Title, Total, More string
	Files              []fileData
	Caveats            []string // what is not known, and what counts twice
	Tiles              []tile
	Groups             []groupData
	Rest               []string
	Closes, Closers    template.HTML
	Spreads            template.HTML
	Charts             []*timelines.Area
	ChartsMore         int
	Invisible          string
	By                 *byTable
	First              []firstRow
	Shown, All         int64
	LeftOut            string
	Limits             []groupData
	Timers             []timerRow
	TimersMore         string
	Several            bool
}

type fileData struct {
	Name, Facts string
	Notes       []string
}

type tile struct{ N, Words, Class string }

// firstRow is a connection that is told without the script.
type firstRow struct{ Stream, Client, Server, Close, Closer, Half, Teardown, Rules string }

// Close writes the page.
func (p *summaryPage) Close(s *model.Summary) error {
	if err := p.byServer.Close(s); err != nil {
		return err
	}
	if err := p.byHost.Close(s); err != nil {
		return err
	}
	p.chart()
	d := newDigest(s)
	data := &reportData{Title: pageTitle(d), Total: prose.UpperFirst(d.total), More: d.more, Caveats: d.caveats, Charts: p.charts, ChartsMore: p.more, Invisible: prose.UpperFirst(timelines.Invisible), By: &d.by}
	for _, f := range d.files {
		notes := f.notes
		if f.problem != "" {
			notes = append([]string{f.problem}, notes...)
		}
		data.Files = append(data.Files, fileData{f.name, prose.UpperFirst(f.facts), notes})
	}
	data.Tiles = tiles(s, d)
	if len(d.closes) > 0 {
		data.Closes = drawTallies(d.closes, 420, "how connections closed")
	}
	if len(d.closers) > 0 {
		data.Closers = drawTallies(d.closers, 300, "who closed first")
	}
	data.Spreads = drawSpreads(d.states)
	p.first = firstPacket(s, "")
	p.groups(data, d)
	for i := range d.timers[:min(len(d.timers), maxTimers)] {
		data.Timers = append(data.Timers, newTimerRow(&d.timers[i]))
	}
	if more := len(d.timers) - maxTimers; more > 0 {
		data.TimersMore = "and " + prose.Count(int64(more), "more timer")
	}
	records := p.table(data)
	for i, c := range p.charts {
		c.Index, c.Several = i, len(p.charts) > 1 || p.more > 0
		c.Draw()
	}
	out := page.Page{
		Title: data.Title + ", finwait report", Command: "finwait report --format html",
		Body: page.Template(reportTemplate + page.Kit), Data: data, Records: records,
	}
	return out.Write(p.w)
}

// pageTitle names what the page is about.
func pageTitle(d *digest) string {
	switch len(d.files) {
	case 0:
		return "TCP teardown"
	case 1:
		return d.files[0].name
	}
	return d.files[0].name + " and others"
}

// tiles are the figures that stand first.
func tiles(s *model.Summary, d *digest) []tile {
	list := []tile{{prose.Number(s.Connections), "connections", ""}}
	if s.Connections == 1 {
		list[0].Words = "connection"
	}
	for _, c := range d.closes[:min(len(d.closes), 3)] {
		list = append(list, tile{prose.Number(c.n), c.words, ""})
	}
	for _, c := range []struct {
		n     int64
		word  string
		class string
	}{{s.Severities.Error, "error", "error"}, {s.Severities.Warning, "warning", "warning"}} {
		if c.n > 0 {
			word := c.word
			if c.n > 1 {
				word += "s"
			}
			list = append(list, tile{prose.Number(c.n), word, c.class})
		}
	}
	return list
}

// groups tells the findings, with the ladders of their first examples.
func (p *summaryPage) groups(data *reportData, d *digest) {
	type drawing struct {
		group *groupData
		to    *ladders.Drawn
	}
	var drawings []drawing
	var records []*model.Record
	var to []ladders.Writer
	shown := byRule(d.findings)
	n := 0
	for i := range shown {
		n += len(shown[i].groups)
	}
	data.Groups = make([]groupData, 0, n) // it is pointed into
	for i := range shown {
		for k := range shown[i].groups {
			f := &shown[i].groups[k]
			g := newGroupData(f, d.joined)
			g.When = p.when(shown[i].groups, f)
			if strings.HasPrefix(f.Rule, "FIN9") {
				data.Limits = append(data.Limits, g)
				continue
			}
			data.Groups = append(data.Groups, g)
			r := p.example(f)
			if r == nil {
				continue
			}
			p.mark(r, f)
			if len(records) < maxDrawn && p.options.Again != nil {
				one := ladders.NewDrawn(maxDrawnRungs)
				drawings = append(drawings, drawing{&data.Groups[len(data.Groups)-1], one})
				records, to = append(records, r), append(to, one)
			}
		}
		if rest := shown[i].others(); rest != "" {
			data.Rest = append(data.Rest, prose.UpperFirst(rest))
		}
	}
	if len(records) == 0 || p.options.Again(records, to) != nil {
		return // the command that shows an example stands beside it
	}
	size := 0
	for i, one := range drawings {
		if size > maxDrawnSize {
			break
		}
		l := one.to.Data(fmt.Sprintf("g%df", i))
		if l == nil {
			continue
		}
		size += len(l.Folded) + len(l.Bar)
		one.group.Ladder, one.group.LadderFacts = l, prose.UpperFirst(ladders.Facts(records[i]))
	}
}

// example returns the record of a group's first example, if it was kept.
func (p *summaryPage) example(f *model.FindingGroup) *model.Record {
	if len(f.Examples) == 0 {
		return nil
	}
	e := &f.Examples[0]
	for _, server := range []string{f.Server, ""} {
		if c, ok := p.candidates[candidateKey{f.Rule, server}]; ok && c.record.Stream == e.Stream && (c.record.File == e.File || p.options.Joined) {
			return c.record
		}
	}
	return nil
}

// mark marks in the charts when a group's first example was closed, or began.
func (p *summaryPage) mark(r *model.Record, f *model.FindingGroup) {
	for _, c := range p.charts {
		if c.File == prose.Safe(r.File) || p.options.Joined {
			c.Mark(momentOf(r), prose.Safe(f.Rule), f.Severity)
		}
	}
}

func newGroupData(f *model.FindingGroup, joined []string) groupData {
	g := groupData{
		Severity: f.Severity.String(), Rule: prose.Safe(f.Rule), Name: prose.Safe(f.Name), About: strings.TrimPrefix(about(f), ": "),
		Message: prose.UpperFirst(prose.Safe(f.Message)), Advice: prose.Safe(f.Advice), Folds: prose.Safe(foldWords(f)),
	}
	for i := range f.Examples {
		g.Examples = append(g.Examples, exampleData{exampleWords(&f.Examples[i]), showCommand(&f.Examples[i], joined)})
	}
	return g
}

// table returns the connections as the script takes them, and tells the first of them
// without it.
func (p *summaryPage) table(data *reportData) []byte {
	rows := p.rows.kept()
	table, n := p.rows.json(rows)
	rows = rows[:n]
	data.Shown, data.All, data.Several = int64(n), p.rows.all, len(p.rows.files.list) > 1
	if left := p.rows.all - int64(n); left > 0 {
		data.LeftOut = fmt.Sprintf("The table holds %s of %s; those with findings come first. finwait flows tells of all.", prose.Number(int64(n)), prose.Count(p.rows.all, "connection"))
	}
	first := slices.Clone(rows)
	slices.SortStableFunc(first, func(a, b pageRow) int {
		return boolInt(len(p.rows.rules.list[b.rules]) > 0) - boolInt(len(p.rows.rules.list[a.rules]) > 0)
	})
	for i := range first[:min(len(first), maxFirstRows)] {
		data.First = append(data.First, p.rows.first(&first[i]))
	}
	charts, err := json.Marshal(p.charts)
	if err != nil || len(table) == 0 {
		return table
	}
	return append(append(append(table[:len(table)-1], `,"charts":`...), charts...), '}')
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
