package cli

import (
	"fmt"
	"strings"
)

const (
	helpWidth = 90 // columns of a help text
	flagWidth = 26 // columns for a flag and its value; longer ones get a line of their own
)

// part is a piece of what help says, to be written plainly or as a man page.
type part struct {
	title    string // "" where there is none
	text     string // in which an empty line ends a paragraph
	usage    string // a command line
	width    int    // columns for the heads of entries
	entries  []entry
	also     string // behind the entries
	examples []example
}

// entry is a name and what it stands for.
type entry struct {
	head, about string
	depth       int // under how many others it belongs
}

type example struct{ line, about string }

// plain writes parts for a terminal, an empty line between them.
func plain(parts []part) string {
	var texts []string
	for i := range parts {
		texts = append(texts, parts[i].plain())
	}
	return strings.Join(texts, "\n")
}

func (p *part) plain() string {
	var b strings.Builder
	if p.title != "" {
		b.WriteString(p.title + ":\n")
	}
	if p.text != "" {
		b.WriteString(paragraphs(p.text) + "\n")
	}
	if p.usage != "" {
		fmt.Fprintf(&b, "  %s\n", p.usage)
	}
	for _, e := range p.entries {
		e.plain(&b, p.width)
	}
	if p.also != "" {
		const indent = "      "
		b.WriteString(indent + strings.Join(wrapWords(p.also, helpWidth-len(indent)), "\n"+indent) + "\n")
	}
	for _, e := range p.examples {
		fmt.Fprintf(&b, "  %s\n      %s\n", e.line, e.about)
	}
	return b.String()
}

// plain writes the name and beside it what it stands for.
func (e *entry) plain(b *strings.Builder, width int) {
	head := strings.Repeat("  ", e.depth+1) + e.head
	if len(head) > width {
		fmt.Fprintf(b, "%s\n", head)
		head = ""
	}
	for _, line := range wrapWords(e.about, helpWidth-width-2) {
		fmt.Fprintf(b, "%-*s  %s\n", width, head, line)
		head = ""
	}
}

// paragraphs wraps text, in which an empty line ends a paragraph, and a hyphen at the
// beginning of a line begins an item of a list.
func paragraphs(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		lead, items := listed(p)
		var lines []string
		if lead != "" {
			lines = wrapWords(lead, helpWidth)
		}
		for _, item := range items {
			lines = append(lines, "- "+strings.Join(wrapWords(item, helpWidth-2), "\n  "))
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return strings.Join(out, "\n\n")
}

// listed returns what a paragraph begins with, and the items of its list.
func listed(paragraph string) (lead string, items []string) {
	for line := range strings.SplitSeq(paragraph, "\n") {
		item, begins := strings.CutPrefix(line, "- ")
		switch n := len(items); {
		case begins:
			items = append(items, item)
		case n > 0:
			items[n-1] += " " + line
		default:
			lead += " " + line
		}
	}
	return strings.TrimSpace(lead), items
}

// wrapWords breaks text at spaces into lines of at most width octets.
func wrapWords(text string, width int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len(*last)+1+len(word) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}
