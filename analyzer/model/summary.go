package model

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// SummarySchema names the version of the summary.
const SummarySchema = "finwait.report/1"

// Summary is what finwait says of a whole run. Its JSON form, as encoding/json
// writes it, is the promise to users.
type Summary struct {
	Schema      string                                `json:"schema"`
	Files       []FileInfo                            `json:"files"`
	Connections int64                                 `json:"connections"`
	Close       map[conn.Close]int64                  `json:"close"`
	FirstCloser map[conn.Role]int64                   `json:"first_closer"`
	States      Sides[map[tcpstate.State]*StateTimes] `json:"states"`
	Findings    []FindingGroup                        `json:"findings"`
	Timers      []Timer                               `json:"timers"`

	// Severities counts all findings, also those that Findings folds.
	Severities Severities `json:"severities" about:"how many findings there are, also those that findings folds"`

	// WorstMoment is when most sockets of a host waited in one state of opening or
	// closing; null where never more than one did.
	WorstMoment *Moment `json:"worst_moment" about:"when most sockets of a host waited in one state of opening or closing; null where never more than one did"`

	// By tells of each file, server, client or rule, where that was asked for: the
	// gravest first, and last what is left of many.
	By []Row `json:"by,omitzero" about:"what --by asks for: the gravest first, and last what is left of many"`

	// Runs are the stored runs that were read, of whose captures Files says nothing, and
	// Caveats what is not known therefore, and what counts twice.
	Runs    []RunInfo `json:"runs,omitzero" about:"the stored runs that were read, of whose captures files says nothing"`
	Caveats []string  `json:"caveats,omitzero" about:"what is not known of stored runs, and what counts twice"`
}

// RunInfo is what is known of a stored run.
type RunInfo struct {
	File        string     `json:"file"`
	Format      string     `json:"format" words:"jsonl parquet"`
	Captures    int64      `json:"captures" about:"those that its records tell of; 1 where they were joined"`
	Joined      bool       `json:"joined" about:"the captures were read as one"`
	Connections int64      `json:"connections"`
	Unselected  int64      `json:"connections_not_selected"`
	Severities  Severities `json:"severities"`
	First       *Time      `json:"first" about:"the first segment of a connection; null where there is none"`
	Last        *Time      `json:"last" about:"the last one"`
	Lost        int64      `json:"lost" about:"lines or rows that are damaged"`
	Error       *string    `json:"error" about:"what is damaged, or why it was not read"`
}

// Moment is how many sockets of a host were in a state at a time.
type Moment struct {
	File    string         `json:"file" about:"empty where captures were joined"`
	Time    Time           `json:"time"`
	Host    string         `json:"host"`
	Side    string         `json:"side"`
	State   tcpstate.State `json:"state"`
	Sockets int64          `json:"sockets"`
}

// Severities counts findings.
type Severities struct {
	Error   int64 `json:"error"`
	Warning int64 `json:"warning"`
	Info    int64 `json:"info"`
}

// Count takes in a finding.
func (s *Severities) Count(severity Severity) {
	switch severity {
	case Error:
		s.Error++
	case Warning:
		s.Warning++
	case Info:
		s.Info++
	}
}

// Row is what is told of one file, server, client or rule.
type Row struct {
	By          string               `json:"by" about:"what the key is" words:"file server client rule"`              // what the key is
	Key         string               `json:"key" about:"empty for what is left of many"`                              // "" of what is left of many
	Keys        int64                `json:"keys" about:"how many the row stands for: 1, or about how many are left"` // how many the row stands for; of what is left of many, about
	Connections int64                `json:"connections"`
	Close       map[conn.Close]int64 `json:"close"`
	Severities  Severities           `json:"severities"`
	Worst       *Worst               `json:"worst" about:"the rule with the gravest findings that no other explains"`
	HalfClosed  HalfTimes            `json:"half_closed" about:"of connections of which it is known exactly; beyond 64 of a sample"`
	Error       *string              `json:"error" about:"why a file was not read to its end"` // why a file was not read to its end
}

// Worst is the rule with the gravest findings of a Row that no other explains, and
// of those the one with the most connections.
type Worst struct {
	Rule        string   `json:"rule"`
	Name        string   `json:"name"`
	Severity    Severity `json:"severity"`
	Connections int64    `json:"connections"`
}

// HalfTimes is how long connections were half-closed, where that is known exactly.
// Beyond 64 of them the quantiles are those of a sample of 64.
type HalfTimes struct {
	N   int64    `json:"n"`
	P50 *Seconds `json:"p50_s"`
	P90 *Seconds `json:"p90_s"`
	Max *Seconds `json:"max_s"`
}

