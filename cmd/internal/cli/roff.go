package cli

import "strings"

// roff writes a man page.
type roff struct{ b strings.Builder }

var roffText = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`, "≤", `\(<=`, "×", `\(mu`)

// macro writes a request with its arguments.
func (r *roff) macro(name string, args ...string) {
	r.b.WriteString("." + name)
	for _, a := range args {
		r.b.WriteString(` "` + roffText.Replace(a) + `"`)
	}
	r.b.WriteByte('\n')
}

// text writes a paragraph. A dot at the beginning of a line is no request in it.
func (r *roff) text(text string) {
	const width = 78
	for _, line := range wrapWords(roffText.Replace(text), width) {
		if strings.HasPrefix(line, ".") {
			line = `\&` + line
		}
		r.b.WriteString(line + "\n")
	}
}

func (r *roff) paragraphs(text string) {
	for i, p := range strings.Split(text, "\n\n") {
		if i > 0 {
			r.macro("PP")
		}
		lead, items := listed(p)
		if lead != "" {
			r.text(lead)
		}
		for _, item := range items {
			r.b.WriteString(".IP \\(bu 2\n")
			r.text(item)
		}
	}
}

// parts writes the parts of a help text under headings of a kind, SH or SS.
func (r *roff) parts(heading string, parts []part) {
	for i := range parts {
		p := &parts[i]
		switch {
		case p.title != "" && heading == "SH":
			r.macro(heading, strings.ToUpper(p.title))
		case p.title != "":
			r.macro(heading, p.title)
		default:
			r.macro("PP")
		}
		r.part(p)
	}
}

func (r *roff) part(p *part) {
	if p.text != "" {
		r.paragraphs(p.text)
	}
	if p.usage != "" {
		r.macro("B", p.usage)
	}
	depth := 0
	for _, e := range p.entries {
		for ; depth < e.depth; depth++ {
			r.macro("RS")
		}
		for ; depth > e.depth; depth-- {
			r.macro("RE")
		}
		r.tagged(strings.TrimSpace(e.head), e.about)
	}
	for ; depth > 0; depth-- {
		r.macro("RE")
	}
	if p.also != "" {
		r.macro("PP")
		r.paragraphs(p.also)
	}
	for _, e := range p.examples {
		r.tagged(e.line, e.about)
	}
}

func (r *roff) tagged(head, text string) {
	r.macro("TP")
	r.macro("B", head)
	r.paragraphs(text)
}
