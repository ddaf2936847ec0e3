package page

import (
	"bytes"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SVG is a drawing. All text in it is escaped.
type SVG struct{ b bytes.Buffer }

// Attr is an attribute of an element.
type Attr struct{ Name, Value string }

// Class is the attribute of that name.
func Class(names string) Attr { return Attr{"class", names} }

// Number writes a coordinate with at most one decimal.
func Number(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 { // and not -0
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Escape makes text safe in HTML and in XML, which allows neither most control
// characters nor what is not UTF-8.
func Escape(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff || r == utf8.RuneError {
			return utf8.RuneError
		}
		return r
	}, text)
	return html.EscapeString(text)
}

func (s *SVG) open(name string, attrs []Attr) {
	s.b.WriteString("<" + name)
	for _, a := range attrs {
		if a.Value != "" {
			s.b.WriteString(" " + a.Name + `="` + Escape(a.Value) + `"`)
		}
	}
}

// Open begins a group.
func (s *SVG) Open(attrs ...Attr) {
	s.open("g", attrs)
	s.b.WriteByte('>')
}

// Close ends a group.
func (s *SVG) Close() { s.b.WriteString("</g>") }

// Title says what the group that was just opened shows.
func (s *SVG) Title(text string) { s.b.WriteString("<title>" + Escape(text) + "</title>") }

// Rect draws a rectangle; title may be "".
func (s *SVG) Rect(class string, x, y, width, height float64, title string) {
	s.open("rect", []Attr{Class(class), {"x", Number(x)}, {"y", Number(y)}, {"width", Number(width)}, {"height", Number(height)}})
	if title == "" {
		s.b.WriteString("/>")
		return
	}
	s.b.WriteByte('>')
	s.Title(title)
	s.b.WriteString("</rect>")
}

// Line draws a line.
func (s *SVG) Line(class string, x1, y1, x2, y2 float64) {
	s.Path(class, "M"+Number(x1)+" "+Number(y1)+"L"+Number(x2)+" "+Number(y2))
}

// Path draws a path of which d is the description.
func (s *SVG) Path(class, d string) {
	s.open("path", []Attr{Class(class), {"d", d}})
	s.b.WriteString("/>")
}

// Arrow draws a line with a head at its end.
func (s *SVG) Arrow(class string, x1, y1, x2, y2 float64) {
	s.Line(class, x1, y1, x2, y2)
	s.Head(class, x1, y1, x2, y2)
}

// Head draws the head of an arrow alone.
func (s *SVG) Head(class string, x1, y1, x2, y2 float64) {
	const length, half = 7, 3
	n := math.Hypot(x2-x1, y2-y1)
	if n == 0 {
		return
	}
	dx, dy := (x2-x1)/n, (y2-y1)/n
	bx, by := x2-length*dx, y2-length*dy
	s.Path(class+" h", "M"+Number(x2)+" "+Number(y2)+"L"+Number(bx-half*dy)+" "+Number(by+half*dx)+
		"L"+Number(bx+half*dy)+" "+Number(by-half*dx)+"Z")
}

// Dot draws a small disc.
func (s *SVG) Dot(class string, x, y, r float64, title string) {
	s.open("circle", []Attr{Class(class), {"cx", Number(x)}, {"cy", Number(y)}, {"r", Number(r)}})
	if title == "" {
		s.b.WriteString("/>")
		return
	}
	s.b.WriteByte('>')
	s.Title(title)
	s.b.WriteString("</circle>")
}

// Span is a part of a line of text.
type Span struct{ Class, Text string }

// Text writes a line of text. Class e ends it at x, c centres it there.
func (s *SVG) Text(class string, x, y float64, text string) {
	s.open("text", []Attr{Class(class), {"x", Number(x)}, {"y", Number(y)}})
	s.b.WriteString(">" + Escape(text) + "</text>")
}

// Spans writes a line of text in several manners.
func (s *SVG) Spans(class string, x, y float64, spans ...Span) {
	s.open("text", []Attr{Class(class), {"x", Number(x)}, {"y", Number(y)}})
	s.b.WriteByte('>')
	for i, span := range spans {
		text := span.Text
		if i > 0 {
			text = "  " + text
		}
		if span.Class == "" {
			s.b.WriteString(Escape(text))
			continue
		}
		s.open("tspan", []Attr{Class(span.Class)})
		s.b.WriteString(">" + Escape(text) + "</tspan>")
	}
	s.b.WriteString("</text>")
}

// Append draws other over s, moved by x and y.
func (s *SVG) Append(other *SVG, x, y float64) {
	s.Open(Attr{"transform", "translate(" + Number(x) + " " + Number(y) + ")"})
	s.b.Write(other.b.Bytes())
	s.Close()
}

// Frame is the outside of a drawing.
type Frame struct {
	Class         string
	Width, Height float64
	Label         string // what it shows, for those who do not see it
}

func (f *Frame) attrs() []Attr {
	return []Attr{
		Class(f.Class),
		{"viewBox", "0 0 " + Number(f.Width) + " " + Number(f.Height)},
		{"width", Number(f.Width)},
		{"height", Number(f.Height)},
		{"role", "group"},
		{"aria-label", f.Label},
	}
}

// HTML returns the drawing as an element of a page.
func (s *SVG) HTML(f Frame) template.HTML {
	var out SVG
	out.open("svg", f.attrs())
	out.b.WriteByte('>')
	out.b.Write(s.b.Bytes())
	out.b.WriteString("</svg>")
	return template.HTML(out.b.String()) //nolint:gosec // everything in it is escaped
}

// File returns the drawing as a file of its own.
func (s *SVG) File(f Frame) []byte {
	var out SVG
	out.open("svg", append([]Attr{{"xmlns", "http://www.w3.org/2000/svg"}}, f.attrs()...))
	out.b.WriteString(">\n<style>" + strings.TrimSpace(svgStyle+stateRules()) + "</style>\n")
	out.Rect("ground", 0, 0, f.Width, f.Height, "")
	out.b.WriteByte('\n')
	out.b.Write(s.b.Bytes())
	out.b.WriteString("\n</svg>\n")
	return out.b.Bytes()
}
