package analyzer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/rules"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// Options say what is analyzed, and how. The zero Options are those of the command
// without flags.
type Options struct {
	Join  bool      // read the captures as one, in time order
	Jobs  int       // how many captures are read at once; 0 stands for as many as there are processors
	Stdin io.Reader // what the file "-" stands for; nil for nothing

	Idle           time.Duration // a connection that was silent for longer has ended; 0 stands for 9000 s
	MaxConnections int           // live ones, beyond which the stalest is given up; 0 stands for a million

	// Packet says which packets are tracked; nil stands for all. It may be called
	// from several goroutines.
	Packet func(*segment.Segment) bool

	// Select says which connections are counted and handed on; nil stands for all.
	Select func(*Record) bool

	Rules  []*Rule // that look at connections; nil stands for Rules(), what is empty for none
	Config *Config // the thresholds; nil stands for those of DefaultConfig
	By     string  // what the summary tells apart: file, server, client, rule, or "" for nothing

	// Problem is told what is wrong with captures while they are read, warnings too;
	// nil leaves it to what Run returns.
	Problem func(error)
}

// Run analyzes captures: files, directories, patterns. It hands the results to h, in
// an order that does not depend on Options.Jobs; a nil Handler leaves the Summary.
//
// The error is what h returned, which ends the run; or, where ctx ended, its error,
// with what came before it in the Summary; or what could not be read, joined. What
// could be read of it, and all other captures, were analyzed all the same. That a
// capture was cut short in its last record is no error.
func Run(ctx context.Context, files []string, o Options, h Handler) (Summary, error) {
	var unread []error
	problem := func(err error) {
		if isError(err) && len(unread) < maxUnread {
			unread = append(unread, err)
		}
		if o.Problem != nil {
			o.Problem(err)
		}
	}
	paths, skipped, err := capture.Files(ctx, files)
	for _, s := range skipped {
		problem(fmt.Errorf("%s %w: %s", s.Path, errSkipped, s.Why))
	}
	if err != nil {
		problem(err)
	}
	if h == nil {
		h = nobody{}
	}
	if o.Stdin == nil {
		o.Stdin = eof{}
	}
	kept := keeper{Handler: h}
	outcome, err := driver.Run(ctx, paths, driver.Options{
		Join: o.Join, Jobs: o.Jobs, Stdin: o.Stdin, Keep: o.Packet, Select: o.Select,
		Tracker: reassembly.Config{Idle: o.Idle, MaxConnections: o.MaxConnections},
		Rules:   o.Rules, Config: o.Config, By: o.By, Problem: problem,
	}, &kept)
	switch {
	case err != nil:
		return kept.summary, err
	case outcome.Interrupted:
		return kept.summary, ctx.Err()
	}
	return kept.summary, errors.Join(unread...)
}

// maxUnread bounds how many captures an error tells of.
const maxUnread = 100

// errSkipped is told of what a directory holds and is no regular file.
var errSkipped = errors.New("is skipped")

// isError reports whether a problem means that something could not be read.
func isError(err error) bool {
	return !errors.Is(err, capture.ErrCutShort) && !errors.Is(err, driver.ErrShared) && !errors.Is(err, driver.ErrNoTime) &&
		!errors.Is(err, errSkipped)
}

// keeper keeps the summary that goes to a Handler.
type keeper struct {
	Handler
	summary Summary
}

func (k *keeper) Close(s *Summary) error {
	k.summary = *s
	return k.Handler.Close(s)
}

// nobody is a Handler that wants nothing.
type nobody struct{}

func (nobody) Record(*Record) error { return nil }
func (nobody) File(*FileInfo) error { return nil }
func (nobody) Close(*Summary) error { return nil }

// eof is a reader of nothing.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Rules returns the rules that finwait has, in the order of their IDs.
func Rules() []*Rule { return append([]*Rule{}, rules.All...) }

// DefaultConfig returns the thresholds that hold unless told otherwise.
func DefaultConfig() Config { return model.DefaultConfig() }

// Judge returns what makes records of connections that a reassembly.Tracker hands
// out, with what the rules of a list find on them; file names where they come from. A record
// is valid until the next is made, and the function is for one goroutine.
func Judge(file string, list []*Rule, config Config) func(*conn.Conn) *Record {
	var builder model.Builder
	judge := model.Judge(list, &config)
	return func(c *conn.Conn) *Record {
		r := builder.Record(file, c)
		judge(r, c)
		return r
	}
}
