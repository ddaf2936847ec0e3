package reassembly

import (
	"fmt"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// ICMP is the last ICMP error that was captured about a connection. Its zero
// value is none.
type ICMP struct {
	Frame      uint32 // 0 where there was none
	Count      uint32
	Time       frame.Time
	From       segment.Addr // who reports it: a router, or the host itself
	Type, Code uint8
	V6         bool
	About      Role // who sent the segment that it quotes
}

// Types of errors that say why a segment was not delivered (RFC 792, RFC 4443).
const (
	icmpUnreachable  = 3
	icmpFragment     = 4 // code of icmpUnreachable: the segment was too big
	icmpTimeExceeded = 11
	icmpParameter    = 12
	icmp6Unreachable = 1
	icmp6Exceeded    = 3
	icmp6Parameter   = 4
)

// unreachable are the codes of a destination that cannot be reached (RFC 792,
// RFC 1812 §5.2.7.1).
var unreachable = map[uint8]string{
	0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
	9: "network prohibited", 10: "host prohibited", 13: "administratively prohibited",
}

// unreachable6 are the same of IPv6 (RFC 4443 §3.1).
var unreachable6 = map[uint8]string{
	0: "no route to destination", 1: "administratively prohibited", 3: "address unreachable", 4: "port unreachable",
	5: "source address failed policy", 6: "route rejected",
}

// String says what the error reports.
func (i ICMP) String() string {
	names, of := unreachable, uint8(icmpUnreachable)
	exceeded, parameter := uint8(icmpTimeExceeded), uint8(icmpParameter)
	if i.V6 {
		names, of, exceeded, parameter = unreachable6, icmp6Unreachable, icmp6Exceeded, icmp6Parameter
	}
	switch {
	case i.Type == of && names[i.Code] != "":
		return names[i.Code]
	case i.Type == of:
		return fmt.Sprintf("destination unreachable, code %d", i.Code)
	case i.Type == exceeded:
		return "time exceeded"
	case i.Type == parameter:
		return "parameter problem"
	}
	return fmt.Sprintf("type %d, code %d", i.Type, i.Code)
}

// fails reports whether the error says that the segment was not delivered and
// will not be: not a redirect, nor that it was too big for a link.
func (i *ICMP) fails() bool {
	if i.V6 {
		return i.Type == icmp6Unreachable || i.Type == icmp6Exceeded || i.Type == icmp6Parameter
	}
	return i.Type == icmpUnreachable && i.Code != icmpFragment || i.Type == icmpTimeExceeded || i.Type == icmpParameter
}

// Quote takes in an ICMP error that quotes a segment (Decode returned
// ICMPError). It opens no connection, but Wireshark numbers what it quotes.
func (t *Tracker) Quote(p frame.Frame, s *segment.Segment) {
	t.Advance(p.Time)
	tuple, side, prev := t.streams.Quote(s)
	if prev != nil && prev.Conn != 0 {
		t.priors.release(t.reuse(prev, p.Time))
	}
	if tuple == nil {
		return
	}
	c := t.entry(tuple)
	if c == nil {
		return
	}
	if b := t.journal(c); b != nil {
		b.completeness = tuple.Completeness
	} else {
		t.tcb(c).completeness = tuple.Completeness
	}
	e := ICMP{
		Frame: uint32(p.Number), Time: p.Time, From: s.ICMP.From, About: Role(side),
		Type: s.ICMP.Type, Code: s.ICMP.Code, V6: !s.Is4,
	}
	t.watchedICMP(c.stream, p, s, &e)
	if e.fails() {
		t.icmp.note(tuple.Conn, e)
	}
}

// icmps are the errors about connections that were not handed out yet, by index into
// the table.
type icmps struct {
	of map[uint32]ICMP
}

func (n *icmps) note(i uint32, e ICMP) {
	old := n.of[i]
	if n.of == nil {
		n.of = map[uint32]ICMP{}
	}
	e.Count = old.Count + 1
	n.of[i] = e
}

// take returns what is known of connection i and forgets it.
func (n *icmps) take(i uint32) ICMP {
	e, known := n.of[i]
	if known {
		delete(n.of, i)
	}
	return e
}

// ICMP returns the last ICMP error that said why a segment of the connection
// was not delivered; the zero ICMP where none was captured.
func (c *Conn) ICMP() ICMP {
	e := c.from.icmp
	if e.Frame != 0 {
		e.About ^= Role(c.client)
	}
	return e
}
