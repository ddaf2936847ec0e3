package report

import (
	"bytes"

	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
)

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
	t := table.NewWriter()
	t.SetStyle(table.Style{
		Box:     table.BoxStyle{MiddleVertical: "  "},
		Options: table.Options{SeparateColumns: true},
	})
	t.SuppressTrailingSpaces()
	var configs []table.ColumnConfig
	line := func(cells []string, indent string, bold bool) table.Row {
		var row table.Row
		for n, i := range kept {
			cell := cells[i]
			if n == 0 {
				cell = indent + cell
			}
			if bold {
				cell = style.bold(cell)
			}
			row = append(row, cell)
		}
		return row
	}
	for n, i := range kept {
		align := prettytext.AlignRight
		if i < g.left || i >= len(g.heads)-g.tail {
			align = prettytext.AlignLeft
		}
		configs = append(configs, table.ColumnConfig{Number: n + 1, Align: align})
	}
	t.SetColumnConfigs(configs)
	t.AppendRow(line(g.heads, "", true))
	for _, cells := range g.rows {
		t.AppendRow(line(cells, g.indent, false))
	}
	b.WriteString(t.Render())
	b.WriteByte('\n')
}