// FileInfo is what is known of one capture.
type FileInfo struct {
	File       string           `json:"file"`
	Format     string           `json:"format"`
	LinkTypes  []string         `json:"link_types"`
	Packets    int64            `json:"packets"`
	TCPPackets int64            `json:"tcp_packets"`
	Skipped    map[string]int64 `json:"skipped" about:"packets without TCP segment by reason; with tcp_packets they add up to packets"` // by reason; with TCPPackets they add up to Packets
	First      *Time            `json:"first"`                                                                                          // null where no packet has a time
	Begins     *Time            `json:"-"`                                                                                              // the first packet that has a time: not First where the clock was set back
	Last       *Time            `json:"last"`
	Complete   bool             `json:"complete" about:"read to its proper end"` // read to its proper end

	// Compression is what the capture was wrapped in, outermost first, joined by
	// "+"; null where nothing.
	Compression *string `json:"compression"`
	// Connections is null where captures were joined: they share them.
	Connections *int64 `json:"connections" about:"null where captures were joined: they share them"`
	// Unselected is how many further connections were not asked for; of joined
	// captures the first has them all.
	Unselected int64 `json:"connections_not_selected" about:"those of which no record was asked for; of joined captures the first has them all"`
	// Severities counts the findings; null where captures were joined.
	Severities *Severities `json:"severities" about:"how many findings there are; null where captures were joined"`
	// Vantage is where the capture was taken, if its connections agree.
	Vantage *conn.Vantage `json:"vantage"`
	// Dropped is how many packets the capturing system says it lost; null
	// where the capture does not say.
	Dropped *int64 `json:"dropped" about:"packets that the capturing system says it lost"`
	// Untimed is how many packets have no time, and stand in records at that of
	// the packet before them, or at 1970-01-01.
	Untimed int64 `json:"untimed" about:"packets without a time: in records they stand at that of the packet before them, or at 1970-01-01, and durations say nothing"`
	// Observed is until when connections were observed: the end of observation. Null
	// where no packet was looked at.
	Observed *Time `json:"-"`
	// Error says why the capture was not read to its end.
	Error *string `json:"error"`
}

// StateTimes is how long one side's stays in one state lasted. The quantiles
// are over the N completed stays whose length is known exactly; stays of which
// only a bound is known are counted apart.
type StateTimes struct {
	N    int64    `json:"n" about:"completed stays whose length is known exactly; the quantiles are theirs"`
	P50  *Seconds `json:"p50_s"`
	P90  *Seconds `json:"p90_s"`
	P99  *Seconds `json:"p99_s"`
	Max  *Seconds `json:"max_s"`
	Open int64    `json:"open" about:"stays in which observation ended"` // observation ended in the state

	MaxOpen    *Seconds `json:"max_open_s"`
	AtMost     int64    `json:"at_most"` // completed, and no longer than this
	MaxAtMost  *Seconds `json:"max_at_most_s"`
	AtLeast    int64    `json:"at_least"` // completed, but begun before it could be seen
	MaxAtLeast *Seconds `json:"max_at_least_s"`

	// Bins say how the lengths of the N stays lie, the shortest first; nil where it is not
	// known. Stays of no length at all are in the bin of 1 ns.
	Bins []Bin `json:"-"`
}

// Bin counts the stays of about a length: those from 10^(From/PerDecade) ns on, up to
// the next.
type Bin struct {
	From int
	N    int64
}

// PerDecade is how many bins there are from a length to ten times that.
const PerDecade = 5

// FindingGroup is one rule's findings about one server endpoint.
type FindingGroup struct {
	Rule        string    `json:"rule"`
	Name        string    `json:"name"`
	Severity    Severity  `json:"severity"`
	Server      string    `json:"server" about:"ip:port; empty for what is left of many servers, or where no server is meant"`
	Connections int64     `json:"connections"`
	Message     string    `json:"message"`
	Examples    []Example `json:"examples"`
	Advice      string    `json:"advice"`

	// Folds are the findings on these connections that this one explains. They
	// are told here and nowhere else.
	Folds []Fold `json:"folds,omitempty"`
}

// Fold counts the findings of one rule that another explains.
type Fold struct {
	Rule        string `json:"rule"`
	Name        string `json:"name"`
	Connections int64  `json:"connections"`
}

// Example is a connection that shows a finding.
type Example struct {
	File   string  `json:"file"`
	Stream uint32  `json:"stream"`
	Frames []int64 `json:"frames"`

	// Shows says what each frame is; "" where there is no word for it.
	Shows []string `json:"shows"`
}
