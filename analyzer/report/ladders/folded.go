package ladders

import (
	"fmt"
	"strings"

	"finwait/analyzer/ladder"
	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// Where a folded ladder has its columns, in pixels.
const (
	foldedWidth  = 900
	timeRight    = 62
	clientRight  = 150 // of the names of the client's states
	clientBand   = 156
	serverBand   = 344
	bandWidth    = 10
	serverLeft   = 360 // of the names of the server's states
	frameRight   = 478
	detailLeft   = 488
	detailChars  = 68
	rungHeight   = 25
	notedHeight  = 37
	slant        = 7
	foldedMargin = 30
)

// foldedDrawing draws a ladder in which every segment has a line of its own.
type foldedDrawing struct {
	page.SVG
	picture *picture
	id      string // what its frames' marks begin with
	y       float64
	known   conn.Role // at which side the capture was taken; NoRole where the delay is not known
	bands   [2]band
	bottom  page.SVG // what lies below the arrows
}

// band is the state that one side's lifeline shows.
type band struct {
	state string
	since float64
}

// drawFolded returns the drawing and its height.
func drawFolded(p *picture, id string) (*page.SVG, float64) {
	d := &foldedDrawing{picture: p, id: id, y: foldedMargin}
	_, d.known = delay(p.ladder.Record)
	d.heads()
	for i := range p.rungs {
		switch g := &p.rungs[i]; {
		case g.row != nil:
			d.row(g.row, i == 0)
		case g.folded != nil:
			d.fold("… " + g.folded.words())
		default:
			d.silence(model.Seconds(g.silence))
		}
	}
	d.end()
	var out page.SVG
	for _, x := range [...]float64{clientBand, serverBand} {
		out.Line("life", x+bandWidth/2, foldedMargin-8, x+bandWidth/2, d.y)
	}
	out.Append(&d.bottom, 0, 0)
	out.Append(&d.SVG, 0, 0)
	return &out, d.y + 6
}

func (d *foldedDrawing) heads() {
	r := d.picture.ladder.Record
	if drawHeads(&d.SVG, r) {
		d.Text("e m", timeRight-14, 12, "seconds")
	}
}

// drawHeads writes above the lifelines whose they are, and reports whether there is
// room to the left: there is none beside a long IPv6 address.
func drawHeads(d *page.SVG, r *model.Record) (room bool) {
	const longest = 18 // characters
	client := r.Client.AddrPort().String()
	room = len(client) <= longest
	if room {
		d.Text("e b", clientBand+bandWidth+4, 12, client)
	} else {
		d.Text("b", 0, 12, client)
	}
	d.Text("b", serverBand-4, 12, r.Server.AddrPort().String())
	return room
}

// row draws a segment.
func (d *foldedDrawing) row(r *ladder.Row, first bool) {
	notes := notes(r)
	height := float64(rungHeight)
	if len(notes) > 0 {
		height = notedHeight
	}
	y := d.y + 14
	words := segmentForms(r)
	focus := "-1"
	if first {
		focus = "0"
	}
	d.Open(page.Class("r"), page.Attr{Name: "id", Value: fmt.Sprintf("%s%d", d.id, r.Frame)},
		page.Attr{Name: "tabindex", Value: focus}, page.Attr{Name: "role", Value: "img"}, page.Attr{Name: "aria-label", Value: rowWords(r)})
	d.Title(rowWords(r))
	d.Rect("hit", 0, d.y, foldedWidth, height, "")
	d.Text("e n", timeRight, y+4, fmt.Sprintf("%.6f", r.SinceStart.Seconds()))
	ends := d.arrow(r, y)
	d.Text("e n m", frameRight, y+4, fmt.Sprint(r.Frame))
	d.Text("n", detailLeft, y+4, fitting(words, detailChars))
	d.notes(r, y+16)
	d.Close()
	for side, began := range r.Began {
		if began {
			d.begin(conn.Role(side), r.States[side], ends[side])
		}
	}
	d.y += height
}

// notes writes what is to be noticed of a segment below its numbers.
func (d *foldedDrawing) notes(r *ladder.Row, y float64) {
	var spans []page.Span
	if words := noteTexts(r); len(words) > 0 {
		spans = append(spans, page.Span{Class: "m", Text: strings.Join(words, ", ")})
	}
	if spans = append(spans, evidenceSpans(r)...); spans != nil {
		d.Spans("", detailLeft, y, spans...)
	}
}

// evidenceSpans name the rules that a segment is evidence of.
func evidenceSpans(r *ladder.Row) (spans []page.Span) {
	for _, f := range r.Evidence {
		spans = append(spans, page.Span{Class: severityClass(f.Severity), Text: "▲ " + prose.Safe(f.Rule)})
	}
	return spans
}

// arrow draws what passed between the lifelines and returns where it touches them,
// by side.
func (d *foldedDrawing) arrow(r *ladder.Row, y float64) (ends [2]float64) {
	from, class := r.From, arrowClass(r)
	if r.ICMP != "" {
		from = from.Peer() // the error goes back to who sent what it quotes
	}
	ends = [2]float64{y, y}
	if d.known != conn.NoRole {
		ends[d.known.Peer()] += slant
		if from != d.known {
			ends[d.known.Peer()] -= 2 * slant
		}
	}
	xs := [2]float64{clientBand + bandWidth + 2, serverBand - 2}
	x1, y1, x2, y2 := xs[from], ends[from], xs[from.Peer()], ends[from.Peer()]
	label := r.FlagText()
	if r.ICMP != "" {
		label = "ICMP"
	} else if r.Len > 0 {
		label += " " + size(int64(r.Len))
	}
	if r.Has(ladder.AcknowledgesUnseen) { // what it acknowledges was sent, and is not in the capture
		d.Line(class+" d", xs[from.Peer()], y1-8, (x1+x2)/2, y1-8)
		d.Text("c m", (x1+x2)/2, y1-10, "not captured")
	}
	if r.Has(ladder.NotTakenIn) {
		x2, y2 = x1+(x2-x1)*0.72, y1+(y2-y1)*0.72
		d.Line(class+" d", x1, y1, x2, y2)
		d.Path(class, fmt.Sprintf("M%s %sl8 8m0 -8l-8 8", page.Number(x2-4), page.Number(y2-4)))
	} else {
		d.Arrow(class, x1, y1, x2, y2)
	}
	d.Text("c", (clientBand+serverBand+bandWidth)/2, (y1+y2)/2-4.5, label)
	return ends
}

// begin lets a side's state begin.
func (d *foldedDrawing) begin(side conn.Role, state string, y float64) {
	d.band(side, y)
	d.bands[side] = band{state, y}
	if state == tcpstate.Closed.String() {
		state = "closed"
	}
	if side == conn.Client {
		d.Text("e b", clientRight, y+4, state)
	} else {
		d.Text("b", serverLeft, y+4, state)
	}
}

// band draws the state that ends at y.
func (d *foldedDrawing) band(side conn.Role, y float64) {
	b := d.bands[side]
	var state tcpstate.State
	if b.state == "" || state.UnmarshalText([]byte(b.state)) != nil || state == tcpstate.Closed || y <= b.since {
		return
	}
	x := float64(clientBand)
	if side == conn.Server {
		x = serverBand
	}
	d.bottom.Rect(page.StateClass(state), x, b.since, bandWidth, y-b.since, side.String()+" "+b.state)
}

func (d *foldedDrawing) fold(text string) {
	d.bottom.Rect("fold", clientBand-4, d.y+2, serverBand+bandWidth+8-clientBand, rungHeight-4, "")
	lines := prose.Wrap(text, detailChars)
	y := d.y + 17 - 5.5*float64(len(lines)-1)
	for i, line := range lines {
		d.Text("m", detailLeft, y+11*float64(i), line)
	}
	d.Text("c m", (clientBand+serverBand+bandWidth)/2, d.y+17, "…")
	d.y += rungHeight
}

func (d *foldedDrawing) silence(s model.Seconds) {
	d.Text("c m", (clientBand+serverBand+bandWidth)/2, d.y+17, "~ "+s.Words()+" ~")
	d.y += rungHeight
}

// end draws the end of observation, where the last segment is not it.
func (d *foldedDrawing) end() {
	r := d.picture.ladder.Record
	if d.picture.more > 0 {
		d.fold("and " + prose.Count(d.picture.more, "more segment"))
	}
	words := endWords[r.Ended]
	end, quiet := d.picture.ladder.Until()
	if words != "" {
		if quiet >= longSilence {
			d.silence(model.Seconds(quiet))
		}
		d.Text("e n m", timeRight, d.y+17, fmt.Sprintf("%.6f", end.Sub(r.First.Time).Seconds()))
		d.Text("m", detailLeft, d.y+17, words)
		d.Line("axis d", clientBand-4, d.y+14, serverBand+bandWidth+4, d.y+14)
		d.y += 14
	}
	for side := range d.bands {
		d.band(conn.Role(side), d.y)
	}
	if words != "" {
		d.y += rungHeight - 14
	}
}

// arrowClass is how an arrow looks.
func arrowClass(r *ladder.Row) string {
	switch {
	case r.ICMP != "":
		return "aI"
	case r.Flags.Has(segment.RST):
		return "aR"
	case r.Flags.Has(segment.FIN):
		return "aF"
	case r.Flags.Has(segment.SYN):
		return "aS"
	}
	return "a"
}

// severityClass is how a finding's name looks.
func severityClass(s model.Severity) string {
	switch s {
	case model.Error:
		return "t3"
	case model.Warning:
		return "t2"
	}
	return "t1"
}

// rowWords says all of a segment in one line.
func rowWords(r *ladder.Row) string {
	text := fmt.Sprintf("frame %d at %.6f s: the %s sends %s", r.Frame, r.SinceStart.Seconds(), r.From, r.FlagText())
	if r.ICMP != "" {
		text = fmt.Sprintf("frame %d at %.6f s: ICMP error", r.Frame, r.SinceStart.Seconds())
	}
	parts := append([]string{text + " " + segmentForms(r)[0]}, noteTexts(r)...)
	for side, began := range r.Began {
		if began {
			parts = append(parts, fmt.Sprintf("%s is %s", conn.Role(side), r.States[side]))
		}
	}
	for _, f := range r.Evidence {
		parts = append(parts, prose.Safe(f.Rule+" "+f.Name))
	}
	return strings.Join(parts, ", ")
}

// fitting returns the first of forms that is no longer than room; else the last.
func fitting(forms []string, room int) (text string) {
	for _, text = range forms {
		if prose.Width(text) <= room {
			break
		}
	}
	return text
}
