package conn

import (
	"fmt"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// ICMP is the last ICMP error that was captured about a connection. Its zero
// value is none.
type ICMP struct {
	Frame      int64 // 0 where there was none
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

// Fails reports whether the error says that the segment was not delivered and
// will not be: not a redirect, nor that it was too big for a link.
func (i *ICMP) Fails() bool {
	if i.V6 {
		return i.Type == icmp6Unreachable || i.Type == icmp6Exceeded || i.Type == icmp6Parameter
	}
	return i.Type == icmpUnreachable && i.Code != icmpFragment || i.Type == icmpTimeExceeded || i.Type == icmpParameter
}

// ICMP returns the last ICMP error that said why a segment of the connection
// was not delivered; the zero ICMP where none was captured.
func (c *Conn) ICMP() ICMP {
	e := c.from.ICMP
	if e.Frame != 0 {
		e.About ^= Role(c.client)
	}
	return e
}
