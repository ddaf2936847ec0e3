package pairs

import (
	"fmt"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/report/prose"
)

// digest is what pages for people say of a comparison, in words.
type digest struct {
	a, b    string // the captures
	clock   string
	total   string
	verdict []string // network or host, and which way
	paths   []wayRow
	control []controlRow // of the ways that lost some
	found   []findingRow
	worst   []worstRow
	next    string // the next command; "" where there is nothing to look at
}

type wayRow struct {
	name                                                       string
	segments, delivered, lost, forged, copies, missed, unknown string
	p50, p90, most                                             string
	share                                                      float64 // of what was sent, that was lost
}

type controlRow struct{ name, syn, fin, rst string }

type findingRow struct {
	severity        model.Severity
	rule, name      string
	n               string
	message, advice string
	points          string // stream and frames of the example
	next            string
	other           []findingRow // the other direction, where there is one
}

type worstRow struct{ a, b, client, server, toServer, toClient, p50, close string }

var wayNames = [...]string{"A to B", "B to A"}

func newDigest(n Names, h *Head, r *pair.Result, o *pair.Overview) *digest {
	d := &digest{a: prose.Safe(n.A), b: prose.Safe(n.B), clock: clockWords(h)}
	d.total = fmt.Sprintf("%s in both captures, %s only in A, %s only in B", prose.Count(h.Matched, "connection"), prose.Number(h.OnlyA), prose.Number(h.OnlyB))
	if h.Translated > 0 {
		d.total += fmt.Sprintf("; of %s the addresses or ports are translated between them", prose.Number(h.Translated))
	}
	if h.Matched == 0 {
		d.verdict = []string{"No connection is in both captures: they are not of the same traffic, or not of the same time."}
		return d
	}
	for i := range r.Paths {
		d.paths = append(d.paths, wayRowOf(wayNames[i], &r.Paths[i]))
		if c := o.Control[i]; c != (pair.Control{}) {
			d.control = append(d.control, controlRow{wayNames[i], prose.Number(c.SYN), prose.Number(c.FIN), prose.Number(c.RST)})
		}
	}
	if isOne(r) {
		d.verdict = []string{"A and B are one capture: each segment is in both at the same time. Give the capture of each host."}
	} else {
		d.verdict = append(verdict(r), waitWords(&o.Waits)...)
	}
	for _, rule := range o.Rules {
		d.found = append(d.found, foundOf(n, rule))
	}
	for _, f := range o.Worst {
		d.worst = append(d.worst, worstOf(f))
	}
	switch {
	case len(o.Worst) > 0:
		d.next = showCommand(n, o.Worst[0])
	case len(o.Rules) > 0:
		d.next = showCommand(n, o.Rules[0].Flow)
	}
	return d
}

// clockWords says how the clocks stand.
func clockWords(h *Head) string {
	c := &h.Clock
	if c.OffsetS == nil {
		return "how the clocks stand is not known: no segments went both ways"
	}
	words := "the clocks agree"
	switch off := *c.OffsetS; {
	case off > *c.ErrorS:
		words = "B's clock is " + off.Words() + " ahead of A's"
	case -off > *c.ErrorS:
		words = "B's clock is " + (-off).Words() + " behind A's"
	}
	words += " (±" + c.ErrorS.Words() + ", half of the smallest round trip)"
	if c.DriftPPM != nil {
		words += fmt.Sprintf(", and gains %.4g ppm", *c.DriftPPM)
	}
	return words
}

func wayRowOf(name string, p *pair.Path) wayRow {
	c := &p.Counts
	w := wayRow{
		name: name, segments: prose.Number(c.All()), delivered: prose.Number(c.Delivered), lost: prose.Some(c.Lost), forged: prose.Some(c.Forged),
		copies: prose.Some(c.Duplicated), missed: prose.Some(c.NotCaptured), unknown: prose.Some(c.Unknown),
	}
	if c.Lost > 0 {
		w.share = float64(c.Lost) / float64(c.Sent())
		w.lost += " (" + share(c.Lost, c.Sent()) + ")"
	}
	if p.Delays != nil {
		w.p50, w.p90, w.most = p.Delays.P50.Words(), p.Delays.P90.Words(), p.Delays.Max.Words()
	}
	return w
}

