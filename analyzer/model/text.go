package model

// Facts are what a rule found on one connection, in values of its own. Its words
// follow from them alone, without the connection; they are made where somebody
// reads them. Facts are not written to.
type Facts interface {
	Message() string // one sentence with the numbers
	Advice() string  // what to change, in one sentence
}

// Plain is Facts that need no words made: it holds them.
type Plain struct{ Says, Advises string }

// Message returns what p says.
func (p Plain) Message() string { return p.Says }

// Advice returns what p advises.
func (p Plain) Advice() string { return p.Advises }

// Text is what a finding says or advises. Of a finding that was read back it is what
// was stored; else it follows from the finding's facts whenever it is read.
type Text struct {
	facts  Facts
	advice bool
	tail   string // what stands behind the words of the facts
}

// TextOf returns the text that says s.
func TextOf(s string) Text { return Text{tail: s} }

// String returns the words.
func (t Text) String() string {
	switch {
	case t.facts == nil:
		return t.tail
	case t.advice:
		return t.facts.Advice() + t.tail
	}
	return t.facts.Message() + t.tail
}

// AppendText appends the words.
func (t Text) AppendText(dst []byte) ([]byte, error) { return append(dst, t.String()...), nil }

// MarshalText returns the words.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText takes words.
func (t *Text) UnmarshalText(words []byte) error {
	*t = TextOf(string(words))
	return nil
}
