package cli

import (
	"time"

	"github.com/spf13/pflag"

	"finwait/analyzer/driver"
	"finwait/reassembly"
)

// inputFlags say which packets are read and how.
type inputFlags struct {
	join, strict   bool
	after, before  bound
	idle           time.Duration
	maxConnections int
	streams        numbers
	where          wheres
	filter         filterFlag
	jobs           jobs
}

func (f *inputFlags) add(fs *pflag.FlagSet) {
	fs.Var(&f.streams, "stream", "only the connection with number `N`, as in tshark's tcp.stream; repeatable")
	fs.Var(&f.where, "where", "only connections for which `EXPR` holds, over the fields of flows --format jsonl: 'close == \"half-closed\" and half_closed_s > 5', see 'finwait help where'; repeatable")
	fs.BoolVar(&f.join, "join", false, "read the files as one capture in time order, as tcpdump -C, -G or -W wrote it")
	f.addPackets(fs)
}

// addPackets adds the flags that are about the packets of a capture.
func (f *inputFlags) addPackets(fs *pflag.FlagSet) {
	fs.Var(&f.filter, "filter", "only packets that `EXPR` selects, in tcpdump's language: 'host 10.0.0.1 and not port 22'")
	fs.Var(&f.after, "after", "only packets from `TIME` on: RFC 3339, seconds since the epoch, or an offset from the first packet such as +1.5s or 2m")
	fs.Var(&f.before, "before", "only packets before `TIME`")
	fs.DurationVar(&f.idle, "idle", reassembly.DefaultIdle, "a connection that was silent for this `DURATION` has ended")
	fs.IntVar(&f.maxConnections, "max-connections", reassembly.DefaultMaxConnections, "`N` live connections, beyond which the stalest is given up")
	fs.BoolVar(&f.strict, "strict", false, "a capture cut short in its last record is an error (exit code 3)")
}

func (f *inputFlags) check() error {
	switch {
	case f.idle <= 0:
		return &usageError{text: "--idle must be more than 0"}
	case f.maxConnections <= 0:
		return &usageError{text: "--max-connections must be more than 0"}
	}
	return nil
}

func (f *inputFlags) options() driver.Options {
	o := driver.Options{
		Jobs:    int(f.jobs),
		Join:    f.join,
		Tracker: reassembly.Config{Idle: f.idle, MaxConnections: f.maxConnections},
		Window:  driver.Window{After: f.after.Bound, Before: f.before.Bound},
	}
	if f.filter.Filter != nil {
		o.Keep = f.filter.Match
	}
	return o
}
