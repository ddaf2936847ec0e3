package timers

import (
	analyzer "finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// tooSlow measures how long a server waited for the rest of a request.
func (m *measure) tooSlow(o *Observation) {
	s := m.sample()
	s.waits[analyzer.FromRequestStart] = m.since(m.request.Start, conn.Client)
	o.add(analyzer.RequestTimeout, s)
}

// longSilence is from when on the path may have forgotten a connection: no timeout
// of a middlebox is shorter.
const longSilence = analyzer.Seconds(3e9)

// silences measures the longest silence that the connection survived, the one that was
// its end, and the probes of a side that had no answer any more.
func (m *measure) silences(r *analyzer.Record, o *Observation) {
	c := m.conn
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Rule != vanished && f.Rule != idleReset || len(f.Frames) < 2 {
			continue
		}
		before, first := c.MarkOf(uint32(f.Frames[0])), c.MarkOf(uint32(f.Frames[1]))
		if before == nil || first == nil {
			continue
		}
		s := m.until(first.Time)
		if s.waits[analyzer.FromLastSegment] = analyzer.Seconds(first.Time.Sub(before.Time)); s.waits[analyzer.FromLastSegment] < m.idleFrom {
			continue
		}
		if !first.Is(conn.Probe) && s.waits[analyzer.FromLastSegment] < longSilence {
			continue // an end that was gone, more likely
		}
		if first.Is(conn.Probe) {
			m.probed(first, s, o)
		} else {
			o.add(analyzer.PathIdleTimeout, s)
		}
	}
	if int64(len(c.Marks)) != c.Packets[conn.Client]+c.Packets[conn.Server] {
		return // what was said meanwhile is not all remembered
	}
	s := sample{least: true, protocol: c.Dialog.Protocol}
	for i := 1; i < len(c.Marks); i++ {
		gap := analyzer.Seconds(c.Marks[i].Time.Sub(c.Marks[i-1].Time))
		if gap > s.waits[analyzer.FromLastSegment] && c.Marks[i].HasPayload() && answeredLater(c, i) {
			s.waits[analyzer.FromLastSegment] = gap
		}
	}
	if s.waits[analyzer.FromLastSegment] >= m.idleFrom {
		o.add(analyzer.PathIdleTimeout, s)
	}
}

// answeredLater reports whether what mark i carries was acknowledged.
func answeredLater(c *conn.Conn, i int) bool {
	for j := i + 1; j < len(c.Marks); j++ {
		if m := &c.Marks[j]; m.Side != c.Marks[i].Side && !m.Has(segment.RST) && m.Covers(c.Marks[i].End()) {
			return true
		}
	}
	return false
}

// probed measures the probes from first on, none of which had an answer.
func (m *measure) probed(first *conn.Mark, s sample, o *Observation) {
	last := first
	for i := range m.conn.Marks {
		if p := &m.conn.Marks[i]; p.Frame >= first.Frame && p.Side == first.Side && p.Is(conn.Probe) {
			s.probes++
			last = p
		}
	}
	if s.probes > 1 {
		s.interval = analyzer.Seconds(last.Time.Sub(first.Time)) / analyzer.Seconds(s.probes-1)
		o.add(analyzer.KeepAlive, s)
	}
}
