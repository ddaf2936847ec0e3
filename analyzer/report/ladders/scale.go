package ladders

import (
	"fmt"
	"time"

	"finwait/analyzer/ladder"
	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

const (
	scaleHeight = 520 // of the time that a connection was observed
	labelHeight = 12
	scaleTop    = foldedMargin
)

// scaleDrawing draws a ladder in which time runs evenly downwards.
type scaleDrawing struct {
	page.SVG
	picture *picture
	id      string
	first   model.Time
	span    time.Duration
	oneWay  time.Duration
	known   conn.Role
	names   [4]float64 // where the last text of each column stands
}

// Columns of texts.
const (
	timeColumn = iota
	clientColumn
	serverColumn
	detailColumn
)

func drawScale(p *picture, id string) (*page.SVG, float64) {
	r := p.ladder.Record
	end := lastStay(r)
	d := &scaleDrawing{picture: p, id: id, first: r.First.Time, span: max(end.Sub(r.First.Time), 1)}
	d.oneWay, d.known = delay(r)
	for i := range d.names {
		d.names[i] = -labelHeight
	}
	drawHeads(&d.SVG, r)
	for _, v := range page.Steps(d.span.Seconds(), 10, false) {
		y := d.at(d.first + model.Time(v*1e9))
		d.Line("grid", timeRight+4, y, serverLeft-8, y)
		d.Text("e n m", timeRight, y+4, model.Seconds(v*1e9).Words())
	}
	for _, side := range sides {
		d.bands(side)
	}
	for i := range p.rungs {
		if row := p.rungs[i].row; row != nil {
			d.row(row)
		}
	}
	return &d.SVG, scaleTop + scaleHeight + 16
}

// sides are both ends of a connection.
var sides = [...]conn.Role{conn.Client, conn.Server}

// at returns where a time is.
func (d *scaleDrawing) at(t model.Time) float64 {
	y := scaleTop + scaleHeight*float64(t.Sub(d.first))/float64(d.span)
	return min(max(y, scaleTop), scaleTop+scaleHeight)
}

// room reports whether a text of a column can stand at y, and takes the place.
func (d *scaleDrawing) room(column int, y float64) bool {
	if y-d.names[column] < labelHeight {
		return false
	}
	d.names[column] = y
	return true
}

// bands draws the states of a side.
func (d *scaleDrawing) bands(side conn.Role) {
	x := float64(clientBand)
	if side == conn.Server {
		x = serverBand
	}
	list := stays(d.picture.ladder.Record, side)
	for i := range list {
		s := &list[i]
		if s.State == tcpstate.Closed {
			continue
		}
		from, to := d.at(s.Since), d.at(s.Since+model.Time(s.DurationS))
		d.Rect(page.StateClass(s.State), x, from, bandWidth, max(to-from, 1), side.String()+" "+stayWords(s))
		y := from + 9
		switch {
		case side == conn.Client && d.room(clientColumn, y):
			d.Text("e b", clientRight, y, s.State.String())
		case side == conn.Server && d.room(serverColumn, y):
			d.Text("b", serverLeft, y, s.State.String())
		}
	}
}

// row draws a segment: it leaves one side and reaches the other when it did, where
// that is known.
func (d *scaleDrawing) row(r *ladder.Row) {
	left, reached := r.Time, r.Time
	from := r.From
	if r.ICMP != "" {
		from = from.Peer()
	}
	switch {
	case d.known == conn.NoRole:
	case from == d.known:
		reached += model.Time(d.oneWay)
	default:
		left -= model.Time(d.oneWay)
	}
	xs := [2]float64{clientBand + bandWidth + 2, serverBand - 2}
	x1, y1, x2, y2 := xs[from], d.at(left), xs[from.Peer()], d.at(reached)
	class := arrowClass(r)
	d.Open(page.Class("r"), page.Attr{Name: "id", Value: fmt.Sprintf("%s%d", d.id, r.Frame)})
	d.Title(rowWords(r))
	if r.Has(ladder.NotTakenIn) {
		x2, y2 = x1+(x2-x1)*0.72, y1+(y2-y1)*0.72
		d.Line(class+" d", x1, y1, x2, y2)
	} else {
		d.Arrow(class, x1, y1, x2, y2)
	}
	if d.room(detailColumn, y1) {
		spans := []page.Span{{Class: "m", Text: fmt.Sprint(r.Frame)}, {Text: r.FlagText()}}
		if r.ICMP != "" {
			spans[1].Text = "ICMP"
		} else if r.Len > 0 {
			spans[1].Text += " " + size(int64(r.Len))
		}
		d.Spans("n", frameRight-24, y1+4, append(spans, evidenceSpans(r)...)...)
	}
	d.Close()
}
