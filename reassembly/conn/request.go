package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/seqnum"
)

// RecordKind says what a TLS record is for, as far as its header and its place
// tell (RFC 8446 §5).
type RecordKind uint8

// The kinds. From TLS 1.3 on all but the first records look like application
// data: what the client sends right behind its ChangeCipherSpec is its Finished,
// an alert is 19 octets long, and what the server sends first and at once in
// answer to Finished are its session tickets.
const (
	HandshakeRecord RecordKind = iota
	TicketRecord
	DataRecord
	AlertRecord
)

// Burst is a run of TLS records of one kind and one sender, with no other
// record between them.
type Burst struct {
	Kind                 RecordKind
	By                   Role
	Start, End           frame.Time // of the segments that their headers came in
	StartFrame, EndFrame uint32
	Largest              uint16 // octets of the largest record, its header left out
	Bytes                int64  // octets of all, headers included
}

// housekeeping is the length up to which a TLS record from a client is taken for
// HTTP/2's acknowledgments, pings and window updates, one or two in a record. A
// request line with a host is longer.
const housekeeping = 46

// Asks reports whether b may hold a request.
func (b *Burst) Asks() bool {
	return b.By == Client && b.Kind == DataRecord && b.Largest > housekeeping
}

// maxBursts bounds how many bursts are kept of a connection: the latest.
const maxBursts = 8

// tailLen is how many octets are kept of the end of what each side said.
const tailLen = 8

// requests is what is kept of a conversation to tell requests from what only
// goes with them.
type requests struct {
	scan   [2]recordScan
	bursts [maxBursts]Burst // By is a side here
	n      uint8

	answerTime time.Duration // from the client's first record to the server's first
	hello      frame.Time    // of the client's first record
	finished   frame.Time    // of the client's Finished in TLS 1.3; 0 before
	client     uint8         // side that sent the first record
	ticket     uint16        // length of the first session ticket, 0 before
	tickets    uint8
	begun      bool
}

// tail is the end of a side's payload so far.
type tail struct {
	end    seqnum.Offset
	octets [tailLen]byte
	n      uint8
}

// recordScan finds the record headers of one side.
type recordScan struct {
	next seqnum.Offset // where the next header stands; valid iff sure
	sure bool

	last   uint8 // type of the latest record
	sealed bool  // its handshake messages look like application data
}

// Types of TLS records (RFC 8446 §5.1), and the length of an alert in TLS 1.3:
// two octets, the inner type and the tag of an AEAD.
const (
	recordCipherSpec = 20
	recordAlert      = 21
	recordHandshake  = 22
	recordData       = 23
	recordHeader     = 5
	sealedAlert      = 2 + 1 + 16
)

// keep takes in the end of a segment's payload.
func (t *tail) keep(payload []byte, whole bool, seq seqnum.Offset) {
	if !whole {
		t.n = 0
		return
	}
	if seq != t.end {
		t.n = 0
	}
	t.end = seq + seqnum.Offset(len(payload))
	if len(payload) >= tailLen {
		payload = payload[len(payload)-tailLen:]
		t.n = 0
	}
	if over := int(t.n) + len(payload) - tailLen; over > 0 {
		copy(t.octets[:], t.octets[over:t.n])
		t.n -= uint8(over)
	}
	t.n += uint8(copy(t.octets[t.n:], payload))
}

// records looks through a segment's payload for TLS records. size is its
// length on the wire, of which payload may be only the start.
func (q *requests) records(payload []byte, size uint32, side uint8, seq seqnum.Offset, frame uint32, now frame.Time) {
	s := &q.scan[side]
	end := seq + seqnum.Offset(size)
	switch {
	case s.sure && s.next >= end: // in the middle of a record
		return
	case !s.sure || s.next < seq: // not met yet, or lost in a gap
		s.next = seq
	}
	s.sure = false
	for s.next < end {
		at := int(s.next - seq)
		if at+recordHeader > len(payload) {
			return
		}
		h := payload[at:]
		if h[0] < recordCipherSpec || h[0] > recordData || h[1] != 3 || h[2] > 4 {
			return
		}
		n := uint16(h[3])<<8 | uint16(h[4])
		q.record(h[0], n, side, frame, now)
		s.next += recordHeader + seqnum.Offset(n)
	}
	s.sure = true
}

// record takes in the header of one record.
func (q *requests) record(kind uint8, size uint16, side uint8, frame uint32, now frame.Time) {
	if !q.begun {
		q.begun, q.client, q.hello = true, side, now
	}
	if side != q.client && q.answerTime == 0 {
		q.answerTime = now.Sub(q.hello)
	}
	b := Burst{
		Kind: q.kindOf(kind, size, side, now), By: Role(side), Start: now, End: now,
		StartFrame: frame, EndFrame: frame, Largest: size, Bytes: int64(size) + recordHeader,
	}
	q.scan[side].last = kind
	if q.n > 0 {
		if last := &q.bursts[q.n-1]; last.Kind == b.Kind && last.By == b.By {
			last.End, last.EndFrame = now, frame
			last.Largest = max(last.Largest, size)
			last.Bytes += b.Bytes
			return
		}
	}
	if q.n == maxBursts {
		copy(q.bursts[:], q.bursts[1:])
		q.n--
	}
	q.bursts[q.n] = b
	q.n++
}

func (q *requests) kindOf(kind uint8, size uint16, side uint8, now frame.Time) RecordKind {
	switch {
	case kind == recordAlert, kind == recordData && size == sealedAlert:
		return AlertRecord
	case kind != recordData:
		return HandshakeRecord
	case side == q.client && q.scan[side].last == recordCipherSpec:
		q.finished = now
		return HandshakeRecord
	case side != q.client && q.finished == 0 && (q.scan[side].last == recordCipherSpec || q.scan[side].sealed):
		q.scan[side].sealed = true
		return HandshakeRecord // Certificate and the like, in TLS 1.3
	case side != q.client && q.isTicket(size, now):
		return TicketRecord
	}
	return DataRecord
}

// isTicket reports whether a record of the server is a session ticket: the
// first after the client's Finished, and at once; a second of the same length.
func (q *requests) isTicket(size uint16, now frame.Time) bool {
	const patience = 20 * time.Millisecond
	if q.finished == 0 || now.Sub(q.finished) > 2*q.answerTime+patience {
		return false
	}
	q.tickets++
	if q.tickets == 1 {
		q.ticket = size
		return true
	}
	return q.tickets == 2 && size == q.ticket
}

// Bursts returns the latest bursts of TLS records, in the order of the file;
// none where the connection carries no TLS.
func (c *Conn) Bursts() []Burst {
	q := c.from.requests
	if q == nil {
		return nil
	}
	out := make([]Burst, q.n)
	for i := range out {
		out[i] = q.bursts[i]
		out[i].By ^= Role(c.client)
	}
	return out
}

// Tail returns the last octets of payload that r was seen to send, and the
// sequence position behind them; none where a segment was not captured whole.
// It is what the network carried: never print it unescaped.
func (c *Conn) Tail(r Role) ([]byte, seqnum.Offset) {
	if c.from.talk == nil {
		return nil, 0
	}
	t := &c.from.talk.tails[uint8(r)^c.client]
	return t.octets[:t.n], t.end
}
