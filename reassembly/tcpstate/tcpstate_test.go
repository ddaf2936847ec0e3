package tcpstate

import "testing"

func run(s State, events ...Event) State {
	for _, e := range events {
		s, _ = s.Next(e)
	}
	return s
}

// The closes of RFC 9293 §3.6, Figures 12 and 13, each end by itself.
func TestFigures(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   State
		events []Event
		want   State
	}{
		{"active open", Closed, []Event{SendSYN, RecvSYNACK}, Established},
		{"passive open", Closed, []Event{RecvSYN, RecvACKofSYN}, Established},
		{"simultaneous open", Closed, []Event{SendSYN, RecvSYN, RecvACKofSYN}, Established},
		{"figure 12, peer A", Established, []Event{SendFIN, RecvACKofFIN, RecvFIN}, TimeWait},
		{"figure 12, peer B", Established, []Event{RecvFIN, SendFIN, RecvACKofFIN}, Closed},
		{"figure 13, both", Established, []Event{SendFIN, RecvFIN, RecvACKofFIN}, TimeWait},
		{"half-close", Established, []Event{SendFIN, RecvACKofFIN}, FinWait2},
		{"abort in CLOSE-WAIT", Established, []Event{RecvFIN, SendRST}, Closed},
		{"refused", Closed, []Event{SendSYN, RecvRST}, Closed},
	} {
		if got := run(c.from, c.events...); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Every (state, event) pair, so that a changed entry is a decision.
func TestTable(t *testing.T) {
	const (
		U  = Unknown // stay
		C  = Closed
		SS = SynSent
		SR = SynReceived
		E  = Established
		F1 = FinWait1
		F2 = FinWait2
		CW = CloseWait
		CL = Closing
		LA = LastAck
		TW = TimeWait
	)
	want := [NumStates][numEvents]State{
		//            SYN> SYN< S.<  .S<  FIN> FIN< .F<  RST> RST<
		Unknown:     {U, U, U, U, U, U, U, U, U},
		Closed:      {SS, SR, E, E, U, U, U, U, U},
		Listen:      {SS, SR, U, U, U, U, U, U, U},
		SynSent:     {U, SR, E, U, F1, U, U, C, C},
		SynReceived: {U, U, U, E, F1, CW, U, C, C},
		Established: {U, U, U, U, F1, CW, U, C, C},
		FinWait1:    {U, U, U, U, U, CL, F2, C, C},
		FinWait2:    {U, U, U, U, U, TW, U, C, C},
		CloseWait:   {U, U, U, U, LA, U, U, C, C},
		Closing:     {U, U, U, U, U, U, TW, C, C},
		LastAck:     {U, U, U, U, U, U, C, C, C},
		TimeWait:    {U, U, U, U, U, U, U, U, U},
	}
	for s := range NumStates {
		for e := range numEvents {
			got, moved := s.Next(e)
			w := want[s][e]
			if moved != (w != U) || moved && got != w || !moved && got != s {
				t.Errorf("%v on event %d: %v (moved %v), want %v", s, e, got, moved, w)
			}
		}
	}
}