// share words a part of a whole: 0.13 %, 4.1 %, 20 %.
func share(n, of int64) string {
	p := 100 * float64(n) / float64(max(of, 1))
	if p >= 10 {
		return fmt.Sprintf("%.0f %%", p)
	}
	return fmt.Sprintf("%.2g %%", p)
}

// isOne reports whether both captures are the same one: no path takes no time both ways.
func isOne(r *pair.Result) bool {
	for i := range r.Paths {
		p := &r.Paths[i]
		if p.Delays == nil || p.Delays.Max != 0 || p.Counts.Delivered != p.Counts.All() {
			return false
		}
	}
	return r.Offset.At == 0 && r.Offset.Error == 0
}

// verdict answers: network or host, and which way?
func verdict(r *pair.Result) (list []string) {
	lost, forged := [2]int64{}, int64(0)
	for i := range r.Paths {
		c := &r.Paths[i].Counts
		lost[i], forged = c.Lost, forged+c.Forged
	}
	of := func(i int) string { return lostShare(&r.Paths[i].Counts) }
	switch {
	case lost[0] == 0 && lost[1] == 0:
		list = append(list, lossless(r, forged > 0))
	case lost[1] == 0:
		list = append(list, fmt.Sprintf("The network lost %s on the way from A to B, and nothing from B to A.", of(0)))
	case lost[0] == 0:
		list = append(list, fmt.Sprintf("The network lost %s on the way from B to A, and nothing from A to B.", of(1)))
	default:
		list = append(list, fmt.Sprintf("The network lost segments both ways: %s from A to B, %s from B to A.", of(0), of(1)))
	}
	if forged > 0 {
		list = append(list, fmt.Sprintf("Something between the captures forged %s in the name of a host.", prose.Count(forged, "segment")))
	}
	for i := range r.Paths {
		if n := r.Paths[i].Counts.NotCaptured; n > 0 && r.Missing.Unproved[1-i] != pair.Lost {
			list = append(list, fmt.Sprintf("The capture %s lost packets itself: what it lacks and its host acknowledged is no loss of the network.", wayNames[1-i][:1]))
		}
	}
	return list
}

// lostShare says how much of a way was lost: of few segments a percentage says too much.
func lostShare(c *pair.Counts) string {
	const few = 100
	if sent := c.Sent(); sent < few {
		return fmt.Sprintf("%d of %s", c.Lost, prose.Count(sent, "segment"))
	}
	return share(c.Lost, c.Sent()) + " of the segments"
}

// lossless is the verdict on a network that lost nothing. Hosts are to blame only where
// it did nothing else either.
func lossless(r *pair.Result, forged bool) string {
	copies, late, most, known := int64(0), int64(0), model.Seconds(0), true
	for i := range r.Paths {
		p := &r.Paths[i]
		copies, late, known = copies+p.Counts.Duplicated, late+p.Late, known && p.Delays != nil
		if p.Late > 0 {
			most = max(most, p.Delays.Max)
		}
	}
	var but []string
	if late > 0 {
		but = append(but, fmt.Sprintf("delayed %s, for as long as %s", prose.Count(late, "segment"), most.Words()))
	}
	if copies > 0 {
		but = append(but, "duplicated "+prose.Count(copies, "segment"))
	}
	switch all := "The network delivered all that was sent while both captures ran"; {
	case len(but) > 0:
		return "The network lost nothing while both captures ran, but " + strings.Join(but, ", and ") + "."
	case forged:
		return all + "."
	case !known:
		return all + "; how long it took is not known."
	default:
		return all + ", none of it late: what is late or missing is the hosts' doing."
	}
}

