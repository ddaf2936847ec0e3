package cli

import (
	"strings"

	"finwait/analyzer/report"
)

// printable makes text safe for a terminal, line by line.
func printable(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = report.Safe(lines[i])
	}
	return strings.Join(lines, "\n")
}
