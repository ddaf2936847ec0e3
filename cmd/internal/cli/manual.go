package cli

import (
	"fmt"
	"strings"
)

// Manual returns the text of the program's package comment: what help prints,
// of all commands. transcript is a run to begin with, as a terminal shows it.
func Manual(transcript string) string {
	var b strings.Builder
	b.WriteString("Finwait tells from packet captures how TCP connections were closed.\n\n")
	writeBlock(&b, transcript)
	b.WriteString("# Usage\n\n")
	parts := overviewParts()
	parts[0].title = ""
	writeBlock(&b, plain(parts))
	for _, cmd := range commands() {
		parts := cmd.parts()
		parts[0].title = ""
		fmt.Fprintf(&b, "# Command %s: %s\n\n", cmd.name, cmd.short)
		writeBlock(&b, plain(parts))
	}
	for _, t := range topics() {
		fmt.Fprintf(&b, "# Help on %s: %s\n\n", t.name, t.short)
		writeBlock(&b, plain(t.parts()))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// writeBlock writes text as the preformatted block of a Go comment.
func writeBlock(b *strings.Builder, text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line = strings.TrimRight(line, "\r\n ")
		if line != "" {
			line = "\t" + line
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
}
