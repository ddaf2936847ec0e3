package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

// caveatsOf are what a report of files says is not to be relied on.
func caveatsOf(t *testing.T, files ...string) (list []string) {
	t.Helper()
	out, _ := says(t, exitOK, append([]string{"report", "--quiet", "--no-config", "--format", "json"}, files...)...)
	var report struct{ Caveats []string }
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	return report.Caveats
}

// Connections that two captures hold count twice, and the report says so, with the captures
// and with what compares them; also behind captures and stored runs that have none of them.
func TestCapturedTwice(t *testing.T) {
	real := func(name string) string { return "../../../testdata/real/" + name + ".pcap" }
	client, server := real("go-timeout"), real("go-timeout.server")
	of := func(a, b, n, rest string) string {
		return n + " twice: " + a + " and " + b + " hold the same ones, with the same addresses, ports and initial sequence numbers" + rest + "; finwait pair compares two such captures"
	}
	twice := func(n, rest string) string { return of(client, server, n, rest) }
	ahead, behind := real("pair/clock-hours.a"), real("pair/clock-hours.b")
	run := storedAs(t, "run.jsonl", client)
	for _, c := range []struct {
		what  string
		files []string
		want  string
	}{
		{"both ends", []string{client, server}, twice("12 connections count", "")},
		{"others before them", []string{real("delayed-close"), run, client, real("half-close"), server}, twice("12 connections count", "")},
		{"two pairs", []string{client, real("delayed-close"), server, real("delayed-close.server")}, twice("15 connections count", " (other pairs of captures likewise: 1)")},
		{"one end and a stored run", []string{run, server}, ""}, // records have no sequence numbers
		{"both ends joined, hours apart", []string{"--join", ahead, behind}, of(ahead, behind, "3 connections count", "")},
		{"both ends joined, at one time", []string{"--join", client, server}, ""}, // there they count once
		{"one end", []string{client, real("delayed-close.server")}, ""},
		{"picked up in their midst", []string{real("mid-stream"), real("mid-stream.server")}, ""},
	} {
		got := ""
		for _, text := range caveatsOf(t, c.files...) {
			if strings.Contains(text, "twice") {
				got = text
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	out, _ := says(t, exitOK, "report", "--quiet", "--no-config", "--by", "server", "--where", "stream < 5", client, server)
	if want := "  ! 5 connections count twice: "; !strings.Contains(string(out), want) {
		t.Errorf("%s: want %q", out, want)
	}
}
