package timelines

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
	"finwait/reassembly/tcpstate"
)

// Where a chart of states over time has its parts, in pixels. The script draws the
// same when states are switched on or off.
const (
	areaHeight = 130
	areaTop    = 36
	areaGap    = areaTop + areaHeight + 16 // from one side's part to the next
	maxGroups  = 12                        // hosts, and servers, to choose from

	maxAreaMoments = 600 // that are drawn; of more, the highest counts of some together
)

// areaStates is the order in which states are stacked, from below.
var areaStates = []tcpstate.State{
	tcpstate.Established, tcpstate.SynSent, tcpstate.SynReceived, tcpstate.FinWait1, tcpstate.FinWait2,
	tcpstate.CloseWait, tcpstate.Closing, tcpstate.LastAck, tcpstate.Unknown, tcpstate.TimeWait,
}

// Area is how many sockets of a capture were in which state over time, for a page
// and its script.
type Area struct {
	File    string      `json:"file"`
	Start   float64     `json:"start"` // seconds, of the first moment, since the first packet
	Step    float64     `json:"step"`  // seconds
	Moments int         `json:"moments"`
	Groups  []areaGroup `json:"groups"` // the first is all sockets
	Marks   []areaMark  `json:"marks"`

	SVG    template.HTML `json:"-"`
	States []areaState   `json:"-"`
	Index  int           `json:"-"`

	Several bool `json:"-"` // the page shows more than one

	first    model.Time
	loose    bool // a count is marked as at most so many
	timeWait bool // there are sockets in TIME-WAIT
}

// areaGroup is the sockets of a host, or of the connections of a server.
type areaGroup struct {
	Kind   string       `json:"kind"`
	Name   string       `json:"name"`
	Series []areaSeries `json:"series"`
}

// areaSeries is the counts of a state on a side at each moment.
type areaSeries struct {
	Side   int     `json:"side"`
	State  int     `json:"state"`
	Counts []int64 `json:"counts"`
	sure   []int64 // of the counts, how many are there for sure
}

// areaMark is when a finding's example showed it.
type areaMark struct {
	At       float64 `json:"at"` // seconds since the first packet
	Text     string  `json:"text"`
	Severity int     `json:"severity"`
}

// areaState is a state that can be switched on and off.
type areaState struct {
	Class, Name string
	State       int
	On          bool
	Most        string // sockets at once
}

// NewArea makes a chart of what was counted, by host or by server, and of the
// same counted otherwise, if there is that.
func NewArea(c *timeline.Chart, others ...*timeline.Chart) *Area {
	a := &Area{
		first: c.First, File: prose.Safe(c.File), Start: c.Start.Sub(c.First).Seconds(), Moments: min(c.Moments, maxAreaMoments),
		Groups: []areaGroup{{Kind: "all", Name: "all sockets"}}, Marks: []areaMark{},
	}
	a.Step = c.Step.Seconds() * float64(c.Moments) / float64(max(a.Moments, 1))
	a.Groups[0].Series = a.summed(c.Moments, c.Series)
	for _, one := range append([]*timeline.Chart{c}, others...) {
		if one != nil && one.By != timeline.ByNone && one.Start == c.Start && one.Step == c.Step {
			a.addGroups(one)
		}
	}
	return a
}

