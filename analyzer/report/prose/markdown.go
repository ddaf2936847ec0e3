package prose

import (
	"bytes"
	"fmt"
	"strings"
)

// MarkdownTable writes a table of which the first column stands to the left and the
// others to the right.
func MarkdownTable(b *bytes.Buffer, title string, head []string, rows [][]string) {
	fmt.Fprintf(b, "\n### %s\n\n", title)
	MarkdownRow(b, head)
	b.WriteString("|:--|" + strings.Repeat("--:|", len(head)-1) + "\n")
	for _, row := range rows {
		MarkdownRow(b, row)
	}
}

// MarkdownRow writes a row of a table.
func MarkdownRow(b *bytes.Buffer, cells []string) {
	b.WriteByte('|')
	for _, cell := range cells {
		fmt.Fprintf(b, " %s |", EscapeMarkdown(cell))
	}
	b.WriteByte('\n')
}

// EscapeMarkdown makes text mean nothing to Markdown or HTML.
func EscapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range Safe(s) {
		if strings.ContainsRune("\\`*_[]<|~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// MarkdownCode makes text a code span, with a fence that is not in it (CommonMark §6.1).
func MarkdownCode(s string) string {
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	fence := "``"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + " " + s + " " + fence
}
