package pair

import (
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

const opening = `A 192.0.2.1:40000
B 198.51.100.7:443
0.000 A SYN ts 100 0
0.020 B SYN,ACK ts 900 100
0.021 A ACK ts 121 900
0.030 A ACK len 100 ts 130 900
0.050 B ACK ts 930 130
`

// What one capture leaves in doubt the other answers: findings are withdrawn, or lose their
// doubts.
func TestTheOtherCaptureAnswersDoubts(t *testing.T) {
	for _, test := range []struct {
		name, script string
		rule         string
		severity     model.Severity // NoSeverity where the rule is not to be told
		says, not    string
	}{
		{
			name: "a FIN that one capture lacks is not missing",
			script: opening + `0.060 B ACK len 300 ts 940 130
0.061 A ACK ts 161 940
0.100 A FIN,ACK ts 200 940
0.120 B ACK ts 1000 200
0.200 B FIN,ACK ts 1080 200 # missed by A
0.220 A ACK ts 240 1080 # missed by A
9.000 end`,
			rule: "FIN101",
		},
		{
			name: "who lacks packets, and who holds them",
			script: opening + `0.060 B ACK len 300 ts 940 130 # missed by A
0.061 A ACK ts 161 940
0.100 A FIN,ACK ts 200 940
0.120 B FIN,ACK ts 1000 200
0.121 A ACK ts 221 1000
2.0 end`,
			rule: "FIN901", severity: model.Info, says: "capture B holds 1 segment that capture A lacks", not: "before capture A began",
		},
		{
			name: "a reset that its end never sent is none, whatever a capture lacks",
			script: opening + `0.060 B ACK len 300 ts 940 130
0.061 A ACK ts 161 940
0.070 B ACK len 300 ts 950 130 # missed by A
0.091 A ACK ts 170 950
0.300 B RST seq next id 4711 ttl 61 # forged at A
0.600 B ACK len 200 id 5 ts 1490 170
0.601 A RST seq 101
2.0 end`,
			rule: "FIN302", severity: model.Warning, says: "TTL", not: "lacks packets",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, flow := compareScript(t, "answers", test.script)
			told := false
			for i := range flow.Findings {
				f := &flow.Findings[i]
				t.Logf("%s %v: %s", f.Rule, f.Severity, f.Message)
				if f.Rule != test.rule {
					continue
				}
				told = true
				words := f.Message.String()
				if f.Severity != test.severity || !strings.Contains(words, test.says) || test.not != "" && strings.Contains(words, test.not) {
					t.Errorf("%v: %s", f.Severity, words)
				}
			}
			if told != (test.severity != model.NoSeverity) {
				t.Errorf("%s is told: %v", test.rule, told)
			}
		})
	}
}

// Where an end's own capture began late the other one tells its states before, by A's clock.
func TestStatesBeforeALateCapture(t *testing.T) {
	script := strings.ReplaceAll(opening, "B SYN,ACK ts 900 100", "B SYN,ACK ts 900 100 # missed by B")
	script = strings.ReplaceAll(script, "A SYN ts 100 0", "A SYN ts 100 0 # missed by B")
	script = strings.ReplaceAll(script, "A ACK ts 121 900", "A ACK ts 121 900 # missed by B")
	_, flow := compareScript(t, "late", script+`0.060 B ACK len 300 ts 940 130
0.061 A ACK ts 161 940
0.100 A FIN,ACK ts 200 940
0.120 B FIN,ACK ts 1000 200
0.121 A ACK ts 221 1000
2.0 end`)
	var states []tcpstate.State
	for _, s := range flow.States.Server {
		states = append(states, s.State)
		t.Logf("%v for %v, %v", s.State, s.DurationS, s.Bound)
	}
	if len(states) < 3 || states[0] != tcpstate.SynReceived || states[1] != tcpstate.Established {
		t.Errorf("%v", states)
	}
}

// Where captures lack segments, the states follow from those of both and from their fates: what
// was lost was not taken in, what was forged was not sent.
func TestStatesFromBothCaptures(t *testing.T) {
	for _, test := range []struct {
		name, script   string
		client, server string
		since          map[string]time.Duration // the first segment, by A's clock
	}{
		{
			name: "a host's own capture lacks the other's FIN, and its ACK",
			script: `0.100 A FIN,ACK ts 200 940
0.120 B ACK ts 1000 200
0.300 B FIN,ACK ts 1180 200 # missed by A
0.301 A ACK ts 401 1180 # missed by A
9.000 end`,
			client: "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
			server: "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
			since:  map[string]time.Duration{"client FIN-WAIT-1": 100 * time.Millisecond, "client FIN-WAIT-2": 120 * time.Millisecond, "client TIME-WAIT": 300 * time.Millisecond},
		},
		{
			name: "the first copy of a FIN was lost, and the second took its time",
			script: `0.060 B ACK len 300 ts 940 130 # missed by B
0.061 A ACK ts 161 940
0.100 A FIN,ACK ts 200 940 # path lost
0.300 A FIN,ACK seq 101 ts 400 940
0.320 B FIN,ACK ts 1200 400
0.321 A ACK ts 421 1200
2.0 end`,
			client: "SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT",
			server: "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
			since: map[string]time.Duration{
				"client FIN-WAIT-1": 100 * time.Millisecond, "server CLOSE-WAIT": 310 * time.Millisecond,
				"server LAST-ACK": 310 * time.Millisecond, "client TIME-WAIT": 320 * time.Millisecond, "server CLOSED": 331 * time.Millisecond,
			},
		},
		{
			name: "an RST that the path made ends its receiver, and not the end that it names",
			script: `0.060 B ACK len 300 ts 940 130
0.061 A ACK ts 161 940 # missed by B
0.300 B RST seq next id 4711 ttl 61 # forged at A
2.0 end`,
			client: "SYN-SENT ESTABLISHED CLOSED",
			server: "SYN-RECEIVED ESTABLISHED",
			since:  map[string]time.Duration{"client CLOSED": 300 * time.Millisecond},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, flow := compareScript(t, "both", opening+test.script)
			for role, want := range [...]string{test.client, test.server} {
				var names []string
				for _, s := range *of(&flow.States, conn.Role(role)) {
					names = append(names, s.State.String())
					since := s.Since.Sub(flow.A.First.Time)
					at, ok := test.since[conn.Role(role).String()+" "+s.State.String()]
					if ok && (since-at < -time.Millisecond || since-at > time.Millisecond) {
						t.Errorf("the %v was in %v since %v, want %v", conn.Role(role), s.State, since, at)
					}
				}
				if got := strings.Join(names, " "); got != want {
					t.Errorf("the %v was in %s, want %s", conn.Role(role), got, want)
				}
			}
		})
	}
}
