package model

import "finwait/reassembly/enum"

// Timer is a timeout that shows in how long several connections took.
type Timer struct {
	Kind    TimerKind `json:"kind"`
	Server  string    `json:"server"`
	Value   *Seconds  `json:"value_s"` // nil where only a bracket is known
	Low     *Seconds  `json:"low_s"`   // the least of the samples, or the bracket's open (nil) or closed end
	High    *Seconds  `json:"high_s"`
	Samples int64     `json:"samples"`
	Spread  Seconds   `json:"spread_s"`
	From    TimerFrom `json:"from"`
	KnownAs *string   `json:"known_as"`

	Interval *Seconds `json:"interval_s"` // of keep-alive: between probes without an answer
	Probes   *int64   `json:"probes"`     // of keep-alive: how many there were at most

	// Dots are the samples in order, at most MaxDots of them, evenly chosen.
	Dots []Seconds `json:"-"`
}

// MaxDots bounds the samples of a timer that are kept to be drawn.
const MaxDots = 200

// Words writes the timer's value, or its bracket.
func (t *Timer) Words() string {
	switch {
	case t.Value != nil:
		return t.Value.Words()
	case t.High == nil && t.Low == nil:
		return ""
	case t.High == nil:
		return "> " + t.Low.Words()
	case t.Low == nil:
		return "≤ " + t.High.Words()
	}
	return t.Low.Words() + " to " + t.High.Words()
}

// TimerKind is what a timer decides.
type TimerKind uint8

// The kinds of timers, in the order in which they are listed.
const (
	ClientTimeout TimerKind = iota
	ServerIdleTimeout
	ClientIdleTimeout
	HandlerTime
	RequestTimeout
	FINWait2Timeout
	PathIdleTimeout
	KeepAlive
)

var timerKinds = [...]string{
	"client-timeout", "server-idle-timeout", "client-idle-timeout", "handler-time", "request-timeout", "fin-wait-2-timeout",
	"path-idle-timeout", "keep-alive",
}

func (k TimerKind) String() string { return timerKinds[k] }

// AppendText appends the word.
func (k TimerKind) AppendText(dst []byte) ([]byte, error) { return append(dst, k.String()...), nil }

// MarshalText returns the word.
func (k TimerKind) MarshalText() ([]byte, error) { return k.AppendText(nil) }

// UnmarshalText takes a word.
func (k *TimerKind) UnmarshalText(text []byte) (err error) {
	*k, err = enum.Parse[TimerKind](timerKinds[:], text)
	return err
}

// Words returns all words.
func (TimerKind) Words() []string { return timerKinds[:] }

// TimerWord is the word of a TimerKind; that of a later version may be none that is known
// here.
type TimerWord string

// Word returns the word of k.
func (k TimerKind) Word() TimerWord { return TimerWord(timerKinds[k]) }

// Kind returns the kind that w is the word of; false where there is none.
func (w TimerWord) Kind() (k TimerKind, known bool) { return k, k.UnmarshalText([]byte(w)) == nil }

// Words returns all words.
func (TimerWord) Words() []string { return timerKinds[:] }

// TimerFrom is what a timer runs from.
type TimerFrom uint8

// What timers run from, in the order in which they are preferred where the samples agree
// equally well from each.
const (
	FromSYN TimerFrom = iota
	FromRequestStart
	FromRequestEnd
	FromLastData
	FromFINACK
	FromLastSegment
	NumTimerFroms = iota
)

var timerFroms = [NumTimerFroms]string{"syn", "request-start", "request-end", "last-data", "fin-ack", "last-segment"}

func (f TimerFrom) String() string { return timerFroms[f] }

// AppendText appends the word.
func (f TimerFrom) AppendText(dst []byte) ([]byte, error) { return append(dst, f.String()...), nil }

// MarshalText returns the word.
func (f TimerFrom) MarshalText() ([]byte, error) { return f.AppendText(nil) }

// UnmarshalText takes a word.
func (f *TimerFrom) UnmarshalText(text []byte) (err error) {
	*f, err = enum.Parse[TimerFrom](timerFroms[:], text)
	return err
}

// Words returns all words.
func (TimerFrom) Words() []string { return timerFroms[:] }
