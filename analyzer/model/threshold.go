package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Threshold is one number of the Config that people may change: by a flag, in
// finwait.yaml, and described by explain. Its name is the same everywhere.
type Threshold struct {
	Name  string
	Rules []string // IDs of the rules that use it
	About string   // what it means, in one line without a full stop

	duration func(*Config) *time.Duration // this or count
	count    func(*Config) *int64
}

// Thresholds lists them all in the order of their rules.
var Thresholds = []Threshold{
	{
		Name: "half-closed", Rules: []string{"FIN101"},
		About:    "a connection half-closed for this long is a warning",
		duration: func(c *Config) *time.Duration { return &c.HalfClosed },
	},
	{
		Name: "missing-fin", Rules: []string{"FIN102"},
		About:    "silence without FIN or RST at the end of the capture that makes a connection abandoned",
		duration: func(c *Config) *time.Duration { return &c.Idle },
	},
	{
		Name: "fin-retransmits", Rules: []string{"FIN103"},
		About: "this many repeated FINs are reported",
		count: func(c *Config) *int64 { return &c.FINRetransmits },
	},
	{
		Name: "slow-teardown", Rules: []string{"FIN104"},
		About:    "a teardown that takes this long is slow, from the first FIN to the last ACK",
		duration: func(c *Config) *time.Duration { return &c.SlowTeardown },
	},
	{
		Name: "patience", Rules: []string{"FIN201"},
		About:    "a client that waited this long after its request wanted the answer",
		duration: func(c *Config) *time.Duration { return &c.Patience },
	},
	{
		Name: "close-wait", Rules: []string{"FIN202"},
		About:    "CLOSE-WAIT without data for this long is a leak",
		duration: func(c *Config) *time.Duration { return &c.CloseWait },
	},
	{
		Name: "idle-close", Rules: []string{"FIN206", "FIN207"},
		About:    "the shortest silence before a close that counts as idle",
		duration: func(c *Config) *time.Duration { return &c.IdleClose },
	},
	{
		Name: "zero-window", Rules: []string{"FIN209"},
		About:    "a window of 0 that holds payload back for this long is a stall",
		duration: func(c *Config) *time.Duration { return &c.ZeroWindow },
	},
	{
		Name: "time-wait", Rules: []string{"FIN303"},
		About:    "how long an endpoint is taken to stay in TIME-WAIT, by timeline and ss, too",
		duration: func(c *Config) *time.Duration { return &c.TimeWait },
	},
	{
		Name: "idle-reset", Rules: []string{"FIN304", "FIN305"},
		About:    "the shortest silence in which a connection may have been forgotten",
		duration: func(c *Config) *time.Duration { return &c.IdleReset },
	},
	{
		Name: "unanswered-syn", Rules: []string{"FIN303", "FIN401"},
		About:    "a SYN without answer for this long is unanswered",
		duration: func(c *Config) *time.Duration { return &c.UnansweredSYN },
	},
}

// Kind says what values are: DURATION or N.
func (t *Threshold) Kind() string {
	if t.count != nil {
		return "N"
	}
	return "DURATION"
}

// Value returns the threshold in c as Set takes it.
func (t *Threshold) Value(c *Config) string {
	if t.count != nil {
		return strconv.FormatInt(*t.count(c), 10)
	}
	text := t.duration(c).String()
	for _, unit := range []string{"m0s", "h0m"} { // 1m0s is 1m
		if strings.HasSuffix(text, unit) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// Set changes the threshold in c. A duration is written 1.5s, 200ms or 2m.
func (t *Threshold) Set(c *Config, text string) error {
	if t.count != nil {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is no number from 0 up", text)
		}
		*t.count(c) = n
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no duration: write 1.5s, 200ms or 2m", text)
	}
	*t.duration(c) = d
	return nil
}
