package driver

import (
	"fmt"

	"finwait/analyzer/model"
)

// Replay counts the records of a stored run as Run counts those that it makes, and hands
// them on. What only packets tell is missing then: see Caveats.
type Replay struct {
	Info model.RunInfo // of the run; but for the name, the format and what is damaged

	run     *run
	result  result
	current string // capture of the record before
	joined  bool   // which is of captures that were joined
	begun   bool
	end     *model.Time // of the capture's observation, at least
	bare    int64       // records without waits
	unknown string      // kind of a wait; "" for none
}

// NewReplay returns a Replay of which h gets the records, and a File without facts behind
// those of each capture.
func NewReplay(o Options, h model.Handler) *Replay {
	options := o.withDefaults()
	r := &Replay{run: &run{options: options, handler: h, outcome: NewOutcome(o)}}
	r.run.outcome.Read = true
	return r
}

// Record takes in the next record, which may be changed: findings of rules that the
// configuration does not let run are left out.
func (p *Replay) Record(r *model.Record) error {
	joined := r.First.File != ""
	if p.begun && (joined != p.joined || !joined && r.File != p.current) {
		if err := p.endFile(); err != nil {
			return err
		}
	}
	p.Info.Joined = p.Info.Joined || joined
	p.current, p.joined, p.begun = r.File, joined, true
	p.observe(r)
	if r.Waits == nil {
		p.bare++
	}
	if unknown := p.result.observation.Restore(r); unknown != "" {
		p.unknown = unknown
	}
	model.Suppress(r, p.run.options.Rules, p.run.options.Config)
	p.result.record = r
	before := p.run.count
	if err := p.run.deliver(&p.result); err != nil || p.run.count == before {
		return err
	}
	if p.Info.First == nil || r.First.Time < *p.Info.First {
		first := r.First.Time
		p.Info.First = &first
	}
	if p.Info.Last == nil || r.Last.Time > *p.Info.Last {
		last := r.Last.Time
		p.Info.Last = &last
	}
	return nil
}

// observe takes from segments and stays until when they were observed, at least: that is the
// end of observation where one lasted until then.
func (p *Replay) observe(r *model.Record) {
	if p.end == nil || r.Last.Time > *p.end {
		last := r.Last.Time
		p.end = &last
	}
	for _, stays := range [...][]model.Stay{r.States.Client, r.States.Server} {
		if n := len(stays); n > 0 && stays[n-1].Open {
			last := &stays[n-1]
			end := last.Since + model.Time(last.DurationS)
			if end > *p.end {
				p.end = &end
			}
		}
	}
}

// endFile takes in that the records of a capture, or of those that were joined, are over.
func (p *Replay) endFile() error {
	p.Info.Captures++
	p.run.outcome.Totals.EndFile()
	name := p.current
	if p.joined {
		name = ""
	}
	info := &model.FileInfo{File: name, Observed: p.end}
	p.end = nil
	return p.run.handler.File(info)
}

// Finish takes in that the run is over, and returns the outcome.
func (p *Replay) Finish() (*Outcome, error) {
	p.Info.Connections, p.Info.Unselected, p.Info.Severities = p.run.count, p.run.left, p.run.found
	if p.begun {
		if err := p.endFile(); err != nil {
			return p.run.outcome, err
		}
	}
	return p.run.outcome, nil
}

// Caveats says what is not known of stored runs.
func Caveats(runs []*Replay) (list []string) {
	list = append(list, "stored runs do not tell of packets, drops, gaps and clock steps of their captures, nor of captures without connections: FIN904 to FIN906 are missing")
	bare, unknown := int64(0), ""
	for _, p := range runs {
		if bare += p.bare; p.unknown != "" {
			unknown = p.unknown
		}
	}
	if bare > 0 {
		list = append(list, fmt.Sprintf("%s without waits, from which timers are inferred: an older version wrote them, and timers are missing", counted(bare, "record", "records")))
	}
	if unknown != "" {
		list = append(list, fmt.Sprintf("waits of the kind %q, which this version does not know, are left out", unknown))
	}
	return list
}
