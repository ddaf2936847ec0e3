//go:build record

package main

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"time"
)

// longestStep is the longest acceptable time between a capture and the bridge.
const longestStep = 100 * time.Millisecond

// A matcher finds the frames of one capture that went into the bridge or came
// out of it. Each is found once, in the order of the capture.
type matcher struct {
	frames []frame
	found  []bool
	local  netip.Addr // of the capture's host
}

func newMatcher(frames []frame, local string) *matcher {
	return &matcher{frames, make([]bool, len(frames)), netip.MustParseAddr(local)}
}

// find returns where the capture has a packet that was at the bridge at a
// time, leaving the host or coming to it; -1 if it does not.
func (m *matcher) find(ip []byte, at time.Time, leaving bool) int {
	for i, f := range m.frames {
		if m.found[i] || !m.isNear(f, at) {
			continue
		}
		p, ok := parsePacket(f.ip)
		if ok && (p.src().Addr() == m.local) == leaving && bytes.HasPrefix(ip, f.ip) {
			m.found[i] = true
			return i
		}
	}
	return -1
}

// findMerged returns where the capture has a frame that holds a packet, which
// the receiving device merged with others (GRO).
func (m *matcher) findMerged(ip []byte, at time.Time) int {
	want, _ := parsePacket(ip)
	for i, f := range m.frames {
		p, ok := parsePacket(f.ip)
		if !ok || !m.isNear(f, at) || p.src() != want.src() || p.dst() != want.dst() || p.payload() <= want.payload() {
			continue
		}
		if begin, end := int32(want.seq()-p.seq()), int32(p.nextSeq()-want.nextSeq()); begin >= 0 && end >= 0 {
			m.found[i] = true
			return i
		}
	}
	return -1
}

func (m *matcher) isNear(f frame, at time.Time) bool {
	return math.Abs(float64(f.time-at.UnixNano())) < float64(longestStep)
}

// rest complains of a packet of TCP that went by the bridge.
func (m *matcher) rest(name string) error {
	for i, f := range m.frames {
		if p, ok := parsePacket(f.ip); ok && !m.found[i] {
			return fmt.Errorf("frame %d of %s (%v > %v) is not in the bridge's log", i+1, name, p.src(), p.dst())
		}
	}
	return nil
}

// A passage is a carried segment with the frames that both captures have of it,
// before any edit; -1 where there is none.
type passage struct {
	log       *carried
	sender    int
	receivers []int // of log.sent, by its order
}

// matchLog finds each of the bridge's segments in both captures. A capture that
// began late may lack the first.
func matchLog(l *lab, log []*carried, a, b []frame) ([]passage, error) {
	ends := [2]*matcher{newMatcher(a, l.client.addr), newMatcher(b, l.server.addr)}
	senders := map[*arrival]int{}
	var passages []passage
	for _, c := range log {
		from := ends[1-index(c.from.toServer)]
		at, known := senders[c.from]
		if !known {
			at = from.find(c.from.ip, c.from.in, true)
			senders[c.from] = at
		}
		if at < 0 && !l.scenario.lateCapture {
			return nil, fmt.Errorf("what the bridge read at %v was not captured at its sender", c.from.in)
		}
		passages = append(passages, passage{log: c, sender: at})
	}
	// Copies with the same octets are told apart by order alone, so what was
	// written first is looked for first.
	order := writtenOrder(log)
	found := map[*sent]int{}
	for _, s := range order {
		to := ends[index(s.toServer)]
		at := to.find(s.ip, s.out, false)
		if at < 0 && l.scenario.path.mtu > 0 {
			at = to.findMerged(s.ip, s.out)
		}
		if at < 0 && !l.scenario.lateCapture {
			return nil, fmt.Errorf("what the bridge wrote at %v was not captured at its receiver", s.out)
		}
		found[s] = at
	}
	for i, p := range passages {
		for _, s := range p.log.sent {
			if at, ok := found[s]; ok {
				passages[i].receivers = append(passages[i].receivers, at)
			} else {
				passages[i].receivers = append(passages[i].receivers, -1)
			}
		}
	}
	for i, name := range []string{"a", "b"} {
		if err := ends[i].rest(name); err != nil {
			return nil, err
		}
	}
	return passages, nil
}
