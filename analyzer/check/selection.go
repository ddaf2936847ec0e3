package check

import (
	"fmt"
	"sync"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
)

// Selection says which connections of some captures are checked at all.
type Selection struct {
	Files string // a pattern; "" stands for all captures
	Where string // a condition over the record
	Line  string // file:line of the condition

	Number int // the line of the entry

	met, took bool // it was about some capture; and took a connection
	free      freeQueries
}

// freeQueries are compiled conditions that nobody uses: each is for one goroutine, and
// takes long to make.
type freeQueries struct {
	sync.Mutex
	list []*query.Query
}

func (s *Selection) query() (*query.Query, error) {
	s.free.Lock()
	defer s.free.Unlock()
	if n := len(s.free.list); n > 0 {
		q := s.free.list[n-1]
		s.free.list = s.free.list[:n-1]
		return q, nil
	}
	return query.Compile(s.Where, nil) // it was checked when it was read
}

func (s *Selection) giveBack(q *query.Query) {
	s.free.Lock()
	defer s.free.Unlock()
	s.free.list = append(s.free.list, q)
}

// Selector is the selections that are about one capture. It is for one goroutine.
type Selector struct {
	of      []*Selection
	queries []*query.Query
	err     error
	left    int
	taken   int
}

// Selector returns what selects the connections of a capture; nil where all are
// checked.
func (s *Scope) Selector() (*Selector, error) {
	if s.selections == nil {
		return nil, nil
	}
	sel, budget := &Selector{of: s.selections}, query.NewBudget()
	for _, of := range s.selections {
		q, err := of.query()
		if err != nil {
			return nil, err
		}
		q.Share(budget)
		sel.queries = append(sel.queries, q)
	}
	return sel, nil
}

// Wants reports whether a connection is checked: all conditions must hold.
func (s *Selector) Wants(r *model.Record) bool {
	for i, q := range s.queries {
		ok, err := q.Match(r)
		if err != nil && s.err == nil {
			s.err = fmt.Errorf("%s: where: %s: stream %d: %w", s.of[i].Line, r.File, r.Stream, err)
		}
		if !ok {
			s.left++
			return false
		}
	}
	s.taken++
	return true
}

// Done ends the use of a Selector, and notes what it did. It is for the goroutine that
// looks at the configuration.
func (s *Selector) Done() {
	for i, of := range s.of {
		of.giveBack(s.queries[i])
		of.took = of.took || s.taken > 0 || s.left == 0
	}
}

// Problem returns what an expression met, if anything.
func (s *Selector) Problem() error { return s.err }

// Warning says that nothing is left to be checked; "" where something is.
func (s *Selector) Warning(capture string) string {
	if s.taken > 0 || s.left == 0 {
		return ""
	}
	return fmt.Sprintf("%s: none of %s is selected: %s", capture, count(s.left, "connection"), s.of[0].Line)
}
