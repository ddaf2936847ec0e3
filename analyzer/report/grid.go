package report

import (
	"bytes"
	"strings"

	"finwait/analyzer/report/prose"
)

// gridRows is how many rows are laid out together. A longer table goes on with
// a head and widths of its own, so that memory stays bounded.
const gridRows = 10000

// grid lays out cells in columns two spaces apart, without lines. Columns that
// are empty throughout are left out.
type grid struct {
	indent string // before every row but the head
	left   int    // how many columns stand to the left; those after them to the right
	tail   int    // how many of the last columns stand to the left again
	heads  []string
	rows   [][]string
}

func (g *grid) head(cells ...string) { g.heads = cells }
func (g *grid) row(cells ...string)  { g.rows = append(g.rows, cells) }

// kept returns the columns in which some row has a cell.
func (g *grid) kept() []int {
	var out []int
	for i := range g.heads {
		for _, row := range g.rows {
			if row[i] != "" {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

func (g *grid) write(b *bytes.Buffer, style Style) {
	kept := g.kept()
	widths := make([]int, len(kept))
	measure := func(cells []string, indent string) {
		for n, i := range kept {
			width := prose.Width(cells[i])
			if n == 0 {
				width += len(indent)
			}
			widths[n] = max(widths[n], width)
		}
	}
	measure(g.heads, "")
	for _, cells := range g.rows {
		measure(cells, g.indent)
	}
	g.line(b, kept, widths, g.heads, "", style.bold)
	for _, cells := range g.rows {
		g.line(b, kept, widths, cells, g.indent, nil)
	}
}

// line writes the cells that are kept, without spaces behind the last. Paint is nil
// for plain text.
func (g *grid) line(b *bytes.Buffer, kept, widths []int, cells []string, indent string, paint func(string) string) {
	var line strings.Builder
	for n, i := range kept {
		cell := cells[i]
		if n == 0 {
			cell = indent + cell
		} else {
			line.WriteString("  ")
		}
		pad := strings.Repeat(" ", widths[n]-prose.Width(cell))
		if paint != nil {
			cell = paint(cell)
		}
		if i < g.left || i >= len(g.heads)-g.tail {
			line.WriteString(cell + pad)
		} else {
			line.WriteString(pad + cell)
		}
	}
	b.WriteString(strings.TrimRight(line.String(), " "))
	b.WriteByte('\n')
}
