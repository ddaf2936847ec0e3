package conn

import (
	"time"

	"finwait/reassembly/segment"
)

// RolesFrom says how it is known which end is the client.
type RolesFrom uint8

// From a captured SYN, from a SYN-ACK, or a guess.
const (
	RolesFromSYN RolesFrom = iota
	RolesFromSYNACK
	RolesFromPort
	RolesFromFirstPacket
)

var rolesNames = [...]string{"syn", "syn-ack", "port", "first-packet"}

func (r RolesFrom) String() string { return rolesNames[r] }

// Handshake says how far the opening went.
type Handshake uint8

// The outcomes.
const (
	HandshakeNotCaptured Handshake = iota
	HandshakeComplete
	HandshakeNoACK
	HandshakeUnanswered
	HandshakeRefused
	HandshakeSimultaneous
)

var handshakeNames = [...]string{"not-captured", "complete", "no-ack", "unanswered", "refused", "simultaneous"}

func (h Handshake) String() string { return handshakeNames[h] }

// Vantage says where on the path the capture was taken.
type Vantage uint8

// The places; VantageUnknown where the capture does not tell.
const (
	VantageUnknown Vantage = iota
	VantageClient
	VantageServer
	VantageMiddle
)

var vantageNames = [...]string{"", "client", "server", "middle"}

func (v Vantage) String() string { return vantageNames[v] }

// roles finds the side that did the active open.
func roles(addr *[2]segment.Endpoint, marks []Mark) (client uint8, from RolesFrom) {
	for i := range marks {
		if m := &marks[i]; m.Has(segment.SYN) && !m.Has(segment.ACK) {
			return m.Side, RolesFromSYN
		}
	}
	for i := range marks {
		if m := &marks[i]; m.Has(segment.SYN) {
			return 1 - m.Side, RolesFromSYNACK
		}
	}
	if s := servicePort(addr[0].Port, addr[1].Port); s != noSide {
		return 1 - s, RolesFromPort
	}
	if len(marks) > 0 {
		return marks[0].Side, RolesFromFirstPacket
	}
	return 0, RolesFromFirstPacket
}

// Ports below systemPorts are assigned to services (RFC 6335 §6); those from
// ephemeralPorts on are what Linux, and most others, take for clients
// (net.ipv4.ip_local_port_range).
const (
	systemPorts    = 1024
	ephemeralPorts = 32768
)

// servicePort guesses which of two ports a service listens on.
func servicePort(a, b uint16) uint8 {
	for _, border := range [...]uint16{systemPorts, ephemeralPorts} {
		switch {
		case a < border && b >= border:
			return 0
		case b < border && a >= border:
			return 1
		}
	}
	return noSide
}

// opening holds the marks of the handshake, nil where there is none.
type opening struct {
	syn    *Mark // the client's latest SYN before it went on
	synACK *Mark // the first answer
	ack    *Mark // the client's first segment after the answer, or without one
	syns   int
}

func (c *Conn) findOpening() (o opening) {
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Has(segment.RST): // perhaps the answer to a challenge ACK: the SYN is sent again
		case m.Has(segment.SYN) && m.By(Client):
			if !m.Has(segment.ACK) && o.ack == nil {
				o.syn = m
				o.syns++
			}
		case m.Has(segment.SYN):
			if o.synACK == nil {
				o.synACK = m
			}
		case m.By(Client) && m.Has(segment.ACK):
			o.ack = m
			return o
		}
	}
	return o
}

// deriveHandshake works out how the connection began.
func (c *Conn) deriveHandshake() {
	o := c.findOpening()
	client, server := c.endpoint(Client), c.endpoint(Server)
	switch {
	case o.syn == nil:
		c.Handshake = HandshakeNotCaptured
	case server.hasSYN && !server.synAnswer || server.hasSYN && client.synAnswer:
		c.Handshake = HandshakeSimultaneous
	case o.ack != nil:
		c.Handshake = HandshakeComplete
	case o.synACK != nil:
		c.Handshake = HandshakeNoACK
	case c.refusal() != nil:
		c.Handshake = HandshakeRefused
	case server.packets == 0 && client.dataSegments == 0:
		c.Handshake = HandshakeUnanswered
	}
	c.RTT, c.HasRTT = c.initialRTT()
	c.measurePath(o)
}

