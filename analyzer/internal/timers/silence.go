package timers

import (
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// tooSlow measures how long a server waited for the rest of a request.
func (m *measure) tooSlow(o *Observation) {
	s := m.sample()
	s.waits[model.FromRequestStart] = m.since(m.request.Start, conn.Client)
	o.add(model.RequestTimeout, s)
}

// longSilence is from when on the path may have forgotten a connection: no timeout
// of a middlebox is shorter.
const longSilence = model.Seconds(3e9)

// silences measures the longest silence that the connection survived, the one that was
// its end, and the probes of a side that had no answer any more.
func (m *measure) silences(r *model.Record, o *Observation) {
	c := m.conn
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Rule != vanished && f.Rule != idleReset || len(f.Frames) < 2 {
			continue
		}
		before, first := c.MarkOf(f.Frames[0]), c.MarkOf(f.Frames[1])
		if before == nil || first == nil {
			continue
		}
		s := m.until(first.Time)
		if s.waits[model.FromLastSegment] = model.Seconds(first.Time.Sub(before.Time)); s.waits[model.FromLastSegment] < m.idleFrom {
			continue
		}
		if !first.Is(conn.Probe) && s.waits[model.FromLastSegment] < longSilence {
			continue // an end that was gone, more likely
		}
		if first.Is(conn.Probe) {
			m.probed(first, s, o)
		} else {
			o.add(model.PathIdleTimeout, s)
		}
	}
	if int64(len(c.Marks)) != c.Packets[conn.Client]+c.Packets[conn.Server] {
		return // what was said meanwhile is not all remembered
	}
	s := sample{least: true, protocol: c.Dialog.Protocol}
	for i := 1; i < len(c.Marks); i++ {
		gap := model.Seconds(c.Marks[i].Time.Sub(c.Marks[i-1].Time))
		if gap > s.waits[model.FromLastSegment] && c.Marks[i].HasPayload() && answeredLater(c, i) {
			s.waits[model.FromLastSegment] = gap
		}
	}
	if s.waits[model.FromLastSegment] >= m.idleFrom {
		o.add(model.PathIdleTimeout, s)
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
		s.interval = model.Seconds(last.Time.Sub(first.Time)) / model.Seconds(s.probes-1)
		o.add(model.KeepAlive, s)
	}
}
