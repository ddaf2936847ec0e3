package conn

import "finwait/reassembly/segment"

// Caveats are what limits any verdict on a connection.
type Caveats uint16

// The caveats, in the order in which records list them.
const (
	CaptureGap Caveats = 1 << iota
	MidStreamStart
	CaptureEnd
	OneDirection
	PacketsMissing
	ControlOnly
	TruncatedHeaders
	Duplicates
	ClockStep
	SegmentOffload
	Evicted
	Reopened
	numCaveats = iota
)

var caveatNames = [numCaveats]string{
	"capture-gap", "mid-stream-start", "capture-end", "one-direction", "packets-missing", "control-only", "truncated-headers",
	"duplicates", "clock-step", "segment-offload", "evicted", "reopened",
}

// Names returns the caveats by name, in order.
func (v Caveats) Names() []string {
	var names []string
	for i, name := range caveatNames {
		if v&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Has reports whether all of w are set.
func (v Caveats) Has(w Caveats) bool { return v&w == w }

func (c *Conn) findCaveats() {
	set := func(v Caveats, on bool) {
		if on {
			c.Caveats |= v
		}
	}
	seen := c.counters.seen
	set(CaptureGap, c.Gap(c.First.Time, c.openUntil()))
	set(MidStreamStart, !c.sentSYN(Client) && !c.sentSYN(Server))
	set(CaptureEnd, c.Ended == EndCapture)
	set(OneDirection, c.oneDirection())
	set(ControlOnly, c.controlOnly())
	set(PacketsMissing, !c.Caveats.Has(OneDirection) && !c.Caveats.Has(ControlOnly) && (c.lost() || c.from.Dropped && c.Ended != EndClosed))
	set(TruncatedHeaders, seen&sawCutHeader != 0)
	set(Duplicates, seen&sawDuplicates != 0)
	set(ClockStep, seen&sawClockStep != 0)
	set(SegmentOffload, seen&sawOffload != 0)
	set(Evicted, c.Ended == EndEvicted || c.from.head.OutOfRoom || c.from.head.Early)
	set(Reopened, c.from.head.Reopened)
}

// oneDirection reports whether one end's segments are missing although the
// other answers them.
func (c *Conn) oneDirection() bool {
	for r := range Role(2) {
		e, peer := c.endpoint(r), c.endpoint(r.Peer())
		if peer.packets > 0 || e.packets == 0 {
			continue
		}
		for i := range c.Marks {
			if m := &c.Marks[i]; m.Has(segment.ACK) && !m.Has(segment.RST) {
				return true
			}
		}
	}
	return false
}

// controlOnly reports whether only SYN, FIN and RST segments were captured of a
// connection that carried payload.
func (c *Conn) controlOnly() bool {
	if c.Payload[Client]+c.Payload[Server] == 0 || c.counters.ends[0].dataSegments+c.counters.ends[1].dataSegments > 0 {
		return false
	}
	return !c.index.bare
}

// lost reports whether octets were acknowledged that the capture does not hold.
func (c *Conn) lost() bool {
	for r := range Role(2) {
		if c.Quality[r].Missing > 0 && c.Unseen(r) > 0 || c.FIN[r].Implied {
			return true
		}
	}
	return false
}
