package pairs

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

//go:embed ladder.html
var ladderTemplate string

// moment is when a segment is at one end.
type moment struct {
	row  int
	role conn.Role // whose end
	at   model.Time
	y    float64
}

// The columns of the drawing.
const (
	topMargin, lineHeight = 48.0, 17.0
	clientX, serverX      = 170.0, 470.0
	detailX, drawnWidth   = 580.0, 900.0
	bandWidth             = 12.0
	maxDrawn              = 2 * maxShown
)

// writePicture draws a connection of two captures: time runs downwards, and the segments
// slant by their delay.
func writePicture(w io.Writer, format string, n Names, r *pair.Result, f *pair.Flow) error {
	svg, frame := draw(f)
	if format == "svg" {
		_, err := w.Write(svg.File(frame))
		return err
	}
	var found []findingRow
	for i := range f.Findings {
		g := &f.Findings[i]
		found = append(found, findingRow{
			severity: g.Severity, rule: prose.Safe(g.Rule), name: prose.Safe(g.Name), message: prose.UpperFirst(prose.Safe(g.Message.String())), advice: prose.Safe(g.Advice.String()),
		})
	}
	out := page.Page{
		Title: prose.Safe(n.A) + " and " + prose.Safe(n.B), Command: "finwait show --pair --format html", Body: page.Template(ladderTemplate),
		Data: map[string]any{
			"A": prose.Safe(n.A), "B": prose.Safe(n.B), "Facts": facts(f), "Clock": prose.UpperFirst(clockWords(newHead(n, r))),
			"Found": pageFound(found), "Picture": svg.HTML(frame),
		},
	}
	return out.Write(w)
}

// drawing is the drawing while it is made.
type drawing struct {
	page.SVG
	rows    *ladderRows
	moments []moment
	ends    map[int][2]*moment // by row, by Role
	height  float64
}

func draw(f *pair.Flow) (*page.SVG, page.Frame) {
	d := &drawing{rows: newLadderRows(f), ends: map[int][2]*moment{}}
	shown := shownRows(len(f.Rows), false)
	for i := range f.Rows {
		r := &f.Rows[i]
		for _, role := range [...]conn.Role{conn.Client, conn.Server} {
			if shown(i) && d.rows.own(r, role) != 0 {
				d.moments = append(d.moments, moment{row: i, role: role, at: r.At[d.rows.flow.CaptureOf(role)]})
			}
		}
	}
	slices.SortStableFunc(d.moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	for i := range d.moments {
		m := &d.moments[i]
		m.y = topMargin + float64(i)*lineHeight
		ends := d.ends[m.row]
		ends[m.role] = m
		d.ends[m.row] = ends
	}
	d.height = topMargin + float64(len(d.moments)+1)*lineHeight
	d.Text("c b", clientX, 18, "client")
	d.Text("c b", serverX, 18, "server")
	d.Line("life", clientX, 26, clientX, d.height)
	d.Line("life", serverX, 26, serverX, d.height)
	d.bands(conn.Client, f.States.Client, clientX-bandWidth-2)
	d.bands(conn.Server, f.States.Server, serverX+2)
	for i := range f.Rows {
		if shown(i) {
			d.segment(i, &f.Rows[i])
		}
	}
	if n := len(f.Rows); n > maxDrawn {
		d.Text("m", detailX, 18, fmt.Sprintf("%d segments in the middle are left out", n-maxDrawn))
	}
	return &d.SVG, page.Frame{Class: "ladder", Width: drawnWidth, Height: d.height + 10, Label: "segments between client and server by two clocks"}
}

// x returns where the lifeline of an end is.
func endX(role conn.Role) float64 {
	if role == conn.Client {
		return clientX
	}
	return serverX
}

// segment draws one.
func (d *drawing) segment(i int, r *pair.Segment) {
	from, to := d.ends[i][r.From], d.ends[i][r.From.Peer()]
	class := "a"
	switch {
	case r.Bits.Has(segment.RST):
		class = "aR"
	case r.Bits.Has(segment.FIN):
		class = "aF"
	case r.Bits.Has(segment.SYN):
		class = "aS"
	}
	const middle = (clientX + serverX) / 2
	x1, x2 := endX(r.From), endX(r.From.Peer())
	y := 0.0
	switch {
	case from != nil && to != nil:
		d.Arrow(class, x1, from.y, x2, to.y)
		y = from.y
	case from != nil:
		d.Line(class+" d", x1, from.y, middle, from.y+lineHeight/2)
		if r.Fate == pair.Lost {
			d.Text("c t3", middle, from.y+lineHeight/2+4, "✗")
		}
		y = from.y
	case to != nil:
		d.Arrow(class+" d", middle, to.y-lineHeight/2, x2, to.y)
		if r.Fate == pair.Forged {
			d.Text("c t3", middle, to.y-lineHeight/2+4, "✗")
		}
		y = to.y
	default:
		return
	}
	d.Text("e n m", clientX-95, y+4, fmt.Sprintf("%.6f", r.Time.Sub(d.rows.first).Seconds()))
	spans := []page.Span{{Class: "b", Text: r.Flags}, {Text: d.rows.detail(r)}}
	if words := fateWords(r); words != "" {
		spans = append(spans, page.Span{Class: "t3", Text: words})
	}
	d.Spans("n", detailX, y+4, spans...)
}

// bands draws the states of an end beside its lifeline, and names them where they begin.
func (d *drawing) bands(role conn.Role, stays []model.Stay, x float64) {
	for i := range stays {
		s := &stays[i]
		if s.State == tcpstate.Closed {
			continue
		}
		top, bottom := d.yOf(s.Since), d.height
		if i+1 < len(stays) {
			bottom = d.yOf(stays[i+1].Since)
		}
		d.Rect(page.StateClass(s.State), x, top, bandWidth, max(bottom-top, 1), s.State.String())
		if role == conn.Client {
			d.Text("e", x-4, top+10, s.State.String())
		} else {
			d.Text("", x+bandWidth+4, top+10, s.State.String())
		}
	}
}

// yOf returns where a time is: at the first moment that is not before it.
func (d *drawing) yOf(t model.Time) float64 {
	for i := range d.moments {
		if d.moments[i].at >= t {
			return d.moments[i].y
		}
	}
	return d.height
}
