package pair

import "finwait/reassembly/enum"

// Fate is what became of a segment between the captures.
type Fate uint8

// The fates.
const (
	Delivered   Fate = iota // it is in both captures
	Lost                    // sent at one end, and it never arrived
	Forged                  // it arrived, and its end never sent it
	Duplicated              // a copy that the network made
	NotCaptured             // it was sent and it arrived, or only one capture could see it
	UnknownFate             // what is captured does not tell
	numFates
)

var fateWords = [...]string{"delivered", "lost", "forged", "duplicated", "not-captured", "unknown"}

func (f Fate) String() string { return fateWords[f] }

// AppendText appends the word.
func (f Fate) AppendText(dst []byte) ([]byte, error) { return append(dst, f.String()...), nil }

// MarshalText returns the word.
func (f Fate) MarshalText() ([]byte, error) { return f.AppendText(nil) }

// UnmarshalText takes a word.
func (f *Fate) UnmarshalText(text []byte) (err error) {
	*f, err = enum.Parse[Fate](fateWords[:], text)
	return err
}

// Words returns the words that records hold.
func (Fate) Words() []string { return fateWords[:] }
