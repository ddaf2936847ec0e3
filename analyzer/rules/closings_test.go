package rules

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/conn"
)

// closings says which of the rules in held are found in the captures of a
// recorded scenario, all its connections together: those that must be and those
// that may. The others must not, and a scenario without a row has none of them.
// Where the two vantages differ each has a row.
var closings = []struct{ scenario, vantage, must, may string }{
	{"abort-after-fin", "", "FIN301", ""},
	{"abort-linger0", "", "FIN301", ""},
	{"abort-unread-data", "", "FIN301", ""},
	{"accept-never-called", "", "FIN101", "FIN202"},
	{"backlog-overflow", "", "FIN101 FIN202", "FIN102 FIN103"},
	{"client-does-not-read", "", "FIN301", "FIN209"},
	{"close-wait-leak", "", "FIN101 FIN202", ""},
	{"early-response", "", "FIN301", ""},
	{"fin-ack-ignored", "", "FIN101 FIN103 FIN202", ""},
	{"fin-ack-ignored-a-while", "", "FIN103 FIN104", ""},
	{"fin-ack-lost", "client", "", ""},
	{"fin-ack-lost", "server", "FIN103", ""},
	{"fin-black-hole", "client", "FIN101 FIN103", ""},
	{"fin-black-hole", "server", "", ""},
	{"fin-wait-2-late-data", "", "FIN104 FIN203", ""},
	{"fin-wait-2-late-fin", "", "FIN104 FIN204", ""},
	{"go-timeout", "", "FIN104 FIN203", ""},
	{"go-timeout-delayed", "", "FIN203", "FIN104"},
	{"go-timeout-long", "", "FIN104 FIN203", ""},
	{"go-timeout-partial", "", "FIN104 FIN203", ""},
	{"go-timeout-reaped", "", "FIN104 FIN203", ""},
	{"go-timeout-short", "", "FIN203", ""},
	{"half-close", "", "FIN104 FIN205", ""},
	{"half-close-held", "", "FIN104 FIN205", ""},
	{"ipv6", "", "FIN203 FIN205 FIN301", ""},
	{"last-ack-lost", "client", "FIN103", ""},
	{"last-ack-lost", "server", "", ""},
	{"listener-closed", "", "FIN301", ""},
	{"loss", "", "", "FIN103 FIN104"}, // what is lost is chance
	{"loss-half-close", "", "FIN205", "FIN103 FIN104"},
	{"rst-lost", "client", "FIN301", ""},
	{"rst-lost", "server", "", ""}, // all that it sees is the reply to its payload
	{"server-abort-unread", "", "FIN301", ""},
	{"server-killed-unread", "", "FIN301", ""},
	{"simultaneous-close", "", "FIN210", ""},
	{"socket-killed", "", "FIN301", ""},
	{"stale-reuse", "", "", "FIN104"},
	{"syn-cookies", "", "FIN101 FIN202", "FIN103"},
	{"tls-close-notify", "", "", "FIN210 FIN301"}, // whose close_notify is first, is chance
	{"time-wait-reuse", "", "FIN303", ""},
	{"time-wait-reuse-client", "", "FIN303", ""},
	{"zero-window-abandoned", "", "FIN209", ""},
	{"zero-window-hidden-fin", "", "FIN209", ""},
}

// endings says which rules are found in the captures of scenarios that end for a reason
// outside of the connection, on each connection that closes or falls silent.
var endings = map[string]string{
	"answer-from-elsewhere":   "FIN405",
	"conntrack-forgets":       "FIN304",
	"conntrack-resets":        "FIN305",
	"listener-closed":         "FIN211 FIN301",
	"server-killed":           "FIN211",
	"server-killed-answering": "FIN211",
	"server-killed-unread":    "FIN211 FIN301",
	"write-timeout":           "FIN211",
	"slow-request":            "FIN211",
	"body-never-comes":        "FIN211",
	"client-killed-uploading": "FIN201",
	"client-does-not-read":    "FIN301",
	"idle-checked-seldom":     "FIN206",
	"early-response":          "FIN301",
	"socket-killed":           "FIN301",
	"node-keep-alive":         "FIN206",
}

func TestEndings(t *testing.T) {
	for scenario, rules := range endings {
		files, _ := filepath.Glob("../../testdata/real/" + scenario + "*.pcap")
		if len(files) == 0 {
			t.Errorf("there is no capture of %s", scenario)
		}
		for _, file := range files {
			if name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".pcap"), ".server"); name != scenario {
				continue
			}
			for _, rec := range judgedFile(t, file) {
				for _, id := range strings.Fields(rules) {
					if !slices.Contains(found(rec), id) {
						t.Errorf("%s: stream %d: no %s among %v", file, rec.Stream, id, found(rec))
					}
				}
			}
		}
	}
}

// A reload is no timer and no leak: the connections whose request crossed the FIN lost it,
// and nothing is said of the others.
func TestReloadUnderLoad(t *testing.T) {
	for _, file := range []string{"reload-under-load.pcap", "reload-under-load.server.pcap"} {
		lost := 0
		for _, rec := range judgedFile(t, "../../testdata/real/"+file) {
			var want []string
			if rec.Close == conn.CloseResetAfterFIN {
				want, lost = []string{"FIN207"}, lost+1
			}
			if got := found(rec); !slices.Equal(got, want) {
				t.Errorf("%s: stream %d, %v: found %v, want %v", file, rec.Stream, rec.Close, got, want)
			}
		}
		if lost == 0 {
			t.Errorf("%s: no connection was reset", file)
		}
	}
}

// held are the rules that closings speaks of.
var held = []string{
	"FIN101", "FIN102", "FIN103", "FIN104", "FIN202", "FIN203", "FIN204", "FIN205", "FIN209", "FIN210",
	"FIN301", "FIN302", "FIN303",
}

func TestClosings(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/real/*.pcap")
	rows := make([]bool, len(closings))
	for _, file := range files {
		scenario, vantage := strings.TrimSuffix(filepath.Base(file), ".pcap"), "client"
		if name, server := strings.CutSuffix(scenario, ".server"); server {
			scenario, vantage = name, "server"
		}
		var must, may []string
		for i, row := range closings {
			if row.scenario == scenario && (row.vantage == vantage || row.vantage == "") {
				must, may = append(must, strings.Fields(row.must)...), append(may, strings.Fields(row.may)...)
				rows[i] = true
			}
		}
		first := firstMessages(t, file)
		for _, id := range must {
			if first[id] == "" {
				t.Errorf("%s: no %s", file, id)
			}
		}
		for _, id := range held {
			if first[id] != "" && !slices.Contains(must, id) && !slices.Contains(may, id) {
				t.Errorf("%s: %s %s", file, id, first[id])
			}
		}
	}
	for i, row := range closings {
		if !rows[i] {
			t.Errorf("there is no capture of %s %s", row.scenario, row.vantage)
		}
	}
}

// firstMessages returns the first message of every rule with findings in file.
func firstMessages(t *testing.T, file string) map[string]string {
	first := map[string]string{}
	for _, rec := range judgedFile(t, file) {
		for _, f := range rec.Findings {
			if first[f.Rule] == "" {
				first[f.Rule] = f.Message.String()
			}
		}
	}
	return first
}
