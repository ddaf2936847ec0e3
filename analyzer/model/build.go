package model

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

// A Builder builds records, one after the other, in the same memory. The zero
// Builder is ready for use.
type Builder struct {
	// SkipViews leaves out what neither rules nor summaries read: the community ID,
	// the flag sequence and Zeek's view.
	SkipViews bool

	built    built
	stays    [2][]Stay
	findings []Finding
	room     room
}

// built is a Record together with what its pointers point to.
type built struct {
	Record
	fins     [2]FIN
	finNums  [2]struct{ frame, ackFrame int64 }
	finTimes [2]struct{ at, ack Time }
	rst      RST
	replyTo  int64
	half     Seconds
	halfSize int64
	teardown Seconds
	rtt      Seconds
	tunnel   Tunnel
	tunnelID uint32
	app      App
	requests [2]int64
	closer   conn.Role
	bound    conn.Bound
	vantage  conn.Vantage
	kind     conn.RSTKind
	missing  [2]conn.Role
}

// NewRecord builds the record of a connection that has ended; file names its
// capture. Findings are left empty: they are the rules' affair.
func NewRecord(file string, c *conn.Conn) *Record { return new(Builder).Record(file, c) }

// Record builds the record of a connection as NewRecord does. It is valid until
// the next is built.
func (n *Builder) Record(file string, c *conn.Conn) *Record {
	b := &n.built
	if b.Findings != nil { // the room is the rules' to use again
		n.findings, n.room = b.Findings[:0], room{b.room.frames[:0], b.room.took[:0]}
	}
	*b = built{}
	r := &b.Record
	r.Schema, r.File, r.Stream = Schema, file, c.Stream
	client, server := c.AddrPort(conn.Client), c.AddrPort(conn.Server)
	r.Client = Endpoint{client.Addr(), client.Port()}
	r.Server = Endpoint{server.Addr(), server.Port()}
	r.Roles = c.RolesFrom
	b.labels(&c.Path)
	r.Packets = sides(c.Packets)
	r.PayloadBytes = sides(c.Payload)
	r.Quality = Sides[Quality]{quality(&c.Quality[0]), quality(&c.Quality[1])}
	r.First, r.Last = point(c.First), point(c.Last)
	r.Completeness = int(c.Completeness)
	if !n.SkipViews {
		var text [256]byte
		r.CommunityID = CommunityID(client, server)
		r.Flags = string(c.AppendFlags(text[:0]))
		r.Zeek = Zeek{c.ZeekState(), string(c.AppendZeekHistory(text[:0])), c.ZeekOriginator()}
	}
	r.Handshake, r.Close, r.Ended = c.Handshake, c.Close, c.Ended
	if c.FirstCloser != conn.NoRole {
		b.closer = c.FirstCloser
		r.FirstCloser = &b.closer
	}
	r.MissingFIN = b.missing[:0]
	for side, is := range c.MissingFIN {
		if is {
			r.MissingFIN = append(r.MissingFIN, conn.Role(side))
		}
	}
	b.closing(c)
	r.States = Sides[[]Stay]{n.states(c, conn.Client), n.states(c, conn.Server)}
	r.Findings, r.room = n.findings, n.room
	if c.HasRTT {
		b.rtt = Seconds(c.RTT)
		r.RTTS = &b.rtt
	}
	if c.Vantage != conn.VantageUnknown {
		b.vantage = c.Vantage
		r.Vantage = &b.vantage
	}
	b.application(c)
	r.Caveats, r.ISNs = c.Caveats, isnsOf(c)
	return r
}

// labels fills in where the segments were seen.
func (b *built) labels(p *segment.Path) {
	if p.VLANs > 0 {
		b.VLAN = append([]uint16(nil), p.VLAN[:min(int(p.VLANs), len(p.VLAN))]...)
	}
	if p.Tunnel != segment.NoTunnel {
		b.tunnel = Tunnel{Kind: p.Tunnel}
		if p.HasTunnelID {
			b.tunnelID = p.TunnelID
			b.tunnel.ID = &b.tunnelID
		}
		b.Tunnel = &b.tunnel
	}
}

