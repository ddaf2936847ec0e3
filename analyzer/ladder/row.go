package ladder

import (
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// Row is one line of the ladder: a segment, or an ICMP error about one.
type Row struct {
	Frame      int64 // 1-based, as in Wireshark
	Time       model.Time
	SinceStart time.Duration // since the first segment of the connection
	SinceLast  time.Duration // since the row before; negative where the clock went back
	From       conn.Role

	Flags     segment.Flags
	Seq       int64 // relative to the initial sequence number, as far as that is known
	Ack       int64 // relative; valid iff Flags has ACK
	Len       uint32
	Window    int64 // octets; valid iff HasWindow
	RawWindow uint16
	HasWindow bool   // the scale is known
	ICMP      string // what an ICMP error reports; "" of a segment

	Notes  []Note
	States [2]string // of both endpoints from here on, by Role; "" while not known
	Began  [2]bool   // the state began here

	// Passed are states of both endpoints that began at a segment captured after the one
	// that ended them, or at the same: no row has them in States.
	Passed   [2][]string
	Evidence []*model.Finding
	Proves   []*model.Finding // findings of which this is the last evidence
}

// Note is one thing to be noticed of a segment.
type Note struct {
	Kind  NoteKind
	Frame int64 // of the segment that is answered; 0 with other kinds
}

// NoteKind says what is to be noticed.
type NoteKind uint8

// The kinds.
const (
	Retransmission NoteKind = iota
	OutOfOrder
	DuplicateCapture
	DuplicateACK
	KeepAlive
	ZeroWindowProbe
	AnswersProbe
	DSACK
	SACK
	WindowShut
	WindowOpen
	AcknowledgesFIN
	NotTakenIn
	AcknowledgesUnseen
	OutsideWindow
	Answers
)

var noteKeys = [...]string{
	Retransmission: "retransmission", OutOfOrder: "out-of-order", DuplicateCapture: "duplicate-capture",
	DuplicateACK: "duplicate-ack", KeepAlive: "keep-alive", ZeroWindowProbe: "zero-window-probe",
	AnswersProbe: "answers-probe", DSACK: "d-sack", SACK: "sack", WindowShut: "window-0", WindowOpen: "window-open",
	AcknowledgesFIN: "acknowledges-fin", NotTakenIn: "not-taken-in", AcknowledgesUnseen: "acknowledges-unseen",
	OutsideWindow: "outside-window", Answers: "answers",
}

// String returns the name used in JSON.
func (k NoteKind) String() string { return noteKeys[k] }

// Has reports whether a row has a note of this kind.
func (r *Row) Has(k NoteKind) bool {
	for _, n := range r.Notes {
		if n.Kind == k {
			return true
		}
	}
	return false
}

// FlagText returns the control bits as tcpdump prints them: [S.], [P.], [F.].
func (r *Row) FlagText() string {
	text := r.Flags.AppendLetters([]byte{'['})
	if len(text) == 1 {
		text = append(text, "none"...)
	}
	return string(append(text, ']'))
}
