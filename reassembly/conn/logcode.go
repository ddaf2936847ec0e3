package conn

import (
	"encoding/binary"

	"finwait/reassembly/codec"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// logCoder encodes the entries of a log one after the other, each as what differs from
// what the segments before it let expect: an entry takes some 12 octets.
type logCoder struct {
	last  [2]entry // of each side
	time  frame.Time
	frame int64
}

// number returns the whole number of the frame of g.
func (g *entry) number() int64 {
	return int64(g.packed>>lengthBits&(1<<frameBits-1))<<32 | int64(g.frame)
}

// highBits are those of the number of a frame that entry.packed holds.
func highBits(frame int64) uint32 { return uint32(frame>>32) & (1<<frameBits - 1) << lengthBits }

// next is the position behind g, its SYN and FIN included.
func (g *entry) next() seqnum.Offset {
	next := g.pos() + seqnum.Offset(g.length())
	if g.flags.Any(segment.SYN | segment.FIN) {
		next++
	}
	return next
}

// differences are the parts of an entry less what is expected of them, in the order of
// their bits in the octet that begins the entry. What is as expected is left out.
type differences [8]int64

// differences returns those of g, which comes from a side.
func (c *logCoder) differences(g *entry, side uint8) differences {
	own, peer := &c.last[side], &c.last[1-side]
	return differences{
		int64(g.pos() - own.next()), int64(g.ackPos() - peer.next()),
		int64(g.tsVal) - int64(own.tsVal), int64(g.tsEcr) - int64(peer.tsVal),
		int64(g.window) - int64(own.window), int64(g.id) - int64(own.id) - 1,
		int64(g.ttl) - int64(own.ttl), int64(g.packed>>bitsShift) - int64(own.packed>>bitsShift),
	}
}

// append appends the encoding of g. The side stands first, and again among its bits.
func (c *logCoder) append(dst []byte, g *entry) []byte {
	side := g.side()
	parts := c.differences(g, side)
	mask := byte(0)
	for i, d := range parts {
		if d != 0 {
			mask |= 1 << i
		}
	}
	dst = append(dst, mask, byte(g.flags))
	dst = binary.AppendUvarint(dst, uint64(g.length())<<1|uint64(side))
	dst = binary.AppendVarint(dst, int64(g.time)-int64(c.time))
	dst = binary.AppendVarint(dst, g.number()-c.frame-1)
	for _, d := range parts {
		if d != 0 {
			dst = binary.AppendVarint(dst, d)
		}
	}
	c.last[side], c.time, c.frame = *g, g.time, g.number()
	return dst
}

// decode makes g the entry that comes next.
func (c *logCoder) decode(d *codec.Decoder, g *entry) {
	mask, flags := d.Octet(), d.Octet()
	length := d.Number(maxLength<<1 | 1)
	side := uint8(length & 1)
	*g = entry{
		time: c.time + frame.Time(d.Signed()), flags: segment.Flags(flags),
	}
	number := c.frame + 1 + d.Signed()
	expected := c.differences(g, side)
	for i := range expected {
		if expected[i] = -expected[i]; mask>>i&1 != 0 {
			expected[i] += d.Signed()
		}
	}
	seq, ack := expected[0], expected[1]
	g.seq, g.seqHigh, g.ack, g.ackHigh = uint32(seq), int8(seq>>32), uint32(ack), int8(ack>>32)
	g.tsVal, g.tsEcr, g.window, g.id = uint32(expected[2]), uint32(expected[3]), uint16(expected[4]), uint16(expected[5])
	g.ttl = uint8(expected[6])
	g.frame = uint32(number)
	g.packed = uint32(length>>1) | highBits(number) | uint32(expected[7])<<bitsShift
	if g.side() != side || number <= c.frame {
		d.Fail()
	}
	c.last[side], c.time, c.frame = *g, g.time, number
}
