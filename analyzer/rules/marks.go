package rules

import (
	"fmt"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// mark returns the remembered segment of a frame, or nil.
func mark(c *reassembly.Conn, frame uint32) *reassembly.Mark {
	for i := range c.Marks {
		if m := &c.Marks[i]; m.Frame == frame && frame != 0 {
			return m
		}
	}
	return nil
}

// by reports whether r sent m.
func by(m *reassembly.Mark, r reassembly.Role) bool { return reassembly.Role(m.Side) == r }

// isPayload reports whether m carries payload that is no probe.
func isPayload(m *reassembly.Mark) bool {
	return m.Len > 0 && !m.Is(reassembly.Probe) && !m.Is(reassembly.Duplicate)
}

// bare reports whether nothing but SYN, FIN and RST was captured, as by a filter
// on those flags: then acknowledgments would not show.
func bare(c *reassembly.Conn) bool {
	for i := range c.Marks {
		if !c.Marks[i].Flags.Any(segment.SYN | segment.FIN | segment.RST) {
			return false
		}
	}
	return true
}

// has reports whether any segment of the connection carries all flags f.
func has(c *reassembly.Conn, f segment.Flags) bool {
	for i := range c.Marks {
		if c.Marks[i].Has(f) {
			return true
		}
	}
	return false
}

// unseen doubts what rests on acknowledgments and payload: neither is there
// where one direction, or only the control segments, were captured.
func unseen(more ...analyzer.Doubt) []analyzer.Doubt {
	return append([]analyzer.Doubt{
		{Caveat: reassembly.OneDirection, Withhold: true},
		{Caveat: reassembly.ControlOnly, Withhold: true},
	}, more...)
}

// The doubts that several rules share.
var (
	packetsMissing = analyzer.Doubt{Caveat: reassembly.PacketsMissing, Why: "the capture lacks packets of this connection"}
	clockStep      = analyzer.Doubt{Caveat: reassembly.ClockStep, Why: "the clock of the capture was set meanwhile"}
)

// offset makes a length one of sequence space.
func offset(n uint32) seqnum.Offset { return seqnum.Offset(n) }

// segments writes a number of segments.
func segments(n int64) string {
	if n == 1 {
		return "1 segment"
	}
	return fmt.Sprintf("%d segments", n)
}

// times says how often something happened.
func times(n int64) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
