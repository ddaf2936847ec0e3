package cli

import (
	"errors"
	"fmt"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/rules"
)

// wheres is a repeatable flag that takes conditions; all must hold.
type wheres struct{ list []*query.Query }

func (w *wheres) Type() string   { return "EXPR" }
func (w *wheres) String() string { return "" }

func (w *wheres) Set(text string) error {
	q, err := query.Compile(text, rules.All)
	if err != nil {
		return errors.New(query.Explain(err))
	}
	w.list = append(w.list, q)
	return nil
}

const whereHint = "Run 'finwait help where' for the fields and their values."

// selector is the connections that --stream and --where ask for. It is for one
// goroutine.
type selector struct {
	streams map[uint32]bool // by number, whether it was seen; empty for all
	order   []uint32
	where   []*query.Query
	err     error  // what an expression met
	stop    func() // ends the run; set before it begins
}

func newSelector(in *inputFlags) *selector {
	s := &selector{streams: map[uint32]bool{}, order: in.streams.list, where: in.where.list, stop: func() {}}
	for _, n := range s.order {
		s.streams[n] = false
	}
	return s
}

// filter returns what selects records, or nil where all are wanted.
func (s *selector) filter() func(*model.Record) bool {
	if len(s.streams) == 0 && len(s.where) == 0 {
		return nil
	}
	return s.wants
}

func (s *selector) wants(r *model.Record) bool {
	if len(s.streams) > 0 {
		if _, asked := s.streams[r.Stream]; !asked {
			return false
		}
		s.streams[r.Stream] = true
	}
	for _, q := range s.where {
		ok, err := q.Match(r)
		if err != nil && s.err == nil {
			s.err = fmt.Errorf("--where: %s: stream %d: %s", prose.Safe(r.File), r.Stream, query.Explain(err))
			s.stop()
		}
		if !ok || s.err != nil {
			return false
		}
	}
	return true
}

// problem says why nothing, or not all, could be selected: an expression that
// failed, or a stream that no capture held.
func (s *selector) problem() error {
	if s.err != nil {
		return &usageError{text: s.err.Error(), hint: whereHint}
	}
	for _, n := range s.order {
		if !s.streams[n] {
			return &usageError{text: fmt.Sprintf("no stream %d in what was read", n)}
		}
	}
	return nil
}
