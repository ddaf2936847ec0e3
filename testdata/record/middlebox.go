//go:build record

package main

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// A transfer is a frame on its way across the bridge. Middleboxes decide what
// becomes of it, one after the other; the log tells it.
type transfer struct {
	toServer bool
	in       time.Time
	packet   packet // of the frame as it came
	frame    []byte
	random   *rand.Rand
	log      *carried
	out      []*emission
}

// An emission is a frame that the bridge sends.
type emission struct {
	toServer bool
	forged   bool
	lane     int           // frames of a lane stay in order
	late     time.Duration // beyond the path's delay
	frame    []byte
}

// Lanes of a direction.
const (
	fastLane = iota
	slowLane
	forgedLane
	lanes
)

// A middlebox looks at a frame, and may drop, delay, repeat or rewrite it, or
// send others. It is never called twice at once.
type middlebox func(*transfer)

// drop loses the frame itself, but nothing that was forged beside it.
func (t *transfer) drop() {
	t.out = slices.DeleteFunc(t.out, func(e *emission) bool { return !e.forged })
	t.log.note("dropped")
}

// delay holds the frame back, so that later ones overtake it.
func (t *transfer) delay(d time.Duration) {
	for _, e := range t.out {
		if !e.forged {
			e.lane, e.late = slowLane, d
		}
	}
	t.log.note("delayed")
}

// duplicate sends the frame once more, after d.
func (t *transfer) duplicate(d time.Duration) {
	i := slices.IndexFunc(t.out, func(e *emission) bool { return !e.forged })
	if i < 0 {
		return
	}
	t.out = append(t.out, &emission{toServer: t.toServer, lane: slowLane, late: d, frame: t.out[i].frame})
	t.log.note("duplicated")
}

// rewrite changes what is sent on.
func (t *transfer) rewrite(change func(packet)) {
	for _, e := range t.out {
		if e.forged {
			continue
		}
		e.frame = append([]byte(nil), e.frame...)
		p, _ := parseFrame(e.frame)
		change(p)
		p.mend()
	}
	t.log.note("rewritten")
}

// forge returns an emission of a segment that only the bridge knows of, without
// options, in the name of the frame's sender or, with reply, of its receiver.
// Without reply it stands right behind the frame, with it right where the
// receiver's next segment is expected. The change comes last.
func (t *transfer) forge(reply bool, payload string, change func(packet)) *emission {
	header := ethernetHeader + t.packet.tcp + 20
	f := append(append([]byte(nil), t.frame[:header]...), payload...)
	p, _ := parseFrame(f)
	p.ip[p.tcp+12] = 5 << 4
	if p.isIPv6() {
		binary.BigEndian.PutUint16(p.ip[4:], uint16(20+len(payload)))
	} else {
		binary.BigEndian.PutUint16(p.ip[2:], uint16(p.tcp+20+len(payload)))
	}
	if reply {
		copy(f[0:6], t.frame[6:12])
		copy(f[6:12], t.frame[0:6])
		src, dst := p.src(), p.dst()
		p.setSrc(dst)
		p.setDst(src)
		p.setSeq(t.packet.ack())
		p.setAck(t.packet.nextSeq())
	} else {
		p.setSeq(t.packet.nextSeq())
	}
	p.setTTL(61)
	p.setIPID(0xbeef)
	change(p)
	p.mend()
	return &emission{toServer: t.toServer != reply, forged: true, lane: forgedLane, frame: f}
}

// loseSome loses frames that a drop picks.
func loseSome(d func(*transfer) bool) middlebox {
	return func(t *transfer) {
		if d(t) {
			t.drop()
		}
	}
}

// loseShare loses each frame with a probability.
func loseShare(p float64) middlebox {
	return loseSome(func(t *transfer) bool { return t.random.Float64() < p })
}

// reorder delays each frame with a probability.
func reorder(p float64, by time.Duration) middlebox {
	return func(t *transfer) {
		if t.random.Float64() < p {
			t.delay(by)
		}
	}
}

// repeat sends each frame twice with a probability.
func repeat(p float64, after time.Duration) middlebox {
	return func(t *transfer) {
		if t.random.Float64() < p {
			t.duplicate(after)
		}
	}
}

// A translation is what a NAT does: the client is known to the server by
// another address and by ports from first on; a server that clients know as
// virtual is found at real. Either may be left out.
type translation struct {
	client        netip.Addr
	firstPort     uint16
	virtual, real netip.AddrPort
}

// translate rewrites addresses and ports, one time to live less, as a NAT.
func translate(n translation) middlebox {
	out := map[netip.AddrPort]netip.AddrPort{} // as clients call themselves, as the server knows them
	back := map[netip.AddrPort]netip.AddrPort{}
	isn := map[netip.AddrPort]uint32{} // of the client's last SYN; another begins a new connection
	next := n.firstPort
	outsideOf := func(p packet) netip.AddrPort {
		outside, ok := out[p.src()]
		isSYN := p.flags()&(flagSYN|flagACK) == flagSYN
		if !ok || isSYN && isn[p.src()] != p.seq() {
			outside = netip.AddrPortFrom(n.client, next)
			next++
			out[p.src()], back[outside] = outside, p.src()
		}
		if isSYN {
			isn[p.src()] = p.seq()
		}
		return outside
	}
	return func(t *transfer) {
		t.rewrite(func(p packet) {
			p.setTTL(p.ttl() - 1)
			if !t.toServer {
				if inside, ok := back[p.dst()]; ok {
					p.setDst(inside)
				}
				if n.virtual.IsValid() && p.src() == n.real {
					p.setSrc(n.virtual)
				}
				return
			}
			if n.client.IsValid() {
				p.setSrc(outsideOf(p))
			}
			if n.virtual.IsValid() && p.dst() == n.virtual {
				p.setDst(n.real)
			}
		})
	}
}

// forget is a box that forgets a connection on which nothing came for idle.
// Then it drops all of it, and answers each segment with what reset forges, unless
// that is nil.
func forget(idle time.Duration, reset func(*transfer) *emission) middlebox {
	type state struct {
		last time.Time
		gone bool
	}
	seen := map[netip.AddrPort]*state{} // by the client's end
	return func(t *transfer) {
		key := t.packet.src()
		if !t.toServer {
			key = t.packet.dst()
		}
		s := seen[key]
		if s == nil {
			s = &state{last: t.in}
			seen[key] = s
		}
		s.gone = s.gone || t.in.Sub(s.last) > idle
		s.last = t.in
		if !s.gone {
			return
		}
		t.drop()
		if reset != nil && t.packet.flags()&flagRST == 0 {
			t.out = append(t.out, reset(t))
		}
	}
}

// once calls a box for the first n frames that want picks.
func once(n int, want func(*transfer) bool, box middlebox) middlebox {
	return func(t *transfer) {
		if n > 0 && want(t) {
			n--
			box(t)
		}
	}
}

// inject sends a segment beside the nth frame that want picks, late by so much;
// forge says in whose name.
func inject(n int, want func(*transfer) bool, late time.Duration, forge func(*transfer) *emission) middlebox {
	return once(1, nth(n, want), func(t *transfer) {
		e := forge(t)
		e.late = late
		t.out = append(t.out, e)
	})
}

// forgedFlags forges a segment without payload.
func forgedFlags(reply bool, flags uint8) func(*transfer) *emission {
	return func(t *transfer) *emission {
		return t.forge(reply, "", func(p packet) { p.setFlags(flags) })
	}
}
