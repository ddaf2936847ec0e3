package ladders

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/tcpstate"
)

//go:embed page.html
var pageTemplate string

// pageWriter writes one page about a connection.
type pageWriter struct {
	pictures
	w io.Writer
}

// pageData is what the page shows.
type pageData struct {
	Name, Facts string
	Ladders     []*Data
	FollowUp    *FollowUp
}

// Data is one connection as a page draws it.
type Data struct {
	Facts, ID     string
	Caveats       []string
	Findings      []findingData
	Bar           template.HTML
	Folded, Scale template.HTML // Scale is "" where it is not drawn
	Key           []keyEntry
}

// findingData is a finding of one connection.
type findingData struct {
	Severity, Rule, Name, Message, Advice string
	Frames                                []frameLink
}

// frameLink leads to a frame of the ladder; Target is "" where it is not drawn.
type frameLink struct {
	Frame  int64
	Target string
}

// keyEntry says which colour stands for a state.
type keyEntry struct{ Class, Name string }

// Close writes the page.
func (l *pageWriter) Close() error {
	if len(l.list) == 0 {
		return nil
	}
	r := l.list[0].ladder.Record
	data := pageData{Name: prose.Safe(r.File), Facts: prose.UpperFirst(Facts(r)), FollowUp: l.followUp}
	for i, p := range l.list {
		one := newData(p, fmt.Sprintf("c%df", i), true)
		if i > 0 {
			one.Facts = prose.UpperFirst(Facts(p.ladder.Record))
		}
		data.Ladders = append(data.Ladders, one)
	}
	out := page.Page{
		Title: fmt.Sprintf("%s, stream %d", prose.Safe(r.File), r.Stream), Command: "finwait show --format html",
		Body: page.Template(pageTemplate + page.Kit), Data: data,
	}
	return out.Write(l.w)
}

// newData draws a connection.
func newData(p *picture, id string, scale bool) *Data {
	r := p.ladder.Record
	d := &Data{ID: id, Caveats: r.Caveats.Names(), Key: keyOf(r)}
	drawn := map[int64]bool{}
	for i := range p.rungs {
		if row := p.rungs[i].row; row != nil {
			drawn[row.Frame] = true
		}
	}
	for severity := model.Error; severity > model.NoSeverity; severity-- { // the gravest first
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Severity == severity {
				d.Findings = append(d.Findings, newFindingData(f, id, drawn))
			}
		}
	}
	bar, height := drawBar(r)
	d.Bar = bar.HTML(page.Frame{Class: "chart", Width: page.ChartWidth, Height: height, Label: "states of both ends over time"})
	folded, height := drawFolded(p, id)
	d.Folded = folded.HTML(page.Frame{Class: "ladder", Width: foldedWidth, Height: height, Label: "segments, one a line"})
	if scale {
		drawing, height := drawScale(p, "t"+id)
		d.Scale = drawing.HTML(page.Frame{Class: "ladder", Width: foldedWidth, Height: height, Label: "segments to the scale of time"})
	}
	return d
}

func newFindingData(f *model.Finding, id string, drawn map[int64]bool) findingData {
	d := findingData{f.Severity.String(), prose.Safe(f.Rule), prose.Safe(f.Name), prose.UpperFirst(prose.Safe(f.Message.String())), prose.Safe(f.Advice.String()), nil}
	for _, frame := range f.Frames {
		link := frameLink{Frame: frame}
		if drawn[frame] {
			link.Target = fmt.Sprintf("#%s%d", id, frame)
		}
		d.Frames = append(d.Frames, link)
	}
	return d
}

// keyOf lists the states that occur.
func keyOf(r *model.Record) (list []keyEntry) {
	var seen [tcpstate.NumStates]bool
	for _, side := range sides {
		for _, s := range stays(r, side) {
			seen[s.State] = true
		}
	}
	return keyEntries(&seen)
}

func keyEntries(seen *[tcpstate.NumStates]bool) (list []keyEntry) {
	for s, on := range seen {
		if state := tcpstate.State(s); on && state != tcpstate.Closed {
			list = append(list, keyEntry{page.StateClass(state), state.String()})
		}
	}
	return list
}

// svgWriter writes one drawing of a connection.
type svgWriter struct {
	pictures
	w       io.Writer
	toScale bool
}

// Close writes the drawing.
func (l *svgWriter) Close() error {
	if len(l.list) == 0 {
		return nil
	}
	const margin, line = 16, 16
	var d page.SVG
	y := 12.0
	first := l.list[0].ladder.Record
	d.Text("l", 0, y, prose.Safe(first.File))
	for _, p := range l.list {
		for _, text := range prose.Wrap(prose.UpperFirst(Facts(p.ladder.Record)), svgColumns) {
			y += line
			d.Text("", 0, y, text)
		}
		y += 14
		drawing, height := drawFolded(p, "f")
		if l.toScale {
			drawing, height = drawScale(p, "f")
		}
		d.Append(drawing, 0, y)
		y += height
		for i := range p.ladder.Record.Findings {
			y = svgFinding(&d, &p.ladder.Record.Findings[i], y)
		}
		y += line
	}
	var out page.SVG
	out.Append(&d, margin, margin)
	_, err := l.w.Write(out.File(page.Frame{
		Class: "ladder", Width: foldedWidth + 2*margin, Height: y + margin,
		Label: fmt.Sprintf("%s, %s", prose.Safe(first.File), Facts(first)),
	}))
	return err
}

// svgColumns is how many characters a line of a drawing has room for.
const svgColumns = 140

// svgFinding writes a finding below a ladder and returns where the next may stand.
func svgFinding(d *page.SVG, f *model.Finding, y float64) float64 {
	y += 18
	d.Spans("", 0, y, page.Span{Class: severityClass(f.Severity), Text: strings.Join([]string{"▲", f.Severity.String(), prose.Safe(f.Rule), prose.Safe(f.Name)}, " ")})
	for _, text := range prose.Wrap(prose.UpperFirst(prose.Safe(f.Message.String())), svgColumns) {
		y += 14
		d.Text("", 12, y, text)
	}
	return y
}
