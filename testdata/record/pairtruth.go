//go:build record

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"finwait/reassembly/segment"
)

const pairSuffix = ".pair.json"

// A pairing makes a scenario one of two captures that are to be compared, with
// the bridge's log as the truth: captures and truth go to testdata/real/pair.
type pairing struct {
	a, b  edit
	needs string // fates that the truth must have, divided by spaces
}

// A pairTruth is what became of each segment between the two captures, as the
// bridge between them knows.
type pairTruth struct {
	Schema   string      `json:"schema"`
	Scenario string      `json:"scenario"`
	Shows    string      `json:"shows"`
	Kernel   string      `json:"kernel"`
	Tcpdump  string      `json:"tcpdump"`
	A        pairCapture `json:"a"`
	B        pairCapture `json:"b"`
	OffsetS  float64     `json:"offset_s"`  // B's clock minus A's, at B's first packet
	DriftPPM float64     `json:"drift_ppm"` // how much faster B's clock is
	// The path's delay, without what the middleboxes add.
	DelayS map[string]float64 `json:"delay_s"`
	// The shortest that a frame really took from one capture to the other, by the one clock.
	MinTransitS map[string]*float64 `json:"min_transit_s"`
	EpochNS     int64               `json:"epoch_ns"` // that the times of segments count from; A's clock before any edit
	Sockets     sides[[]pairSocket] `json:"sockets"`
	Segments    []fateRow           `json:"segments"`
}

type pairCapture struct {
	capture
	Edits []string `json:"edits"`
}

// A pairSocket is a socket as its own kernel knows it, with the states it was
// found in. A short state may be missing.
type pairSocket struct {
	Local  string `json:"local"`
	Peer   string `json:"peer"`
	States string `json:"states"` // divided by spaces
}

// direction names a direction as finwait does.
func direction(toServer bool) string {
	if toServer {
		return "client-to-server"
	}
	return "server-to-client"
}

func (s scenario) pairFile(side string) string {
	e := s.pair.a
	if side == "b" {
		e = s.pair.b
	}
	if e.pcapng {
		return s.name + "." + side + ".pcapng"
	}
	return s.name + "." + side + ".pcap"
}

// newPairTruth edits both captures, writes them to the lab's directory and
// tells what became of each segment.
func newPairTruth(l *lab, t *truth) (*pairTruth, error) {
	s := l.scenario
	raw := [2][]frame{}
	ends := [2]*edited{}
	edits := [2]edit{s.pair.a, s.pair.b}
	for i, c := range []capture{t.Captures.Client, t.Captures.Server} {
		var err error
		if raw[i], err = readFrames(filepath.Join(l.dir, c.File)); err != nil {
			return nil, err
		}
		if ends[i], err = edits[i].apply(raw[i], l.start, s.path.seed+uint64(i)); err != nil {
			return nil, err
		}
	}
	passages, err := matchLog(l, l.bridge.logged(), raw[0], raw[1])
	if err != nil {
		return nil, err
	}
	p := &pairTruth{
		Schema: "finwait.pair-truth/1", Scenario: s.name, Shows: s.shows, Kernel: t.Kernel, Tcpdump: t.Tcpdump,
		OffsetS: (s.pair.b.offset - s.pair.a.offset).Seconds(), DriftPPM: s.pair.b.ppm - s.pair.a.ppm,
		DelayS:      map[string]float64{direction(true): s.path.delayTo(true).Seconds(), direction(false): s.path.delayTo(false).Seconds()},
		MinTransitS: minTransit(passages, raw), EpochNS: l.start.UnixNano(),
		Segments: (&fateTeller{path: s.path, ends: ends}).tell(passages),
		Sockets:  sides[[]pairSocket]{pairSockets(l.client.poller), pairSockets(l.server.poller)},
	}
	for i, side := range []string{"a", "b"} {
		c := []capture{t.Captures.Client, t.Captures.Server}[i]
		c.File = s.pairFile(side)
		link := segment.LinkType(linkTypeEthernet)
		if s.anyDevice {
			link = linkTypeSLL2
		}
		if err := edits[i].write(filepath.Join(l.dir, c.File), ends[i], link, c.Snaplen); err != nil {
			return nil, err
		}
		*[]*pairCapture{&p.A, &p.B}[i] = pairCapture{c, edits[i].words()}
	}
	return p, nil
}