// measurePath works out from the handshake how far away the two ends are from
// the capture: how long a segment took to reach one and its answer to return.
func (c *Conn) measurePath(o opening) {
	c.away = [2]time.Duration{Client: defaultAway, Server: defaultAway}
	if o.syn == nil || o.ack == nil || o.synACK == nil {
		return
	}
	syn, synACK, last := o.syn, o.synACK, o.synACK
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Frame >= o.ack.Frame || !m.Has(segment.SYN):
		case m.By(Server):
			last = m
		case m.Frame < synACK.Frame:
			syn = m
		}
	}
	c.away[Server] = max(synACK.Time.Sub(syn.Time), 0)
	if o.ack.Has(segment.FIN) { // the ACK before it was not captured
		return
	}
	c.away[Client] = max(o.ack.Time.Sub(last.Time), 0)
	if o.ack.Len > 0 { // perhaps the ACK before it was not captured
		client, _ := c.quickest()
		c.away[Client] = min(c.away[Client], client)
	}
	for r := range Role(2) {
		if c.away[r] >= farAway {
			c.hop[r] = c.away[r] / 2
			if away := c.payloadTrip(r); away < c.hop[r] {
				c.hop[r] = away / 2
				if away < farAway {
					c.hop[r] = 0
				}
			}
		}
	}
	if o.syns == 1 && last == synACK {
		c.Vantage = c.vantage()
	}
}

// vantage says where the capture was taken, from the time that each end takes
// to answer: the near one answers in the time that a kernel needs. Between hosts
// that are microseconds apart a single answer may be late by chance, so that the
// handshake and the quickest answers of all have to agree.
func (c *Conn) vantage() Vantage {
	client, server := c.quickest()
	v := nearer(c.away[Client], c.away[Server], 2)
	if v != nearer(client, server, 1.4) {
		return VantageUnknown
	}
	return v
}

// quickest returns how long each end took at least to answer: from a segment of
// its peer to its own next.
func (c *Conn) quickest() (client, server time.Duration) {
	least := [2]time.Duration{1<<63 - 1, 1<<63 - 1}
	for i := 1; i < len(c.Marks); i++ {
		m, before := &c.Marks[i], &c.Marks[i-1]
		if took := m.Time.Sub(before.Time); m.Side != before.Side && took > 0 && m.Covers(before.Seq+1) {
			least[m.Side] = min(least[m.Side], took)
		}
	}
	return least[Client], least[Server]
}

// payloadTrip returns how long r took at least to acknowledge what was sent once and in order:
// the path is no longer. The handshake may be far off: of a lost SYN,ACK the second is
// captured, and hosts resolve addresses meanwhile.
func (c *Conn) payloadTrip(r Role) time.Duration {
	least := time.Duration(1<<63 - 1)
	var asked *Mark
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Flags.Any(segment.SYN | segment.RST):
		case m.By(r):
			if asked != nil && m.Covers(asked.End()) {
				least, asked = min(least, max(m.Time.Sub(asked.Time), 0)), nil
			}
		case m.Len == 0: // a FIN alone may wait for its delayed acknowledgment
		case m.Bits.has(Retransmit) || !m.HasPayload():
			asked = nil // which copy is acknowledged is not known (RFC 6298 §3)
		default:
			asked = m
		}
	}
	return least
}

// farAway is the round trip to an endpoint from which on its states are dated by
// the endpoint's clock rather than by the capture's: what it sends left half a
// round trip before it was captured, what is sent to it arrives half a round
// trip after. Below, a state begins when its segment was captured, as Wireshark
// shows it; above, states as long as the round trip would vanish.
const farAway = 20 * time.Millisecond

// initialRTT is tcp.analysis.initial_rtt: from the latest SYN to the first
// segment of either end that has an ACK and no SYN. Where the two bear the same
// time Wireshark goes on to the next (packet-tcp.c, ts_first_rtt). Where the clock
// was set back meanwhile it shows a negative time; we say that it is not known.
func (c *Conn) initialRTT() (rtt time.Duration, ok bool) {
	var syn *Mark
	for i := range c.Marks {
		switch m := &c.Marks[i]; {
		case m.Has(segment.SYN):
			if !m.Has(segment.ACK) {
				syn = m
			}
		case m.Has(segment.ACK) && syn != nil && m.Time != syn.Time:
			rtt = m.Time.Sub(syn.Time)
			return rtt, rtt > 0
		}
	}
	return 0, false
}

// defaultAway is how far away an endpoint is taken to be where the handshake
// was not captured: longer than most paths, shorter than the minimum
// retransmission timeout of Linux (200 ms), by which a FIN is repeated.
const defaultAway = 100 * time.Millisecond

// nearer says which end is the near one: the other takes at least ratio times
// as long to answer.
func nearer(client, server time.Duration, ratio float64) Vantage {
	const (
		far  = time.Millisecond       // both this far away: in between
		near = 100 * time.Millisecond // no kernel takes longer to answer
	)
	switch {
	case float64(client)*ratio < float64(server) && client < near:
		return VantageClient
	case float64(server)*ratio < float64(client) && server < near:
		return VantageServer
	case client > far && server > far:
		return VantageMiddle
	}
	return VantageUnknown
}

// refusal returns the RST that answered the client's SYN, if nothing else did.
func (c *Conn) refusal() *Mark {
	if c.endpoint(Server).hasSYN || !c.endpoint(Client).hasSYN {
		return nil
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.By(Server) {
			if m.Has(segment.RST) && m.Bits.has(Exact) {
				return m
			}
			return nil
		}
		if !m.Has(segment.SYN) {
			return nil
		}
	}
	return nil
}
