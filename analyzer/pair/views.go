package pair

import (
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// views are the records of both captures, read with the same roles: those of the one that
// knows best who opened.
type views struct {
	kept    *kept
	records [2]*model.Record
	swapped [2]bool // the record has the roles the other way round
	client  uint8   // the direction of what the client sends
	offset  *Offset
	missing *Missing
}

func newViews(k *kept, o *Offset, m *Missing) views {
	v := views{kept: k, offset: o, missing: m}
	var dirs [2]uint8
	lead := -1
	for c, l := range k.legs {
		if l == nil {
			continue
		}
		r := k.records[c]
		v.records[c] = r
		if end := (segment.Endpoint{Addr: segment.AddrFrom(r.Client.IP), Port: r.Client.Port}); l.sender(0) != end {
			dirs[c] = 1
		}
		if lead < 0 || r.Roles < v.records[lead].Roles {
			lead = c
		}
	}
	v.client = dirs[lead]
	for c := range dirs {
		v.swapped[c] = dirs[c] != v.client
	}
	return v
}

func (v *views) dirOf(r conn.Role) uint8 { return uint8(r) ^ v.client }

func (v *views) roleOf(dir uint8) conn.Role { return conn.Role(dir ^ v.client) }

// own returns the capture that is nearer to an end, if it holds the connection, else the
// other.
func (v *views) own(r conn.Role) int {
	c := v.kept.sender(v.dirOf(r))
	if v.records[c] == nil {
		return 1 - c
	}
	return c
}

// in returns the role that a record gives to an end.
func (v *views) in(c int, r conn.Role) conn.Role {
	if v.swapped[c] && (r == conn.Client || r == conn.Server) {
		return r.Peer()
	}
	return r
}

func of[T any](s *model.Sides[T], r conn.Role) *T {
	if r == conn.Client {
		return &s.Client
	}
	return &s.Server
}

func (v *views) end(c int) *End {
	r := v.records[c]
	if r == nil {
		return nil
	}
	e := &End{File: r.File, Stream: r.Stream, Client: r.Client, Server: r.Server, First: r.First, Last: r.Last, Close: r.Close}
	if v.swapped[c] {
		e.Client, e.Server = e.Server, e.Client
	}
	return e
}

// fin reports whether an end sent a FIN, in whatever capture that shows.
func (v *views) fin(role conn.Role) bool {
	for c, r := range v.records {
		if r != nil && *of(&r.FIN, v.in(c, role)) != nil {
			return true
		}
	}
	return false
}

// handshake is that of the capture that saw more of it.
func (v *views) handshake() conn.Handshake {
	best := conn.Handshake(0)
	rank := -1
	for _, r := range v.records {
		if r == nil {
			continue
		}
		if n := handshakeRank[r.Handshake]; n > rank {
			best, rank = r.Handshake, n
		}
	}
	return best
}

// close is how a connection closed by both captures: an RST counts where its receiver's
// own capture says that it was accepted, a FIN wherever it was seen.
func (v *views) close() conn.Close {
	fins := 0
	for _, role := range [...]conn.Role{conn.Client, conn.Server} {
		if v.fin(role) {
			fins++
		}
	}
	best, rank := conn.Close(0), -1
	for c, r := range v.records {
		if r == nil {
			continue
		}
		switch r.Close {
		case conn.CloseReset, conn.CloseResetAfterFIN, conn.CloseRefused:
			if r.RST == nil || v.records[1-c] == nil || v.own(v.in(c, r.RST.By).Peer()) == c {
				if r.Close == conn.CloseReset && fins > 0 && v.records[1-c] != nil && v.records[1-c].Close == conn.CloseResetAfterFIN {
					return conn.CloseResetAfterFIN
				}
				return r.Close
			}
			continue // it did not arrive
		}
		if n := closeRank[r.Close]; n > rank {
			best, rank = r.Close, n
		}
	}
	switch {
	case rank < 0: // only a reset that did not arrive
		best = conn.CloseOpen
		fallthrough
	case best == conn.CloseOpen || best == conn.CloseHalfClosed || best == conn.CloseGraceful:
		best = [...]conn.Close{conn.CloseOpen, conn.CloseHalfClosed, conn.CloseGraceful}[fins]
	}
	return best
}

// How much of a connection a value tells: the other capture may have seen less.
var (
	closeRank = map[conn.Close]int{
		conn.CloseUnknown: 0, conn.CloseUnanswered: 1, conn.CloseHalfOpen: 2, conn.CloseOpen: 3, conn.CloseHalfClosed: 4, conn.CloseGraceful: 5,
	}
	handshakeRank = map[conn.Handshake]int{
		conn.HandshakeNotCaptured: 0, conn.HandshakeUnanswered: 1, conn.HandshakeRefused: 2, conn.HandshakeNoACK: 3,
		conn.HandshakeSimultaneous: 4, conn.HandshakeComplete: 5,
	}
)
