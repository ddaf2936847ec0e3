package model

import (
	"slices"
	"time"
)

// Config holds every threshold of the rules. DefaultConfig says what each is
// for; flags and finwait.yaml change them.
type Config struct {
	HalfClosed     time.Duration // FIN101: a half-closed connection is a warning from here on
	Idle           time.Duration // FIN102: silence without FIN or RST before the capture ends
	SlowTeardown   time.Duration // FIN104: first FIN to last ACK
	CloseWait      time.Duration // FIN202: CLOSE-WAIT without data
	Patience       time.Duration // FIN201: who waits this long after a request wants an answer
	IdleClose      time.Duration // FIN206, FIN207: the shortest silence that counts as idle
	ZeroWindow     time.Duration // FIN209: how long a window of 0 holds payload back
	IdleReset      time.Duration // FIN305, FIN304: the shortest silence in which a connection may have been forgotten
	TimeWait       time.Duration // FIN303: how long an end stays in TIME-WAIT; Linux: TCP_TIMEWAIT_LEN
	UnansweredSYN  time.Duration // FIN401, FIN303: how long a SYN waits for an answer
	OnlyRules      []string      // run only these rules; empty means all
	IgnoredRules   []string      // do not run these
	FINRetransmits int64         // FIN103: copies of a FIN from which on it counts
}

// DefaultConfig returns the thresholds that hold unless told otherwise.
func DefaultConfig() Config {
	return Config{
		HalfClosed:     time.Second,
		Idle:           60 * time.Second,
		SlowTeardown:   time.Second,
		CloseWait:      2 * time.Second,
		Patience:       50 * time.Millisecond,
		IdleClose:      time.Second,
		ZeroWindow:     time.Second,
		IdleReset:      time.Second,
		TimeWait:       60 * time.Second,
		UnansweredSYN:  time.Second,
		FINRetransmits: 1,
	}
}

// Runs reports whether the configuration lets a rule run.
func (c *Config) Runs(r *Rule) bool {
	named := func(list []string) bool { return slices.Contains(list, r.ID) || slices.Contains(list, r.Name) }
	return (len(c.OnlyRules) == 0 || named(c.OnlyRules)) && !named(c.IgnoredRules)
}
