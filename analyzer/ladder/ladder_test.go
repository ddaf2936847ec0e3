package ladder

import (
	"slices"
	"testing"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// TestStatesThatArePassed takes what a server does whose FIN crosses its client's on a
// long path: the capture is made at the client, and has the client's FIN first.
func TestStatesThatArePassed(t *testing.T) {
	server := track{stays: []model.Stay{
		{State: tcpstate.Established, Frame: 3}, {State: tcpstate.FinWait1, Frame: 9}, {State: tcpstate.Closing, Frame: 7}, {State: tcpstate.TimeWait, Frame: 10},
	}}
	for _, c := range []struct {
		frame  int64
		began  bool
		passed []string
		now    string
	}{
		{2, false, nil, ""},
		{3, true, nil, "ESTABLISHED"},
		{7, false, nil, "ESTABLISHED"},
		{9, true, []string{"FIN-WAIT-1"}, "CLOSING"},
		{10, true, nil, "TIME-WAIT"},
	} {
		began, passed := server.advance(c.frame)
		if began != c.began || !slices.Equal(passed, c.passed) || server.now != c.now {
			t.Errorf("frame %d: %v, %v, %s", c.frame, began, passed, server.now)
		}
	}
}
