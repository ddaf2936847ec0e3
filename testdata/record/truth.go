//go:build record

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A truth is what both kernels said during a scenario. It is written as
// NAME.truth.json beside the captures. Times are nanoseconds of Unix time, of
// the clock that stamped the packets.
type truth struct {
	Schema       string         `json:"schema"`
	Scenario     string         `json:"scenario"`
	Shows        string         `json:"shows"`
	Kernel       string         `json:"kernel"`
	Tcpdump      string         `json:"tcpdump"`
	OneWayDelayS float64        `json:"one_way_delay_s"` // of the path, in each direction; a bare veth counts as 0
	MaxTransitS  float64        `json:"max_transit_s"`   // the longest that a frame really took between the captures
	Captures     sides[capture] `json:"captures"`
	Poll         sides[polling] `json:"poll"`
	Connections  []connection   `json:"connections"` // in the order in which the first host knew of them
}

type sides[T any] struct {
	Client T `json:"client"`
	Server T `json:"server"`
}

type capture struct {
	File    string `json:"file"`
	Device  string `json:"device"`
	Snaplen int    `json:"snaplen"`
}

// polling says when a kernel was asked, and how evenly.
type polling struct {
	Start        int64   `json:"start"`
	End          int64   `json:"end"`
	Polls        int     `json:"polls"`
	MedianS      float64 `json:"median_s"`        // between two polls
	MaxS         float64 `json:"max_s"`           // between two polls
	MaxAtChangeS float64 `json:"max_at_change_s"` // the longest gap of a state
}

// A connection is a pair of addresses. Where a port was used again, both
// incarnations are in the same lists.
type connection struct {
	Client   string              `json:"client"`
	Server   string              `json:"server"`
	States   sides[[]truthState] `json:"states"`
	Orphaned sides[*int64]       `json:"orphaned"` // when the last descriptor was found closed; null if never found so
}

// A truthState is [time, "STATE", gap]: at time the kernel was first found to
// hold the socket in STATE, and gap nanoseconds earlier not yet. CLOSED means
// that it had no such socket any more.
type truthState struct {
	time  int64
	state string
	gap   int64
}

func (s truthState) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "[%d,%q,%d]", s.time, s.state, s.gap), nil
}

func newTruth(l *lab) (*truth, error) {
	t := &truth{
		Schema: "finwait.truth/1", Scenario: l.scenario.name, Shows: l.scenario.shows,
		Kernel: kernelRelease(), Tcpdump: tcpdumpVersion(), OneWayDelayS: l.scenario.path.delay.Seconds(),
	}
	t.Captures.Client = l.client.tcpdump.describe(l.scenario.captureFile("client"))
	t.Captures.Server = l.server.tcpdump.describe(l.scenario.captureFile("server"))
	transit, err := longestTransit(l.dir, t.Captures)
	if err != nil {
		return nil, err
	}
	t.MaxTransitS = transit.Round(time.Microsecond).Seconds()
	t.Poll.Client, t.Poll.Server = newPolling(l.client.poller), newPolling(l.server.poller)

	byKey := map[[2]string]*connection{}
	find := func(client, server string) *connection {
		key := [2]string{client, server}
		if byKey[key] == nil {
			byKey[key] = &connection{Client: client, Server: server}
		}
		return byKey[key]
	}
	for id, log := range l.client.poller.sockets {
		c := find(id.local.String(), id.remote.String())
		c.States.Client, c.Orphaned.Client = truthStates(log.changes), unixNano(log.orphaned)
	}
	for id, log := range l.server.poller.sockets {
		c := find(id.remote.String(), id.local.String())
		c.States.Server, c.Orphaned.Server = truthStates(log.changes), unixNano(log.orphaned)
	}
	for _, c := range byKey {
		t.Connections = append(t.Connections, *c)
	}
	slices.SortFunc(t.Connections, func(a, b connection) int {
		return cmp.Or(cmp.Compare(a.began(), b.began()), cmp.Compare(a.Client, b.Client))
	})
	return t, nil
}

func (t *tcpdump) describe(file string) capture {
	return capture{File: file, Device: t.device, Snaplen: t.snap}
}

