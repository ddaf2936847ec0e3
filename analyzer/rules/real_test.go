package rules

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recorded says what must be found in the recorded captures, whichever side they
// were taken at: on each of the scenario's connections (found), on none (not),
// or nothing but what is allowed. Scenarios that are not listed are healthy, or
// odd in ways that other tests look at.
var recorded = []struct {
	scenarios string // separated by spaces
	found     string // rules that every connection has
	not       string // rules that none has
}{
	{
		"go-timeout go-timeout-short go-timeout-long go-timeout-reaped go-timeout-partial go-timeout-delayed",
		"FIN201 FIN203", "FIN202 FIN204 FIN205 FIN206 FIN207 FIN208 FIN210 FIN301 FIN302",
	},
	{
		"client-close server-close three-segment-close delayed-close any-device sequence-wrap offload mid-stream",
		"", "FIN101 FIN103 FIN201 FIN202 FIN203 FIN204 FIN206 FIN207 FIN208 FIN301 FIN302 FIN401 FIN402 FIN403 FIN501 FIN901 FIN902 FIN903",
	},
	{"half-close half-close-held", "FIN205", "FIN201 FIN203 FIN208"},
	{"simultaneous-close", "FIN210", "FIN201 FIN207"},
	{"close-wait-leak", "FIN202", "FIN201 FIN206"},
	{"accept-never-called", "FIN201", "FIN206 FIN402 FIN403"},
	{"fin-wait-2-late-data", "FIN203", "FIN201 FIN206 FIN208"},
	{"fin-wait-2-late-fin", "FIN204", "FIN201 FIN206 FIN208"},
	{"nginx-idle-close", "FIN206", "FIN201 FIN207 FIN208"},
	{"nginx-idle-race", "FIN206 FIN207", "FIN201 FIN203 FIN208"},
	{"stale-reuse", "FIN208", "FIN201 FIN203 FIN207"},
	{"abort-linger0 abort-unread-data abort-after-fin server-abort-unread", "", "FIN201 FIN207 FIN208 FIN402"},
	{"zero-window-hidden-fin zero-window-abandoned", "", "FIN201 FIN206 FIN207 FIN208"},
	{"fin-lost fin-ack-lost last-ack-lost data-lost-before-fin", "", "FIN201 FIN202 FIN207 FIN208"},
	{"keepalive-dead-peer rst-lost fin-black-hole", "", "FIN201 FIN206 FIN207 FIN208"},
	{"syn-ack-rejected", "", "FIN101 FIN102 FIN201 FIN301 FIN308 FIN401 FIN402 FIN403 FIN404"},
	{"refused", "FIN402", "FIN401 FIN403 FIN301"},
	{"unanswered", "FIN401", "FIN402 FIN403"},
	{"half-open half-open-gone", "FIN403", "FIN401 FIN402"},
	{"syn-sent-abort", "", "FIN201 FIN401 FIN402 FIN403"},
	{"simultaneous-open", "", "FIN201 FIN401 FIN402 FIN403 FIN501"},
}

func TestRecorded(t *testing.T) {
	for _, want := range recorded {
		for _, scenario := range strings.Fields(want.scenarios) {
			files, _ := filepath.Glob("../../testdata/real/" + scenario + ".*pcap")
			if len(files) < 2 {
				t.Errorf("%s has %d captures, not 2", scenario, len(files))
			}
			for _, file := range files {
				t.Run(filepath.Base(file), func(t *testing.T) {
					for _, r := range judgedFile(t, file) {
						got := found(r)
						for _, id := range strings.Fields(want.found) {
							if !slices.Contains(got, id) {
								t.Errorf("stream %d: %s is not among %v", r.Stream, id, got)
							}
						}
						for _, id := range strings.Fields(want.not) {
							if slices.Contains(got, id) {
								t.Errorf("stream %d: %s is among %v", r.Stream, id, got)
							}
						}
					}
				})
			}
		}
	}
}
