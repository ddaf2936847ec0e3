package rules

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
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
	{"go-timeout go-timeout-short go-timeout-long go-timeout-reaped go-timeout-partial go-timeout-delayed",
		"FIN201 FIN203", "FIN202 FIN204 FIN205 FIN206 FIN207 FIN208 FIN210 FIN301 FIN302"},
	{"client-close server-close three-segment-close delayed-close any-device sequence-wrap offload mid-stream",
		"", "FIN101 FIN103 FIN201 FIN202 FIN203 FIN204 FIN206 FIN207 FIN208 FIN301 FIN302 FIN401 FIN402 FIN403 FIN501 FIN901 FIN902 FIN903"},
	{"half-close half-close-held", "FIN205", "FIN201 FIN203 FIN208"},
	{"simultaneous-close", "FIN210", "FIN201 FIN207"},
	{"close-wait-leak", "FIN202", "FIN201 FIN206"},
	{"accept-never-called syn-cookies", "FIN201", "FIN206 FIN402 FIN403"},
	{"fin-wait-2-late-data", "FIN203", "FIN201 FIN206 FIN208"},
	{"fin-wait-2-late-fin", "FIN204", "FIN201 FIN206 FIN208"},
	{"nginx-idle-close", "FIN206", "FIN201 FIN207 FIN208"},
	{"nginx-idle-race", "FIN206 FIN207", "FIN201 FIN203 FIN208"},
	{"stale-reuse", "FIN208", "FIN201 FIN203 FIN207"},
	{"abort-linger0 abort-unread-data abort-after-fin server-abort-unread", "", "FIN201 FIN207 FIN208 FIN402"},
	{"zero-window-hidden-fin zero-window-abandoned", "", "FIN201 FIN206 FIN207 FIN208"},
	{"fin-lost fin-ack-lost last-ack-lost data-lost-before-fin", "", "FIN201 FIN202 FIN207 FIN208"},
	{"keepalive-dead-peer rst-lost fin-black-hole", "", "FIN201 FIN206 FIN207 FIN208"},
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
					for _, r := range judged(t, file) {
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

// Every sentence of the table of relations holds in every recorded capture and
// every fixture.
func TestRelations(t *testing.T) {
	id := func(id string) bool {
		return slices.ContainsFunc(All, func(r *analyzer.Rule) bool { return r.ID == id })
	}
	for _, rel := range Relations {
		if !id(rel.A) || !id(rel.B) || rel.Why == "" {
			t.Errorf("%v is about rules that do not exist, or says no reason", rel)
		}
	}
	files, _ := filepath.Glob("../../testdata/real/*.pcap")
	scripts, _ := filepath.Glob("../../testdata/rules/*/*.pkt")
	for _, file := range append(files, scripts...) {
		for _, r := range judged(t, file) {
			got := found(r)
			for _, rel := range Relations {
				a, b := slices.Contains(got, rel.A), slices.Contains(got, rel.B)
				if rel.Holds == Excludes && a && b || rel.Holds == Implies && a && !b {
					t.Errorf("%s stream %d: %v, but %s", filepath.Base(file), r.Stream, got, rel.Why)
				}
			}
		}
	}
}

// The examples of explain are what they say: each makes its rule speak.
func TestDocScriptsSpeak(t *testing.T) {
	for _, rule := range All {
		if rule.Check == nil {
			continue
		}
		s, err := pktscript.Parse(rule.ID, []byte("A 192.0.2.1:40000\nB 198.51.100.7:443\n"+rule.Doc.Script+"\n"))
		if err != nil {
			t.Errorf("%s: %v", rule.ID, err)
			continue
		}
		var all []string
		for _, r := range judgeScript(t, s) {
			all = append(all, found(r)...)
		}
		if !slices.Contains(all, rule.ID) {
			t.Errorf("%s: its example finds %v", rule.ID, all)
		}
	}
}

func found(r *analyzer.Record) []string {
	var ids []string
	for _, f := range r.Findings {
		ids = append(ids, f.Rule)
	}
	return ids
}

// judged returns the records of a capture or script with their findings.
func judged(t *testing.T, file string) []*analyzer.Record {
	t.Helper()
	if strings.HasSuffix(file, ".pkt") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := pktscript.Parse(file, text)
		if err != nil {
			t.Fatal(err)
		}
		return judgeScript(t, s)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return judgeAll(t, file, f)
}

func judgeScript(t *testing.T, s *pktscript.Script) []*analyzer.Record {
	t.Helper()
	var b strings.Builder
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return judgeAll(t, s.Name, strings.NewReader(b.String()))
}

func judgeAll(t *testing.T, name string, in io.Reader) (records []*analyzer.Record) {
	t.Helper()
	r, err := capture.Open(name, in)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	config := analyzer.DefaultConfig()
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *reassembly.Conn) {
		rec := analyzer.NewRecord(name, c)
		analyzer.Judge(All, &config, rec, c)
		for _, f := range rec.Findings {
			if _, err := json.Marshal(f); err != nil || f.Message == "" || f.Advice == "" {
				t.Errorf("%s: %v is incomplete (%v)", name, f, err)
			}
		}
		records = append(records, rec)
	})
	var p capture.Packet
	var s segment.Segment
	decoder := segment.NewDecoder()
	for {
		switch err := r.Next(&p); {
		case errors.Is(err, io.EOF):
			tracker.Flush()
			return records
		case err != nil:
			t.Fatal(err)
		}
		switch decoder.Decode(p.Link, p.Data, p.Length, &s) {
		case segment.Decoded:
			tracker.Add(&p, &s)
		case segment.ICMPError:
			tracker.Quote(&p, &s)
		default:
			tracker.Advance(&p)
		}
	}
}
