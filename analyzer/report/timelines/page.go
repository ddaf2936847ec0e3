package timelines

import (
	_ "embed"
	"encoding/json"
	"io"
	"strings"

	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
	"finwait/reassembly/tcpstate"
)

//go:embed page.html
var pageTemplate string

// maxPageCharts bounds the captures that a page draws.
const maxPageCharts = 40

// pageWriter gathers charts for a page.
type pageWriter struct {
	w     io.Writer
	words textWriter // what is told beside a chart
	parts []pagePart
	more  int
}

// pagePart is a capture.
type pagePart struct {
	Head  string
	Chart *Area // nil where there is nothing to draw
	Rises []riseData
	Other string
}

type riseData struct{ Words, Command string }

// newPageWriter draws charts as a page.
func newPageWriter(w io.Writer, _ prose.Style, shape Shape) timeline.Writer {
	return &pageWriter{w: w, words: textWriter{shape: shape}}
}

// Chart takes a chart.
func (p *pageWriter) Chart(c *timeline.Chart) error {
	if len(p.parts) == maxPageCharts {
		p.more++
		return nil
	}
	part := pagePart{Head: strings.Replace(strings.TrimSpace(p.words.head(c)), "   ", ": ", 1)}
	if len(c.Series) > 0 {
		part.Chart = NewArea(c)
		part.Chart.Draw()
		list := c.Rises(maxRises)
		for i := range list {
			part.Rises = append(part.Rises, riseData{p.words.rise(c, &list[i]), p.words.command(c, &list[i])})
		}
	}
	if c.Other {
		part.Other = prose.Count(timeline.MaxHosts, hostWord(c)) + " of a side are told apart; the others are counted under " + timeline.Other
	}
	p.parts = append(p.parts, part)
	return nil
}

// Close writes the page.
func (p *pageWriter) Close() error {
	charts := []*Area{}
	loose, timeWait := "", false
	for _, part := range p.parts {
		if part.Chart != nil {
			part.Chart.Index = len(charts)
			charts = append(charts, part.Chart)
			timeWait = timeWait || part.Chart.timeWait
			if part.Chart.loose {
				loose = looseWords
			}
		}
	}
	names := make([]string, tcpstate.NumStates)
	for s := range names {
		names[s] = tcpstate.State(s).String()
	}
	records, err := json.Marshal(map[string]any{"charts": charts, "states": names})
	if err != nil {
		return err
	}
	out := page.Page{
		Title: "Sockets by state over time", Command: "finwait timeline --format html", Body: page.Template(pageTemplate + page.Kit), Records: records,
		Data: map[string]any{"Parts": p.parts, "More": p.more, "Invisible": prose.UpperFirst(Invisible), "Loose": loose, "TimeWait": timeWait},
	}
	return out.Write(p.w)
}
