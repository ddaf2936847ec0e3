package conn

import "finwait/reassembly/frame"

// Receipts says what reached the ends of a connection, and when. Whoever captured beside an
// end knows it; the log of one connection tells it by what the end did later. All that is
// derived from what an end took in asks first this, then the log.
type Receipts interface {
	// Receipt returns what is known of the segment of a frame at r. One that bears the address
	// of r was there when it left, or is Lost where r never sent it.
	Receipt(r Role, frame int64) Receipt
}

// Receipt is what is known of a segment at an end. The zero value says nothing.
type Receipt struct {
	Fate Fate
	At   frame.Time // when it was there, if it was, by the clock of the connection's capture; 0 where that is not known
}

// Fate is what became of a segment on its way to an end. One that was there may still have
// been refused: what the end did later tells.
type Fate uint8

// The fates.
const (
	NotKnown Fate = iota // the log has to tell
	WasThere
	Lost
)

// receipts are those of the marks of a connection, by role. Each has a time, whatever became
// of the segment.
type receipts [2][]Receipt

// Weigh derives anew what c says of the close and of the states, by what others know.
func (c *Conn) Weigh(others Receipts) {
	c.receipts = nil
	list, known := new(receipts), false
	for r := range Role(2) {
		for i := range c.Marks {
			k := others.Receipt(r, c.Marks[i].Frame)
			if known = known || k.Fate != NotKnown; k.At == 0 {
				k.At = c.seenBy(r, i)
			}
			list[r] = append(list[r], k)
		}
	}
	if known {
		c.receipts = list
	}
	c.FIN, c.RST, c.Close, c.FirstCloser = [2]FIN{}, RST{}, CloseUnknown, NoRole
	c.HalfClosed, c.Teardown, c.HasTeardown = HalfClosed{}, 0, false
	c.Ended, c.Caveats = c.from.head.Ended, 0
	for r := range c.stays {
		c.stays[r] = c.stays[r][:0]
	}
	c.conclude()
}

// fate returns what is known otherwise than from the log of mark i on its way to r.
func (c *Conn) fate(r Role, i int) Fate {
	if c.receipts == nil {
		return NotKnown
	}
	return c.receipts[r][i].Fate
}

// seenBy returns when r sent or received mark i.
func (c *Conn) seenBy(r Role, i int) frame.Time {
	if c.receipts != nil {
		return c.receipts[r][i].At
	}
	m := &c.Marks[i]
	if m.By(r) {
		return m.Time - frame.Time(c.hop[r])
	}
	return m.Time + frame.Time(c.hop[r])
}

// crossed reports whether r may have sent mark j before mark i of its peer, which was
// captured earlier, reached it.
func (c *Conn) crossed(r Role, i, j int) bool {
	if c.fate(r, i) == WasThere && c.fate(r, j) == WasThere {
		return c.seenBy(r, j) <= c.seenBy(r, i)
	}
	return c.Marks[j].Time.Sub(c.Marks[i].Time) <= c.Allowance(r)
}