// waitWords says where the time went while clients waited.
func waitWords(w *pair.Waits) []string {
	if w.Turns == 0 {
		return nil
	}
	words := fmt.Sprintf("Clients waited for %s: the servers took %s of that", prose.Count(w.Turns, "answer"), w.HostS.Words())
	if w.ThereS != nil && w.BackS != nil {
		words += fmt.Sprintf(", the network %s on the way there and %s back", w.ThereS.Words(), w.BackS.Words())
	}
	return []string{words + "."}
}

func foundOf(n Names, r *pair.RuleCount) findingRow {
	row := findingRow{
		severity: r.Severity, rule: prose.Safe(r.Rule), name: prose.Safe(r.Name), n: prose.Count(r.N, "connection"),
		message: prose.UpperFirst(exampleOf(r.N, r.Finding)), advice: prose.Safe(r.Finding.Advice.String()), points: pointsOf(r.Flow, r.Finding), next: showCommand(n, r.Flow),
	}
	if o := r.Other; o != nil {
		other := row
		other.n = prose.Count(o.N, "connection")
		other.message = fmt.Sprintf("The other side, %s: %s", other.n, exampleOf(o.N, o.Finding))
		other.advice, other.points, other.next = prose.Safe(o.Finding.Advice.String()), pointsOf(o.Flow, o.Finding), showCommand(n, o.Flow)
		if other.advice == row.advice {
			other.advice = "" // it is said
		}
		if other.next == row.next {
			other.next = ""
		}
		row.other = []findingRow{other}
	}
	return row
}

// exampleOf words what one of n connections shows.
func exampleOf(n int64, g *pair.Finding) string {
	message := prose.Safe(g.Message.String())
	if n > 1 {
		message = "for example, " + message
	}
	return message
}

// pointsOf lists the evidence of an example: stream 0: A 195; B 191.
func pointsOf(f *pair.Flow, g *pair.Finding) string {
	var words string
	switch a, b := f.A, f.B; {
	case a == nil:
		words = fmt.Sprintf("stream %d", b.Stream)
	case b == nil || a.Stream == b.Stream:
		words = fmt.Sprintf("stream %d", a.Stream)
	default:
		words = fmt.Sprintf("stream %d of A, %d of B", a.Stream, b.Stream)
	}
	between := ": "
	for c, frames := range [...][]int64{g.AFrames, g.BFrames} {
		for i, frame := range frames[:min(len(frames), maxPoints)] {
			if i == 0 {
				words, between = words+between+wayNames[c][:1], "; "
			} else {
				words += ","
			}
			words += fmt.Sprintf(" %d", frame)
		}
		if len(frames) > maxPoints {
			words += " …"
		}
	}
	return words
}

// maxPoints is how many frames of a capture are listed.
const maxPoints = 8

// showCommand is the command that draws a connection.
func showCommand(n Names, f *pair.Flow) string {
	if f.A == nil {
		return "finwait show " + prose.ShellWord(n.B) + fmt.Sprintf(" --stream %d", f.B.Stream)
	}
	text := "finwait show " + prose.ShellWord(n.A) + fmt.Sprintf(" --stream %d", f.A.Stream)
	if f.B != nil {
		text += " --pair " + prose.ShellWord(n.B)
	}
	return text
}

func worstOf(f *pair.Flow) worstRow {
	w := worstRow{close: f.Close.String(), toServer: lostOf(&f.Segments.ToServer), toClient: lostOf(&f.Segments.ToClient)}
	for _, e := range [...]struct {
		end    *pair.End
		stream *string
	}{{f.B, &w.b}, {f.A, &w.a}} {
		if e.end != nil {
			*e.stream = fmt.Sprint(e.end.Stream)
			w.client, w.server = e.end.Client.AddrPort().String(), e.end.Server.AddrPort().String()
		}
	}
	if d := f.DelayS.ToServer; d != nil {
		w.p50 = d.P50.Words()
	}
	return w
}

func lostOf(c *pair.Counts) string {
	if c.Lost == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", c.Lost, c.Sent())
}