// application fills in what is known of the protocol above TCP. Only HTTP/1
// shows where a message begins.
func (b *built) application(c *conn.Conn) {
	proto := c.Dialog.Protocol
	if proto == payload.ProtocolUnknown {
		return
	}
	b.app.Protocol = proto
	if proto == payload.HTTP1 {
		b.requests[0], b.requests[1] = int64(c.Dialog.Messages[conn.Client]), int64(c.Dialog.Messages[conn.Server])
		b.app.Requests, b.app.Responses = &b.requests[0], &b.requests[1]
	}
	for _, r := range [...]conn.Role{conn.Client, conn.Server} {
		if a := c.Dialog.Alerts[r]; a.Frame != 0 {
			b.app.Alerts = append(b.app.Alerts, r.String()+": "+a.String())
		}
	}
	b.App = &b.app
}

// closing fills in the FINs, the reset and the times of the close.
func (b *built) closing(c *conn.Conn) {
	r := &b.Record
	r.FIN = Sides[*FIN]{b.fin(c, conn.Client), b.fin(c, conn.Server)}
	if c.RST.Known {
		b.rst = RST{
			By: c.RST.By, Frame: int64(c.RST.Frame), Time: c.RST.Time, Count: c.RST.Count,
		}
		if c.RST.Kind != conn.RSTOther {
			b.kind = c.RST.Kind
			b.rst.Kind = &b.kind
		}
		if c.RST.ReplyTo != 0 {
			b.replyTo = int64(c.RST.ReplyTo)
			b.rst.ReplyTo = &b.replyTo
		}
		r.RST = &b.rst
	}
	if h := &c.HalfClosed; h.Known {
		b.half, b.halfSize = Seconds(h.For), h.Bytes
		r.HalfClosedS, r.HalfBytes = &b.half, &b.halfSize
		b.bound = h.Bound
		r.HalfClosed = &b.bound
	}
	if c.HasTeardown {
		b.teardown = Seconds(c.Teardown)
		r.TeardownS = &b.teardown
	}
}

func (b *built) fin(c *conn.Conn, side conn.Role) *FIN {
	f := &c.FIN[side]
	if !f.Known {
		return nil
	}
	out, nums, times := &b.fins[side], &b.finNums[side], &b.finTimes[side]
	out.Retransmissions, out.Implied = f.Retransmissions, f.Implied
	if !f.Implied {
		nums.frame, times.at = int64(f.Frame), f.Time
		out.Frame, out.Time = &nums.frame, &times.at
	}
	if f.Acked {
		nums.ackFrame, times.ack = int64(f.ACKFrame), f.ACKTime
		out.ACKFrame, out.ACKTime = &nums.ackFrame, &times.ack
	}
	return out
}

func sides(v [2]int64) Sides[int64] {
	return Sides[int64]{v[conn.Client], v[conn.Server]}
}

func quality(q *conn.Quality) Quality {
	return Quality{
		Retransmissions: q.Retransmissions, OutOfOrder: q.OutOfOrder, DuplicateACKs: q.DuplicateACKs,
		KeepAlives: q.KeepAlives, ZeroWindowS: Seconds(q.ZeroWindow), MissingBytes: q.Missing,
	}
}

func point(p conn.Point) Point { return Point{Frame: int64(p.Frame), Time: p.Time} }

// states returns the stays of one side.
func (n *Builder) states(c *conn.Conn, side conn.Role) []Stay {
	in := c.States(side)
	if cap(n.stays[side]) < len(in) {
		n.stays[side] = make([]Stay, len(in))
	}
	out := n.stays[side][:len(in)]
	for i := range in {
		s := &in[i]
		out[i] = Stay{
			State: s.State, Since: s.Since, Frame: int64(s.Frame),
			DurationS: Seconds(s.For), Bound: s.Bound, Open: s.Open,
		}
	}
	return out
}
