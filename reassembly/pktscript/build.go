package pktscript

import (
	"bytes"
	"slices"

	"finwait/reassembly/capture"
	"finwait/reassembly/checksum"
	"finwait/reassembly/segment"
)

// Default window of a segment.
const defaultWindow = 64240

// built is a segment in octets.
type built struct {
	data     []byte // the whole packet
	ipAt     int    // offset of its IP header
	seq      uint32
	consumed uint32 // sequence numbers that it takes up
}

// build lays out the segment s. It changes nothing, so that Format can try.
func (w *world) build(s *spec) built {
	mine, theirs := w.conv(s.from, s.to), w.conv(s.to, s.from)
	ip, tcp, frame := s.ip, s.tcp, s.frame
	ip.src, ip.dst = s.from.addr, s.to.addr
	frame.src, frame.dst = s.from.mac, s.to.mac
	bareRST := s.flags.Has(segment.RST) && !s.flags.Has(segment.ACK)
	if !s.idGiven && !bareRST {
		ip.id = s.from.ipID
	}
	if !s.winGiven && !bareRST {
		tcp.win = defaultWindow
	}
	tcp.src, tcp.dst, tcp.flags = s.from.port, s.to.port, s.flags
	next := mine.nxt
	if s.flags.Has(segment.SYN) {
		next = mine.isn
	}
	tcp.seq = s.seq.resolve(mine.isn, next)
	if s.ackGiven || s.flags.Has(segment.ACK) {
		tcp.ack = s.ack.resolve(theirs.isn, mine.expectedACK(theirs))
	}
	opts := s.opts
	opts.sack = slices.Clone(opts.sack)
	for i := range opts.sack {
		opts.sack[i][0] += theirs.isn
		opts.sack[i][1] += theirs.isn
	}
	tcp.opts = opts.encode()
	tcp.payload = payload(s)

	b := built{seq: tcp.seq, consumed: uint32(len(tcp.payload))}
	if s.flags.Has(segment.SYN) {
		b.consumed++
	}
	if s.flags.Has(segment.FIN) {
		b.consumed++
	}
	b.data = appendLink(nil, w.link, &frame, ip.src)
	b.ipAt = len(b.data)
	b.data = appendIP(b.data, &ip, protoTCP, 20+len(tcp.opts)+len(tcp.payload))
	b.data = appendTCP(b.data, &tcp, &ip)
	b.data = append(b.data, make([]byte, frame.pad)...)
	return b
}

// payload is the data of s, filled up to its length.
func payload(s *spec) []byte {
	if s.length <= len(s.data) {
		return s.data
	}
	return append(slices.Clip(s.data), bytes.Repeat([]byte{'x'}, s.length-len(s.data))...)
}

// commit sends the segment: it moves both ends on and writes the packet.
func (w *world) commit(s *spec, b built) bool {
	w.conv(s.from, s.to).send(b.seq, b.consumed, s.flags)
	if !s.lost {
		w.conv(s.to, s.from).receive(b.seq, b.consumed, s.flags)
	}
	if !s.idGiven && !(s.flags.Has(segment.RST) && !s.flags.Has(segment.ACK)) {
		s.from.ipID++
	} else if s.idGiven && s.ip.id != 0 {
		s.from.ipID = s.ip.id + 1
	}
	head := 28
	if !s.from.addr.Is4() {
		head = 48
	}
	s.from.sent = append(s.from.sent, sentSegment{
		seq: b.seq - w.conv(s.from, s.to).isn, quote: slices.Clone(b.data[b.ipAt : b.ipAt+head]),
	})
	if s.drop {
		w.bytes += head // it takes memory all the same
		return len(s.from.sent) <= maxPackets && w.bytes <= maxBytes
	}
	s.from.last, s.from.lastIP = len(w.packets)+1, b.ipAt
	return w.write(s.at, b.data, len(b.data), s.cap)
}

// beat writes a UDP packet that has nothing to do with the endpoints.
func (w *world) beat(at capture.Time) bool {
	data := w.beatPacket()
	return w.write(at, data, len(data), -1)
}

func (w *world) beatPacket() []byte {
	ip := &ipHeader{src: beat4[0], dst: beat4[1], ttl: 64}
	if w.link == segment.LinkIPv6 || len(w.hosts) > 0 && !w.hosts[0].addr.Is4() {
		ip.src, ip.dst = beat6[0], beat6[1]
	}
	frame := &frameInfo{src: mac{2, 0, 0, 1, 0, 1}, dst: mac{2, 0, 0, 1, 0, 2}, vlan: -1}
	const text = "beat"
	b := appendLink(nil, w.link, frame, ip.src)
	b = appendIP(b, ip, protoUDP, 8+len(text))
	return appendUDP(b, 9, 9, []byte(text), ip)
}

// icmp writes an error from router to the sender of the quoted segment.
func (w *world) icmp(at capture.Time, from, to *host, typ, code uint8, quote []byte) bool {
	ip := &ipHeader{src: from.addr, dst: to.addr, ttl: 64, tos: 0xc0, id: from.ipID, nodf: true}
	from.ipID++
	proto := uint8(protoICMP)
	if !ip.src.Is4() {
		proto = protoICMPv6
	}
	b := appendLink(nil, w.link, &frameInfo{src: from.mac, dst: to.mac, vlan: -1}, ip.src)
	b = appendIP(b, ip, proto, 8+len(quote))
	b = appendICMP(b, typ, code, quote, ip)
	return w.write(at, b, len(b), -1)
}

// dup writes h's last captured packet once more; ttl is -1 to leave it alone.
func (w *world) dup(at capture.Time, h *host, ttl int) bool {
	old := w.packets[h.last-1]
	data := slices.Clone(old.Data)
	if ttl >= 0 {
		setTTL(data[min(h.lastIP, len(data)):], uint8(ttl))
	}
	return w.write(at, data, old.Length, -1)
}

// setTTL changes the TTL or hop limit of the packet that begins at b, as a
// router does that forwards it.
func setTTL(b []byte, ttl uint8) {
	switch {
	case len(b) >= 40 && b[0]>>4 == 6:
		b[7] = ttl
	case len(b) >= 20 && b[0]>>4 == 4:
		b[8] = ttl
		be.PutUint16(b[10:], 0)
		be.PutUint16(b[10:], checksum.Of(b[:20]))
	}
}

// frame writes any octets as a packet.
func (w *world) frame(at capture.Time, data []byte, length int) bool {
	return w.write(at, data, length, -1)
}
