package prose

import (
	"bytes"
	"strings"
)

// GridRows is how many rows are laid out together. A longer table goes on with
// a head and widths of its own, so that memory stays bounded.
const GridRows = 10000

// Grid lays out cells in columns two spaces apart, without lines. Columns that
// are empty throughout are left out.
type Grid struct {
	Indent string // before every row but the head
	Left   int    // how many columns stand to the left; those after them to the right
	Tail   int    // how many of the last columns stand to the left again
	Heads  []string
	Rows   [][]string
}

func (g *Grid) Head(cells ...string) { g.Heads = cells }
func (g *Grid) Row(cells ...string)  { g.Rows = append(g.Rows, cells) }

// Kept returns the columns in which some row has a cell.
func (g *Grid) Kept() []int {
	var out []int
	for i := range g.Heads {
		for _, row := range g.Rows {
			if row[i] != "" {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

func (g *Grid) Write(b *bytes.Buffer, style Style) {
	kept := g.Kept()
	widths := make([]int, len(kept))
	measure := func(cells []string, indent string) {
		for n, i := range kept {
			width := Width(cells[i])
			if n == 0 {
				width += len(indent)
			}
			widths[n] = max(widths[n], width)
		}
	}
	measure(g.Heads, "")
	for _, cells := range g.Rows {
		measure(cells, g.Indent)
	}
	g.line(b, kept, widths, g.Heads, "", style.Bold)
	for _, cells := range g.Rows {
		g.line(b, kept, widths, cells, g.Indent, nil)
	}
}

// line writes the cells that are kept, without spaces behind the last. Paint is nil
// for plain text.
func (g *Grid) line(b *bytes.Buffer, kept, widths []int, cells []string, indent string, paint func(string) string) {
	var line strings.Builder
	for n, i := range kept {
		cell := cells[i]
		if n == 0 {
			cell = indent + cell
		} else {
			line.WriteString("  ")
		}
		pad := strings.Repeat(" ", widths[n]-Width(cell))
		if paint != nil {
			cell = paint(cell)
		}
		if i < g.Left || i >= len(g.Heads)-g.Tail {
			line.WriteString(cell + pad)
		} else {
			line.WriteString(pad + cell)
		}
	}
	b.WriteString(strings.TrimRight(line.String(), " "))
	b.WriteByte('\n')
}

// Table returns the columns of a grid that are not empty, and the head of the first as a
// title.
func (g *Grid) Table() (title string, heads []string, rows [][]string) {
	kept := g.Kept()
	pick := func(cells []string) (out []string) {
		for _, i := range kept {
			out = append(out, cells[i])
		}
		return out
	}
	for _, row := range g.Rows {
		rows = append(rows, pick(row))
	}
	heads = pick(g.Heads)
	title, heads[0] = heads[0], ""
	return title, heads, rows
}
