package main

import (
	"os"
	"strings"
	"testing"

	"finwait/cmd/internal/cli"
)

// transcript opens the manual. That it is true is for TestManualExamples.
const transcript = `$ finwait go-timeout.pcap
go-timeout.pcap   12 connections, …

How they closed
  reset after FIN  12  ████████████
  first to close: client 12

Time in closing states … n      p50      p90 …    max  still open
  client FIN-WAIT-1 …
  client FIN-WAIT-2 …
  server CLOSE-WAIT …
…
`

// TestManual holds doc.go to what the commands say of themselves; -update writes
// it anew.
func TestManual(t *testing.T) {
	var b strings.Builder
	for line := range strings.Lines(cli.Manual(transcript)) {
		switch {
		case line == "\n" || strings.HasPrefix(line, "\t"):
			b.WriteString("//" + line)
		default:
			b.WriteString("// " + line)
		}
	}
	b.WriteString("package main\n")
	want := b.String()
	if *update {
		if err := os.WriteFile("doc.go", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("doc.go does not say what help says: run go test ./cmd/finwait -update")
	}
}