// minTransit returns the shortest time between the captures per direction, of
// what was neither held back nor forged; null where nothing went that way.
func minTransit(passages []passage, raw [2][]frame) map[string]*float64 {
	shortest := map[string]*float64{direction(true): nil, direction(false): nil}
	for _, p := range passages {
		toServer := p.log.from.toServer
		for i, s := range p.log.sent {
			if s.forged || p.sender < 0 || p.receivers[i] < 0 {
				continue
			}
			took := float64(raw[index(toServer)][p.receivers[i]].time-raw[1-index(toServer)][p.sender].time) / 1e9
			if old := shortest[direction(toServer)]; old == nil || took < *old {
				shortest[direction(toServer)] = &took
			}
		}
	}
	return shortest
}

func pairSockets(p *poller) []pairSocket {
	sockets := []pairSocket{}
	for id, log := range p.sockets {
		s := pairSocket{Local: id.local.String(), Peer: id.remote.String()}
		var states []string
		for _, c := range log.changes {
			states = append(states, stateNames[c.state])
		}
		s.States = strings.Join(states, " ")
		sockets = append(sockets, s)
	}
	slices.SortFunc(sockets, func(a, b pairSocket) int {
		return strings.Compare(a.Local+" "+a.Peer, b.Local+" "+b.Peer)
	})
	return sockets
}

// check says why a recording is not good enough to keep.
func (p *pairTruth) check(s scenario, maxGap time.Duration) error {
	counts := map[string]int{}
	for _, r := range p.Segments {
		counts[r.fate]++
	}
	for _, fate := range strings.Fields(s.pair.needs) {
		if counts[fate] == 0 {
			return fmt.Errorf("no segment is %s: %v", fate, counts)
		}
	}
	for _, toServer := range []bool{true, false} {
		if least := p.MinTransitS[direction(toServer)]; least != nil {
			if over := *least - s.path.delayTo(toServer).Seconds(); over > maxGap.Seconds()/10 {
				return fmt.Errorf("no frame %s took less than %.1f ms longer than the path", direction(toServer), 1e3*over)
			}
		}
	}
	return nil
}

// list is a row as it is written: frame of A, frame of B (null for none), > for
// the direction to the server or <, fate, what the bridge did, when it read and
// when it wrote the segment (microseconds after the epoch; null for never).
func (r fateRow) list(epoch int64) []any {
	number := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	micros := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return int64(math.Round(float64(t.UnixNano()-epoch) / 1e3))
	}
	return []any{number(r.a), number(r.b), []string{"<", ">"}[index(r.toServer)], r.fate, r.did, micros(r.in), micros(r.out)}
}

// encode writes one segment on a line, for readers and for diffs.
func (p *pairTruth) encode() ([]byte, error) {
	head := *p
	head.Segments = nil
	b, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	var lines [][]byte
	for _, r := range p.Segments {
		var line bytes.Buffer
		out := json.NewEncoder(&line)
		out.SetEscapeHTML(false)
		if err := out.Encode(r.list(p.EpochNS)); err != nil {
			return nil, err
		}
		lines = append(lines, bytes.TrimSpace(line.Bytes()))
	}
	list := append([]byte("\"segments\": [\n"), bytes.Join(lines, []byte(",\n"))...)
	b = bytes.Replace(b, []byte(`"segments": null`), append(list, "\n]"...), 1)
	return append(b, '\n'), nil
}

// keep moves the recording from its temporary directory to its place.
func (p *pairTruth) keep(tmp, out string) error {
	b, err := p.encode()
	if err != nil {
		return err
	}
	dir := filepath.Join(out, "real", "pair")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, c := range []pairCapture{p.A, p.B} {
		data, err := os.ReadFile(filepath.Join(tmp, c.File))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, c.File), data, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, p.Scenario+pairSuffix), b, 0o644)
}
