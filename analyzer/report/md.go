package report

import (
	"bytes"
	"finwait/analyzer/report/prose"
	"fmt"
	"strings"
)

// mdTable writes a table of which the first column stands to the left and the
// others to the right.
func mdTable(b *bytes.Buffer, title string, head []string, rows [][]string) {
	fmt.Fprintf(b, "\n### %s\n\n", title)
	mdRow(b, head)
	b.WriteString("|:--|" + strings.Repeat("--:|", len(head)-1) + "\n")
	for _, row := range rows {
		mdRow(b, row)
	}
}

func mdRow(b *bytes.Buffer, cells []string) {
	b.WriteByte('|')
	for _, cell := range cells {
		fmt.Fprintf(b, " %s |", mdEscape(cell))
	}
	b.WriteByte('\n')
}

// mdEscape makes text mean nothing to Markdown or HTML.
func mdEscape(s string) string {
	var b strings.Builder
	for _, r := range prose.Safe(s) {
		if strings.ContainsRune("\\`*_[]<|~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mdCode makes text a code span, with a fence that is not in it (CommonMark §6.1).
func mdCode(s string) string {
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	fence := "``"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + " " + s + " " + fence
}
