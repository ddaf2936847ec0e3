package tcpstate

import "finwait/reassembly/enum"

// State is the state of one endpoint. The zero value admits ignorance.
type State uint8

// The states of RFC 9293 §3.3.2, and Unknown.
const (
	Unknown State = iota
	Closed
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	NumStates
)

var stateNames = [NumStates]string{
	"UNKNOWN", "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
	"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// String spells the state as RFC 9293 does.
func (s State) String() string { return stateNames[s] }

// AppendText appends the word.
func (s State) AppendText(dst []byte) ([]byte, error) { return append(dst, s.String()...), nil }

// MarshalText returns the word.
func (s State) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText takes a word.
func (s *State) UnmarshalText(text []byte) (err error) {
	*s, err = enum.Parse[State](stateNames[:], text)
	return err
}

// Words returns the words that records hold.
func (State) Words() []string { return stateNames[:] }

// Event is something that an endpoint does or provably takes in.
type Event uint8

// The events. RecvACK events stand for an acknowledgment of that very control
// bit, whatever segment carried it.
const (
	SendSYN      Event = iota // active OPEN
	RecvSYN                   // a SYN is taken in; SYN,ACK is the answer
	RecvSYNACK                // the peer's SYN and its ACK of ours, in one segment
	RecvACKofSYN              // in SYN-RECEIVED
	SendFIN
	RecvFIN // at its sequence position: all before it was taken in
	RecvACKofFIN
	SendRST
	RecvRST // one that was acceptable (§3.5.3)
	numEvents
)

// next holds Figure 5. Unknown means "stay". FIN-WAIT-1 to TIME-WAIT (Figure 5,
// note 2) is not an entry: applying RecvACKofFIN before RecvFIN, the order of
// §3.10.7.4, leads there. An endpoint met in the middle of its life is
// Established until something says otherwise.
var next = [NumStates][numEvents]State{
	Closed: {SendSYN: SynSent, RecvSYN: SynReceived, RecvACKofSYN: Established, RecvSYNACK: Established},
	Listen: {SendSYN: SynSent, RecvSYN: SynReceived},
	SynSent: {
		RecvSYN: SynReceived, RecvSYNACK: Established, SendFIN: FinWait1, SendRST: Closed, RecvRST: Closed,
	},
	SynReceived: {RecvACKofSYN: Established, SendFIN: FinWait1, RecvFIN: CloseWait, SendRST: Closed, RecvRST: Closed},
	Established: {SendFIN: FinWait1, RecvFIN: CloseWait, SendRST: Closed, RecvRST: Closed},
	FinWait1:    {RecvACKofFIN: FinWait2, RecvFIN: Closing, SendRST: Closed, RecvRST: Closed},
	FinWait2:    {RecvFIN: TimeWait, SendRST: Closed, RecvRST: Closed},
	CloseWait:   {SendFIN: LastAck, SendRST: Closed, RecvRST: Closed},
	Closing:     {RecvACKofFIN: TimeWait, SendRST: Closed, RecvRST: Closed},
	LastAck:     {RecvACKofFIN: Closed, SendRST: Closed, RecvRST: Closed},
	// TIME-WAIT is left open-ended: when its 2 MSL are over, and whether an RST
	// cuts them short (RFC 1337), is the host's affair and not on the wire.
}

// Next returns the state that e leads to from s, and whether it moves at all.
func (s State) Next(e Event) (State, bool) {
	if n := next[s][e]; n != Unknown {
		return n, true
	}
	return s, false
}
