package pair

import (
	"fmt"
	"strings"
	"testing"

	"finwait/analyzer/model"
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
			rule: "FIN901", severity: model.Info, says: "the other capture holds 1 segment that this one lacks",
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

// What the other capture tells of before and of after stays apart: of one capture's states
// none is written over by the other's, and none lasts less than 0.
func TestStatesOfBothCaptures(t *testing.T) {
	stay := func(s tcpstate.State, since model.Time, open bool) model.Stay {
		return model.Stay{State: s, Since: since, Open: open, Frame: 7, File: "x"}
	}
	words := func(list []model.Stay) (text string) {
		for _, s := range list {
			text += fmt.Sprintf("%v %d, ", s.State, s.Since)
			if s.DurationS < 0 {
				t.Errorf("%v lasted %v", s.State, s.DurationS)
			}
		}
		return text
	}
	more := []model.Stay{stay(tcpstate.SynSent, 1, false), stay(tcpstate.Established, 2, false), stay(tcpstate.Closed, 9, true)}
	list := []model.Stay{stay(tcpstate.Established, 3, false), stay(tcpstate.FinWait1, 4, true)}
	if got, want := words(late(early(list, more), more, 5)), "SYN-SENT 1, ESTABLISHED 2, FIN-WAIT-1 4, CLOSED 9, "; got != want {
		t.Errorf("%s, want %s", got, want)
	}

	more = []model.Stay{stay(tcpstate.Established, 1, false), stay(tcpstate.CloseWait, 5, false), stay(tcpstate.LastAck, 6, true)}
	list = early([]model.Stay{stay(tcpstate.Unknown, 2, true)}, more)
	if got, want := words(late(list, more, 3)), "ESTABLISHED 1, CLOSE-WAIT 5, LAST-ACK 6, "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if list[0].Frame != 0 || list[0].File != "" {
		t.Errorf("frame %d of %q is the other capture's", list[0].Frame, list[0].File)
	}
}
