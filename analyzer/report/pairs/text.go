package pairs

import (
	"bytes"
	"fmt"
	"io"

	"finwait/analyzer/report/prose"
)

// writeText writes a page for people.
func writeText(w io.Writer, d *digest, s prose.Style) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "A  %s\nB  %s\n", s.Bold(d.a), s.Bold(d.b))
	for _, line := range append([]string{d.total, prose.UpperFirst(d.clock)}, d.verdict...) {
		if line == d.verdict[0] {
			b.WriteByte('\n')
		}
		for _, part := range prose.Wrap(line, s.Columns()) {
			if line == d.total {
				part = s.Bold(part)
			}
			b.WriteString(part + "\n")
		}
	}
	if len(d.paths) > 0 {
		b.WriteByte('\n')
		d.pathGrid().Write(&b, s)
	}
	if len(d.control) > 0 {
		b.WriteByte('\n')
		d.controlGrid().Write(&b, s)
	}
	if len(d.worst) > 0 {
		b.WriteByte('\n')
		d.worstGrid().Write(&b, s)
	}
	for i := range d.found {
		f := &d.found[i]
		fmt.Fprintf(&b, "\n%s %s %s   %s\n", s.Severity(f.severity, prose.Pad(f.severity.String(), len("warning"))), f.rule, s.Bold(f.name), f.n)
		f.writeText(&b, s)
		for j := range f.other {
			f.other[j].writeText(&b, s)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// writeText writes what was found below its head.
func (f *findingRow) writeText(b *bytes.Buffer, s prose.Style) {
	for _, text := range []string{f.message, f.advice} {
		for _, line := range prose.Wrap(text, s.Columns()-8) {
			b.WriteString("        " + line + "\n")
		}
	}
	b.WriteString("          " + f.points)
	if f.next == "" {
		b.WriteByte('\n')
		return
	}
	if prose.Width(f.points)+prose.Width(f.next)+18 > s.Columns() {
		b.WriteString("\n        ")
	}
	b.WriteString("  →  " + f.next + "\n")
}

func (d *digest) pathGrid() *prose.Grid {
	g := &prose.Grid{Indent: "  ", Left: 1}
	g.Head("Between the captures", "segments", "delivered", "lost", "forged", "copies", "not captured", "unknown", "p50", "p90", "max")
	for _, w := range d.paths {
		g.Row(w.name, w.segments, w.delivered, w.lost, w.forged, w.copies, w.missed, w.unknown, w.p50, w.p90, w.most)
	}
	return g
}

func (d *digest) controlGrid() *prose.Grid {
	g := &prose.Grid{Indent: "  ", Left: 1}
	g.Head("Did not arrive", "SYN", "FIN", "RST")
	for _, c := range d.control {
		g.Row(c.name, c.syn, c.fin, c.rst)
	}
	return g
}

func (d *digest) worstGrid() *prose.Grid {
	g := &prose.Grid{Indent: "  ", Left: 4, Tail: 1}
	g.Head("Lost most: stream of A", "of B", "client", "server", "lost to server", "lost to client", "p50", "closed")
	for _, c := range d.worst {
		g.Row(c.a, c.b, c.client, c.server, c.toServer, c.toClient, c.p50, c.close)
	}
	return g
}
