package ladders

import (
	"slices"
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// Where a bar of states has its parts, in pixels.
const (
	laneHeight = 22
	clientLane = 6
	serverLane = clientLane + laneHeight + 22
	barBottom  = serverLane + laneHeight
)

// drawBar draws the states of both ends on one axis of time: the client's above,
// the server's below, and between them who waits for what.
func drawBar(r *model.Record) (*page.SVG, float64) {
	var d page.SVG
	span := max(lastStay(r).Sub(r.First.Time), 1)
	at := func(t model.Time) float64 {
		x := page.BarLeft + (page.BarRight-page.BarLeft)*float64(t.Sub(r.First.Time))/float64(span)
		return min(max(x, page.BarLeft), page.BarRight)
	}
	axis(&d, span, barBottom+4)
	var taken []extent
	for _, side := range sides {
		y := float64(clientLane)
		if side == conn.Server {
			y = serverLane
		}
		d.Text("e", page.BarLeft-8, y+15, side.String())
		list := stays(r, side)
		for i := range list {
			s := &list[i]
			if s.State == tcpstate.Closed {
				continue
			}
			from, to := at(s.Since), at(s.Since+model.Time(s.DurationS))
			barStay(&d, side, s, from, max(to, from+1.5), y)
			taken = barWait(&d, side, s, extent{from, to}, taken)
		}
	}
	return &d, barBottom + 24
}

// lastStay returns until when there is anything to be drawn of a connection.
func lastStay(r *model.Record) model.Time {
	end := r.Last.Time
	for _, side := range sides {
		for _, s := range stays(r, side) {
			if s.State != tcpstate.Closed {
				end = max(end, s.Since+model.Time(s.DurationS))
			}
		}
	}
	return end
}

// barStay draws one stay.
func barStay(d *page.SVG, side conn.Role, s *model.Stay, from, to, y float64) {
	d.Rect(page.StateClass(s.State), from, y, to-from, laneHeight, side.String()+" "+stayWords(s))
	if s.Bound == conn.AtMost {
		for x := from + 6; x < to; x += 8 {
			d.Line("hatch", x, y+laneHeight, min(x+laneHeight/2, to), y)
		}
	}
	room := to - from - 8
	switch text := stayWords(s); {
	case float64(len([]rune(text)))*page.CharWidth <= room:
		d.Text(page.InkClass(s.State), from+5, y+15, text)
	case float64(len(s.State.String()))*page.CharWidth <= room:
		d.Text(page.InkClass(s.State), from+5, y+15, s.State.String())
	}
}

// Waits say what an end waits for in a state: the first % is that end, the second the
// other.
var Waits = [tcpstate.NumStates]string{
	tcpstate.SynSent:  "the % waits for an answer",
	tcpstate.FinWait1: "the % waits for the ACK of its FIN",
	tcpstate.FinWait2: "the % waits for the % to close",
	tcpstate.Closing:  "the % waits for the ACK of its FIN",
	tcpstate.LastAck:  "the % waits for the ACK of its FIN",
}

// extent is from where to where something stands.
type extent struct{ from, to float64 }

// barWait says between the lanes what an end waits for, where there is room beside what
// has been said, and returns what is taken then.
func barWait(d *page.SVG, side conn.Role, s *model.Stay, room extent, taken []extent) []extent {
	text := strings.Replace(strings.Replace(Waits[s.State], "%", side.String(), 1), "%", side.Peer().String(), 1)
	half := float64(len(text)+2) * page.CharWidth / 2
	if text == "" || 2*half > room.to-room.from {
		return taken
	}
	arrow := " ↓"
	if side == conn.Server {
		arrow = " ↑"
	}
	for _, x := range [...]float64{(room.from + room.to) / 2, room.from + half, room.to - half} {
		free := !slices.ContainsFunc(taken, func(e extent) bool { return x-half < e.to && x+half > e.from })
		if free {
			d.Text("c m", x, clientLane+laneHeight+15, text+arrow)
			return append(taken, extent{x - half, x + half})
		}
	}
	return taken
}

// axis draws an axis of time.
func axis(d *page.SVG, span time.Duration, y float64) {
	d.Line("axis", page.BarLeft, y, page.BarRight, y)
	steps := page.Steps(span.Seconds(), 6, false)
	for _, v := range steps {
		x := page.BarLeft + (page.BarRight-page.BarLeft)*v/span.Seconds()
		class := "c n m"
		if x > page.BarRight-20 {
			class = "e n m"
			x = page.BarRight
		}
		d.Line("axis", x, y, x, y+4)
		label := "0"
		if v > 0 {
			label = model.Seconds(v * 1e9).Words()
		}
		d.Text(class, x, y+16, label)
	}
}
