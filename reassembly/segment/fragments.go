package segment

import "math/bits"

// What is remembered of incomplete datagrams at most. A host gives up on one
// after 60 to 120 seconds (RFC 8200 §4.5); a Decoder knows no time, so the
// oldest goes first.
const (
	maxDatagrams      = 1024
	maxFragmentOctets = 8 << 20
	maxDatagram       = 65535
)

// fragmentKey tells the fragments of one datagram from those of another
// (RFC 791 §3.2, RFC 8200 §4.5). VLANs and tunnels do not count, as in Wireshark.
type fragmentKey struct {
	src, dst Addr
	id       uint32
	proto    uint8 // IPv4 only: in IPv6 the fragments may differ in it
	is4      bool
	capwap   bool // of CAPWAP, which has fragments of its own
}

// fragments puts IP datagrams together. The zero value is ready for use; nothing
// is allocated before the first fragment, and buffers are used again.
type fragments struct {
	live           map[fragmentKey]*datagram
	oldest, newest *datagram // live ones by the arrival of their first fragment
	free           *datagram // linked by newer
	done           *datagram // completed by this packet: its payload may lie there
	octets         int       // capacity of all buffers, live and free
	scratch        []byte    // of maxDatagram octets, in which a datagram is put in order; nil before the first
}

// datagram is the payload of an IP datagram, of which some fragments have come.
type datagram struct {
	key          fragmentKey
	older, newer *datagram
	buf          []byte                             // in the order of arrival; of a whole datagram, in its own
	pieces       []piece                            // of buf
	have         [(maxDatagram + 8) / 8 / 64]uint64 // one bit per unit of 8 octets
	total        int                                // octets; -1 until the last fragment has come
	next         uint8                              // protocol or next header, by the first fragment
	frames       []int64                            // that brought it; at most maxParts
}

// piece is a run of octets that came together. A datagram costs what came of it, however
// far behind its beginning that belongs.
type piece struct{ offset, at, n uint32 } // in the datagram; in buf

// maxParts is how many frames of a datagram are remembered: its octets came one
// unit at a time, and some twice.
const maxParts = 1 << 14

// add takes in one fragment: the octets b from offset on, more or none behind
// them. If that completes the datagram, it is returned; it is valid until the
// next packet. Octets that came before are kept, not overwritten. frames are
// those that hold the fragment.
func (f *fragments) add(key fragmentKey, next uint8, offset int, more bool, b []byte, frames []int64) *datagram {
	end := offset + len(b)
	if len(b) == 0 || end > maxDatagram {
		return nil
	}
	g := f.live[key]
	if g == nil {
		g = f.begin(key)
	}
	if offset == 0 {
		g.next = next
	}
	if len(g.frames) < maxParts {
		g.frames = append(g.frames, frames...)
	}
	if !more && g.total < 0 {
		g.total = end
	}
	if g.total >= 0 && end > g.total {
		end = g.total // a tail has come already: what lies behind it is not ours
	}
	f.reserve(g, len(g.buf)+max(0, end-offset))
	g.store(offset, end, b)
	if g.total < 0 || !g.complete() {
		return nil
	}
	f.order(g)
	f.forget(g)
	g.newer, f.done = f.done, g
	return g
}

// store appends the units of b that are missing, for which there is room. The last unit
// may be short only where the datagram ends; elsewhere it waits for a whole one.
func (g *datagram) store(offset, end int, b []byte) {
	for at := offset; at < end; at += 8 {
		n := min(8, end-at)
		if n < 8 && end != g.total {
			return
		}
		unit := at / 8
		bit := uint64(1) << (unit % 64)
		if g.have[unit/64]&bit != 0 {
			continue
		}
		g.have[unit/64] |= bit
		if k := len(g.pieces) - 1; k >= 0 && int(g.pieces[k].offset+g.pieces[k].n) == at {
			g.pieces[k].n += uint32(n)
		} else {
			g.pieces = append(g.pieces, piece{uint32(at), uint32(len(g.buf)), uint32(n)})
		}
		g.buf = append(g.buf, b[at-offset:at-offset+n]...)
	}
}

// order puts a complete datagram in order.
func (f *fragments) order(g *datagram) {
	if len(g.pieces) == 1 {
		return
	}
	if f.scratch == nil {
		f.scratch = make([]byte, maxDatagram)
	}
	whole := f.scratch[:g.total]
	for _, p := range g.pieces {
		if int(p.offset) < g.total {
			copy(whole[p.offset:], g.buf[p.at:p.at+p.n])
		}
	}
	g.buf = append(g.buf[:0], whole...)
}

// complete reports whether every unit below total has come.
func (g *datagram) complete() bool {
	units := (g.total + 7) / 8
	full, rest := units/64, units%64
	for _, w := range g.have[:full] {
		if w != ^uint64(0) {
			return false
		}
	}
	return rest == 0 || bits.TrailingZeros64(^g.have[full]) >= rest
}

// begin makes room for one more datagram and returns it empty.
func (f *fragments) begin(key fragmentKey) *datagram {
	if f.live == nil {
		f.live = make(map[fragmentKey]*datagram)
	}
	if len(f.live) >= maxDatagrams {
		f.drop(f.oldest)
	}
	g := f.free
	if g != nil {
		f.free = g.newer
	} else {
		g = new(datagram)
	}
	*g = datagram{key: key, buf: g.buf[:0], pieces: g.pieces[:0], frames: g.frames[:0], total: -1, older: f.newest}
	if f.newest != nil {
		f.newest.newer = g
	} else {
		f.oldest = g
	}
	f.newest = g
	f.live[key] = g
	return g
}

// reserve makes g's buffer hold n octets, at the cost of free buffers and of
// the oldest datagrams if need be.
func (f *fragments) reserve(g *datagram, n int) {
	if n <= cap(g.buf) {
		return
	}
	size := 2048
	for size < n {
		size *= 2
	}
	f.octets += size - cap(g.buf)
	g.buf = append(make([]byte, 0, size), g.buf...)
	for f.octets > maxFragmentOctets {
		switch {
		case f.free != nil:
			f.octets -= cap(f.free.buf)
			f.free = f.free.newer
		case f.oldest != g:
			f.drop(f.oldest)
		default:
			f.drop(g.newer)
		}
	}
}

// forget takes g out of the live datagrams.
func (f *fragments) forget(g *datagram) {
	delete(f.live, g.key)
	if g.older != nil {
		g.older.newer = g.newer
	} else {
		f.oldest = g.newer
	}
	if g.newer != nil {
		g.newer.older = g.older
	} else {
		f.newest = g.older
	}
	g.older, g.newer = nil, nil
}

// drop gives up on g.
func (f *fragments) drop(g *datagram) {
	f.forget(g)
	g.newer = f.free
	f.free = g
}

// release makes the datagrams that the packet before completed free: nothing
// refers to them any more.
func (f *fragments) release() {
	for g := f.done; g != nil; g = f.done {
		f.done = g.newer
		g.newer, f.free = f.free, g
	}
}
