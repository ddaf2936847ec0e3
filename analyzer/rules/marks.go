package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// minRTO is the minimum retransmission timeout of Linux (TCP_RTO_MIN): nothing is
// sent again sooner, and a silence shorter than that says nothing.
const minRTO = 200 * time.Millisecond

// finOf returns the FIN of r, or nil where r is no single side, or sent none.
func finOf(c *conn.Conn, r conn.Role) *conn.FIN {
	if r > conn.Server || !c.FIN[r].Known {
		return nil
	}
	return &c.FIN[r]
}

// bare reports whether nothing but SYN, FIN and RST was captured, as by a filter
// on those flags: then acknowledgments would not show.
func bare(c *conn.Conn) bool {
	for i := range c.Marks {
		if !c.Marks[i].Flags.Any(segment.SYN | segment.FIN | segment.RST) {
			return false
		}
	}
	return true
}

// has reports whether any segment of the connection carries all flags f.
func has(c *conn.Conn, f segment.Flags) bool {
	for i := range c.Marks {
		if c.Marks[i].Has(f) {
			return true
		}
	}
	return false
}

// unseen doubts what rests on acknowledgments and payload: neither is there
// where one direction, or only the control segments, were captured.
func unseen(more ...model.Doubt) []model.Doubt {
	return append([]model.Doubt{
		oneDirection,
		{Caveat: conn.ControlOnly, Withhold: true},
	}, more...)
}

// The doubts that several rules share.
var (
	oneDirection   = model.Doubt{Caveat: conn.OneDirection, Withhold: true}
	packetsMissing = model.Doubt{Caveat: conn.PacketsMissing, Why: "the capture lacks packets of this connection"}
	captureGap     = model.Doubt{Caveat: conn.CaptureGap, Withhold: true}
	gapMeanwhile   = model.Doubt{Caveat: conn.CaptureGap, Why: "the capture has a gap, and what happened in it is not known"}
	clockStep      = model.Doubt{Caveat: conn.ClockStep, Why: "the clock of the capture was set meanwhile"}
)

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