func newPolling(p *poller) polling {
	median, longest := p.gaps()
	return polling{
		Start: p.times[0].UnixNano(), End: p.times[len(p.times)-1].UnixNano(), Polls: len(p.times),
		MedianS: median.Round(time.Microsecond).Seconds(), MaxS: longest.Round(time.Microsecond).Seconds(),
		MaxAtChangeS: p.longestAtChange().Round(time.Microsecond).Seconds(),
	}
}

func truthStates(changes []change) []truthState {
	var states []truthState
	for _, c := range changes {
		states = append(states, truthState{c.at.UnixNano(), stateNames[c.state], c.at.Sub(c.from).Nanoseconds()})
	}
	return states
}

func unixNano(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.UnixNano()
	return &n
}

// began is when the first of the two hosts was found to have a socket.
func (c connection) began() int64 {
	var times []int64
	for _, states := range [][]truthState{c.States.Client, c.States.Server} {
		if len(states) > 0 {
			times = append(times, states[0].time)
		}
	}
	return slices.Min(times)
}

// quietGap is the longest acceptable time between two polls between which
// nothing changed.
const quietGap = 25 * time.Millisecond

// check says why a recording is not good enough to keep.
func (t *truth) check(s scenario, maxGap time.Duration) error {
	for side, p := range map[string]polling{"client": t.Poll.Client, "server": t.Poll.Server} {
		if p.MaxAtChangeS > maxGap.Seconds() || p.MaxS > quietGap.Seconds() {
			return fmt.Errorf("polls at the %s were up to %.1f ms apart, %.1f ms at a change", side, 1e3*p.MaxS, 1e3*p.MaxAtChangeS)
		}
	}
	if over := t.MaxTransitS - t.OneWayDelayS; over > maxGap.Seconds() {
		return fmt.Errorf("a frame took %.1f ms longer than the path", 1e3*over)
	}
	return t.checkStates(s)
}

// checkStates asks whether the kernels were in the states that the scenario is
// there to show.
func (t *truth) checkStates(s scenario) error {
	var client, server [][]truthState
	for _, c := range t.Connections {
		client, server = append(client, c.States.Client), append(server, c.States.Server)
	}
	if !anySees(client, s.client) {
		return fmt.Errorf("no client socket went through %s", s.client)
	}
	if !anySees(server, s.server) {
		return fmt.Errorf("no server socket went through %s", s.server)
	}
	return nil
}

// anySees reports whether some socket was in all the wanted states, in their
// order, with others between them or not. An empty want is met by anything.
func anySees(sockets [][]truthState, want string) bool {
	names := strings.Fields(want)
	for _, states := range sockets {
		met := 0
		for _, s := range states {
			if met < len(names) && s.state == names[met] {
				met++
			}
		}
		if met == len(names) {
			return true
		}
	}
	return len(names) == 0
}

// encode writes one connection on a line, for readers and for diffs.
func (t *truth) encode() ([]byte, error) {
	head := *t
	head.Connections = []connection{}
	b, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	var lines [][]byte
	for _, c := range t.Connections {
		line, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		lines = append(lines, append([]byte("    "), line...))
	}
	if len(lines) > 0 {
		list := append([]byte("[\n"), bytes.Join(lines, []byte(",\n"))...)
		b = bytes.Replace(b, []byte("\"connections\": []"), append([]byte("\"connections\": "), append(list, "\n  ]"...)...), 1)
	}
	return append(b, '\n'), nil
}

// keep moves a recording from its temporary directory to its place.
func keep(t *truth, tmp, out string) error {
	b, err := t.encode()
	if err != nil {
		return err
	}
	dir := filepath.Join(out, "real")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, c := range []capture{t.Captures.Client, t.Captures.Server} {
		data, err := os.ReadFile(filepath.Join(tmp, c.File))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, c.File), data, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, t.Scenario+truthSuffix), b, 0o644)
}

const truthSuffix = ".truth.json"

func kernelRelease() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown"
	}
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}

func tcpdumpVersion() string {
	out, _ := exec.Command("tcpdump", "--version").CombinedOutput()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimPrefix(line, "tcpdump version ")
}
