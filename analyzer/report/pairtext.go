package report

import (
	"bytes"
	"fmt"
	"io"

	"finwait/analyzer/report/prose"
)

// pairText writes a page for people.
func pairText(w io.Writer, d *pairDigest, s Style) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "A  %s\nB  %s\n", s.bold(d.a), s.bold(d.b))
	for _, line := range append([]string{d.total, prose.UpperFirst(d.clock)}, d.verdict...) {
		if line == d.verdict[0] {
			b.WriteByte('\n')
		}
		for _, part := range prose.Wrap(line, s.columns()) {
			if line == d.total {
				part = s.bold(part)
			}
			b.WriteString(part + "\n")
		}
	}
	if len(d.paths) > 0 {
		b.WriteByte('\n')
		d.pathGrid().write(&b, s)
	}
	if len(d.control) > 0 {
		b.WriteByte('\n')
		d.controlGrid().write(&b, s)
	}
	if len(d.worst) > 0 {
		b.WriteByte('\n')
		d.worstGrid().write(&b, s)
	}
	for i := range d.found {
		f := &d.found[i]
		fmt.Fprintf(&b, "\n%s %s %s   %s\n", s.severity(f.severity, prose.Pad(f.severity.String(), len("warning"))), f.rule, s.bold(f.name), f.n)
		for _, text := range []string{f.message, f.advice} {
			for _, line := range prose.Wrap(text, s.columns()-8) {
				b.WriteString("        " + line + "\n")
			}
		}
		b.WriteString("          " + f.points)
		if prose.Width(f.points)+prose.Width(f.next)+18 > s.columns() {
			b.WriteString("\n        ")
		}
		b.WriteString("  →  " + f.next + "\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (d *pairDigest) pathGrid() *grid {
	g := &grid{indent: "  ", left: 1}
	g.head("Between the captures", "segments", "delivered", "lost", "forged", "copies", "not captured", "unknown", "p50", "p90", "max")
	for _, w := range d.paths {
		g.row(w.name, w.segments, w.delivered, w.lost, w.forged, w.copies, w.missed, w.unknown, w.p50, w.p90, w.most)
	}
	return g
}

func (d *pairDigest) controlGrid() *grid {
	g := &grid{indent: "  ", left: 1}
	g.head("Did not arrive", "SYN", "FIN", "RST")
	for _, c := range d.control {
		g.row(c.name, c.syn, c.fin, c.rst)
	}
	return g
}

func (d *pairDigest) worstGrid() *grid {
	g := &grid{indent: "  ", left: 4, tail: 1}
	g.head("Lost most: stream of A", "of B", "client", "server", "lost to server", "lost to client", "p50", "closed")
	for _, c := range d.worst {
		g.row(c.a, c.b, c.client, c.server, c.toServer, c.toClient, c.p50, c.close)
	}
	return g
}