// addGroups adds the hosts, or servers, with the most sockets at once.
func (a *Area) addGroups(c *timeline.Chart) {
	byName := map[string][]timeline.Series{}
	for _, s := range c.Series {
		byName[s.Host] = append(byName[s.Host], s)
	}
	if len(byName) < 2 {
		return // it has all
	}
	most := map[string]int64{}
	for name, series := range byName {
		for i := range series {
			if series[i].State != tcpstate.TimeWait {
				most[name] = max(most[name], series[i].Peak().Sockets)
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(byName), func(a, b string) int {
		return cmp.Or(cmp.Compare(most[b], most[a]), cmp.Compare(a, b))
	})
	for _, name := range names[:min(len(names), maxGroups)] {
		a.Groups = append(a.Groups, areaGroup{Kind: hostWord(c), Name: prose.Safe(name), Series: a.summed(c.Moments, byName[name])})
	}
}

// summed adds up the series of each side and state.
func (a *Area) summed(moments int, series []timeline.Series) (list []areaSeries) {
	for side, name := range [...]string{"client", "server"} {
		for _, state := range areaStates {
			var sum, sure []int64
			for i := range series {
				if s := &series[i]; s.Side == name && s.State == state {
					if sum == nil {
						sum, sure = make([]int64, a.Moments), make([]int64, a.Moments)
					}
					for at, n := range s.Columns(max(moments, 1), max(a.Moments, 1)) {
						sum[at], sure[at] = sum[at]+n.Sockets, sure[at]+n.Min
					}
				}
			}
			if sum != nil {
				list = append(list, areaSeries{side, int(state), sum, sure})
			}
		}
	}
	return list
}

// Mark marks a time, if the chart shows it.
func (a *Area) Mark(at model.Time, text string, severity model.Severity) {
	a.Marks = append(a.Marks, areaMark{at.Sub(a.first).Seconds(), text, int(severity)})
}

// Draw draws all sockets, those in TIME-WAIT apart, as a stack over time.
func (a *Area) Draw() {
	var d page.SVG
	a.States = nil
	for _, state := range areaStates {
		most, sure, on := int64(0), int64(0), false
		for _, s := range a.Groups[0].Series {
			if s.State == int(state) && len(s.Counts) > 0 {
				on = true
				for at, n := range s.Counts {
					if n > most {
						most, sure = n, s.sure[at]
					}
				}
			}
		}
		if on {
			a.States = append(a.States, areaState{page.StateClass(state), state.String(), int(state), state != tcpstate.TimeWait, atMost(sure, most) + prose.Number(most)})
			a.loose = a.loose || sure < most
			a.timeWait = a.timeWait || state == tcpstate.TimeWait
		}
	}
	parts := 0
	for side, name := range [...]string{"client", "server"} {
		if slices.ContainsFunc(a.Groups[0].Series, func(s areaSeries) bool { return s.Side == side }) {
			a.side(&d, side, name, float64(parts*areaGap))
			parts++
		}
	}
	bottom := float64(parts*areaGap) - 12
	span := max(a.Step*float64(max(a.Moments-1, 1)), 1e-9)
	for _, v := range page.Steps(a.Start+span, 6, false) {
		x := page.BarLeft + (page.BarRight-page.BarLeft)*(v-a.Start)/span
		if x < page.BarLeft-1 || x > page.BarRight {
			continue
		}
		label := "0"
		if v > 0 {
			label = model.Seconds(v * 1e9).Words()
		}
		d.Line("axis", x, bottom-4, x, bottom)
		d.Text("c n m", x, bottom+12, label)
	}
	a.drawMarks(&d, span, bottom-4)
	a.SVG = d.HTML(page.Frame{Class: "chart area", Width: page.ChartWidth, Height: bottom + 20, Label: "sockets by state over time"})
}

// side draws one side's stack.
func (a *Area) side(d *page.SVG, side int, name string, top float64) {
	total := make([]int64, a.Moments)
	for _, s := range a.Groups[0].Series {
		if s.Side == side && s.State != int(tcpstate.TimeWait) {
			for at, n := range s.Counts {
				total[at] += n
			}
		}
	}
	most := int64(0)
	for _, n := range total {
		most = max(most, n)
	}
	steps := page.Steps(float64(max(most, 1)), 4, true)
	base := top + areaTop + areaHeight
	high := max(float64(most), 1)
	y := func(n int64) float64 { return base - areaHeight*float64(n)/high }
	d.Text("b", 0, top+13, name+"s' sockets")
	d.Open(page.Class("side"), page.Attr{Name: "data-side", Value: fmt.Sprint(side)}, page.Attr{Name: "data-base", Value: page.Number(base)})
	defer d.Close()
	for _, v := range steps {
		d.Line("grid", page.BarLeft, y(int64(v)), page.BarRight, y(int64(v)))
		d.Text("e n m", page.BarLeft-6, y(int64(v))+4, prose.Number(int64(v)))
	}
	below := make([]int64, a.Moments)
	for _, s := range a.Groups[0].Series {
		if s.Side != side || s.State == int(tcpstate.TimeWait) {
			continue
		}
		d.Path(page.StateClass(tcpstate.State(s.State)), stackPath(below, s.Counts, y))
		for at, n := range s.Counts {
			below[at] += n
		}
	}
}

// stackPath is the outline of counts that stand on others: forth along the top and
// back along the bottom.
func stackPath(below, counts []int64, y func(int64) float64) string {
	n := len(counts)
	x := func(at int) float64 {
		return page.BarLeft + (page.BarRight-page.BarLeft)*float64(at)/float64(max(n-1, 1))
	}
	path := make([]byte, 0, 24*n)
	point := func(at int, v int64) {
		letter := byte('L')
		if len(path) == 0 {
			letter = 'M'
		}
		path = append(path, letter)
		path = append(path, page.Number(x(at))+" "+page.Number(y(v))...)
	}
	for at := range n {
		point(at, below[at]+counts[at])
	}
	for at := n - 1; at >= 0; at-- {
		point(at, below[at])
	}
	return string(append(path, 'Z'))
}
