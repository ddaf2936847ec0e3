package query

import (
	"fmt"
	"reflect"
)

// Budget is what expressions may still cost: whoever wrote them may be a stranger.
// It counts, and reads no clock, so that the same capture always gives the same
// answer. A step takes some 100 ns.
type Budget struct {
	steps   int
	octets  int // of text that is made
	records int // that there were, for the words
	evals   int // parts of assertions that are looked at to say why one does not hold
}

const (
	baseSteps   = 1 << 20
	baseOctets  = 4 << 20
	recordSteps = 1 << 11 // for each connection, less than it took to read it
	recordText  = 2 << 10
	runSteps    = 16      // for each time that an expression is run
	errorSteps  = 2500    // to say why it has no value
	matchSteps  = 1 << 8  // for each connection of which a condition is asked
	matchBase   = 1 << 16 // that may add up
	// baseEvals is how many parts are looked at in a run, and each capture adds some: each
	// has to be compiled, which takes 0.2 ms for so much Cost.
	baseEvals    = 1000
	captureEvals = 5
	evalCost     = 128
	// maxText is how long a text can become that an expression makes, in octets.
	maxText = 8 << 10
	// vmElements is how many elements of lists a run may make, 16 octets each.
	vmElements = 1 << 19
	// vmLoops is how many loops a run may begin, 200 octets each.
	vmLoops = 1 << 15
)

// NewBudget returns what the expressions of a run may cost beside what they may for
// each connection.
func NewBudget() *Budget { return &Budget{steps: baseSteps, octets: baseOctets, evals: baseEvals} }

// Add takes the connections of one more capture into account.
func (b *Budget) Add(records int) {
	b.evals += captureEvals
	b.steps += recordSteps * records
	b.octets += recordText * records
	b.records += records
}

// addMatch takes one more connection into account of which a condition is asked. What
// was not spent on others does not add up without end.
func (b *Budget) addMatch() {
	b.steps = min(b.steps+matchSteps, matchBase)
	b.octets = baseOctets
	b.records = 1
}

// costError says that an expression costs too much.
type costError struct{ text string }

func (e *costError) Error() string { return e.text }

func (b *Budget) spend(steps int) error {
	b.steps -= steps
	if b.steps >= 0 {
		return nil
	}
	b.steps = 0
	return &costError{fmt.Sprintf("the expressions cost too much for %s: fewer loops in loops", b.words())}
}

func (b *Budget) words() string {
	if b.records == 1 {
		return "1 connection"
	}
	return fmt.Sprintf("%d connections", b.records)
}

// text counts a text that is made, or that has to be read through.
func (b *Budget) text(length int) error {
	if length > maxText {
		return &costError{fmt.Sprintf("a text becomes too long: %d octets, more than %d", length, maxText)}
	}
	b.octets -= length
	if b.octets < 0 {
		b.octets = 0
		return &costError{fmt.Sprintf("the expressions make too much text for %s", b.words())}
	}
	return b.spend(length / 32)
}

// value counts a value with all that an expression put into it; made says that it was
// made just now, and not only looked through.
func (b *Budget) value(v any, made bool) error {
	switch v := v.(type) {
	case nil, bool, int, uint32, float64:
		return nil
	case string:
		if made {
			return b.text(len(v))
		}
		return b.spend(len(v) / 64)
	case *string:
		if v == nil {
			return nil
		}
		return b.value(*v, made)
	case []any:
		if err := b.spend(1 + len(v)/4); err != nil {
			return err
		}
		for _, e := range v {
			if err := b.value(e, made); err != nil {
				return err
			}
		}
		return nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice: // of the capture
		return b.spend(r.Len() / 4)
	case reflect.Struct:
		return b.spend(r.NumField())
	case reflect.Map:
		if err := b.spend(64 + 8*r.Len()); err != nil {
			return err
		}
		for it := r.MapRange(); it.Next(); {
			if err := b.value(it.Value().Interface(), made); err != nil {
				return err
			}
		}
	}
	return nil
}
