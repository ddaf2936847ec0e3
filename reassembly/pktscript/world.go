package pktscript

import (
	"net/netip"
	"slices"
	"strings"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// host is one endpoint of the script.
type host struct {
	name   string
	addr   netip.Addr
	port   uint16
	router bool // declared without a port
	mac    mac
	isn    uint32
	ipID   uint16 // of its next packet
	peers  []*host
	last   int // 1 + index of its last captured packet; 0 before
	lastIP int // offset of the IP header in that packet
	sent   []sentSegment
}

// sentSegment is what an ICMP error can quote.
type sentSegment struct {
	seq   uint32 // relative
	quote []byte // IP header and 8 octets
}

// conv is one direction of a conversation, as its sender keeps it.
type conv struct {
	isn, nxt uint32 // SND.NXT, as on the wire
	started  bool   // something was sent
	rcv      uint32 // RCV.NXT; valid if received is set
	received bool
	early    [][2]uint32 // received out of order, beyond rcv
}

// world is the state of a script between two of its lines.
type world struct {
	link    segment.LinkType
	snaplen int
	start   capture.Time
	now     capture.Time
	hosts   []*host // in the order of declaration
	convs   map[[2]*host]*conv
	packets []capture.Packet
	bytes   int
}

// defaultStart is 2026-01-01T00:00:00Z.
const defaultStart capture.Time = 1767225600e9

func newWorld() *world {
	return &world{
		link: segment.LinkEthernet, snaplen: maxSnaplen, start: defaultStart, now: defaultStart,
		convs: map[[2]*host]*conv{},
	}
}

func (w *world) host(name string) *host {
	for _, h := range w.hosts {
		if h.name == name {
			return h
		}
	}
	return nil
}

// declare adds an endpoint and pairs it with its peer by name: A2 with B2 or
// else B, and the first two with each other.
func (w *world) declare(h *host) {
	n := len(w.hosts) + 1
	h.mac = mac{2, 0, 0, 0, byte(n >> 8), byte(n)}
	h.ipID = uint16(n << 12)
	w.hosts = append(w.hosts, h)
}

// pair gives every endpoint the peer that its name suggests. It runs once, before
// the first packet.
func (w *world) pair() {
	var ends []*host
	for _, h := range w.hosts {
		if !h.router {
			ends = append(ends, h)
		}
	}
	if len(ends) == 2 {
		meet(ends[0], ends[1])
		return
	}
	for _, h := range ends {
		number, ok := strings.CutPrefix(h.name, "A")
		if !ok {
			continue
		}
		peer := w.host("B" + number)
		if peer == nil {
			peer = w.host("B")
		}
		if peer != nil && !peer.router {
			meet(h, peer)
		}
	}
}

// meet makes a and b peers.
func meet(a, b *host) {
	if !slices.Contains(a.peers, b) {
		a.peers = append(a.peers, b)
	}
	if !slices.Contains(b.peers, a) {
		b.peers = append(b.peers, a)
	}
}

// conv returns what from keeps of its conversation with to.
func (w *world) conv(from, to *host) *conv {
	c := w.convs[[2]*host{from, to}]
	if c == nil {
		c = &conv{isn: from.isn, nxt: from.isn}
		w.convs[[2]*host{from, to}] = c
	}
	return c
}

// setISN begins a new incarnation of h's conversations: of the one with to, or of all.
func (w *world) setISN(h, to *host, isn uint32) {
	if to == nil {
		h.isn = isn
		for key, c := range w.convs {
			if key[0] == h {
				c.isn, c.nxt, c.started = isn, isn, false
			}
		}
		return
	}
	c := w.conv(h, to)
	c.isn, c.nxt, c.started = isn, isn, false
}

// send moves the sender's SND.NXT over n octets from seq.
func (c *conv) send(seq, n uint32, flags segment.Flags) {
	if flags.Has(segment.RST) {
		return
	}
	if end := seq + n; !c.started || flags.Has(segment.SYN) || int32(end-c.nxt) > 0 {
		c.nxt = end
	}
	c.started = true
}

// receive moves RCV.NXT of c's sender over n octets from seq, which its peer sent.
func (c *conv) receive(seq, n uint32, flags segment.Flags) {
	end := seq + n
	switch {
	case flags.Has(segment.RST):
	case flags.Has(segment.SYN) || !c.received:
		c.rcv, c.received, c.early = end, true, nil
	case int32(seq-c.rcv) > 0:
		if n > 0 && len(c.early) < 1024 {
			c.early = append(c.early, [2]uint32{seq, end})
		}
	case int32(end-c.rcv) > 0:
		c.rcv = end
		c.absorb()
	}
}

// absorb takes in what had arrived early and now fits.
func (c *conv) absorb() {
	for i := 0; i < len(c.early); {
		if e := c.early[i]; int32(e[0]-c.rcv) <= 0 {
			if int32(e[1]-c.rcv) > 0 {
				c.rcv = e[1]
			}
			c.early = slices.Delete(c.early, i, i+1)
			i = 0
			continue
		}
		i++
	}
}

// expectedACK is what c's sender acknowledges unless told otherwise.
func (c *conv) expectedACK(peer *conv) uint32 {
	if c.received {
		return c.rcv
	}
	return peer.isn
}

// write appends a packet; false if the script has grown too large. kept is the
// number of octets captured, or -1 for all that snaplen leaves.
func (w *world) write(at capture.Time, data []byte, length, kept int) bool {
	if kept < 0 || kept > len(data) {
		kept = len(data)
	}
	data = data[:min(kept, w.snaplen)]
	w.bytes += len(data)
	w.packets = append(w.packets, capture.Packet{
		Number: len(w.packets) + 1, Time: at, Link: w.link, Length: length, Data: slices.Clip(data),
	})
	return len(w.packets) <= maxPackets && w.bytes <= maxBytes
}

// offsets fills in where the packets' records stand in the pcap file.
func (w *world) offsets() {
	at := int64(24)
	for i := range w.packets {
		w.packets[i].Offset = at
		at += 16 + int64(len(w.packets[i].Data))
	}
}
