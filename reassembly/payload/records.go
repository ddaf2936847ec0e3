package payload

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
	By                   uint8      // Client or Server; in a Store the side
	Largest              uint16     // octets of the largest record, its header left out
	Start, End           frame.Time // of the segments that their headers came in
	StartFrame, EndFrame int64
	Bytes                int64 // octets of all, headers included
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

// records is what is kept of a conversation in TLS to tell requests from what only
// goes with them.
type records struct {
	scan   [2]recordScan
	bursts [maxBursts]Burst
	n      uint8
	alerts [2]Alert // by side

	answerTime time.Duration // from the client's first record to the server's first
	hello      frame.Time    // of the client's first record
	finished   frame.Time    // of the client's Finished in TLS 1.3; 0 before
	client     uint8         // side that sent the first record
	ticket     uint16        // length of the first session ticket, 0 before
	tickets    uint8
	begun      bool
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

// add looks through a piece for TLS records.
func (q *records) add(p *Piece) {
	q.alert(p)
	s := &q.scan[p.Side]
	end := p.At + seqnum.Offset(p.Size)
	switch {
	case s.sure && s.next >= end: // in the middle of a record
		return
	case !s.sure || s.next < p.At: // not met yet, or lost in a gap
		s.next = p.At
	}
	s.sure = false
	for s.next < end {
		at := int(s.next - p.At)
		if at+recordHeader > len(p.Octets) {
			return
		}
		h := p.Octets[at:]
		if h[0] < recordCipherSpec || h[0] > recordData || h[1] != 3 || h[2] > 4 {
			return
		}
		n := uint16(h[3])<<8 | uint16(h[4])
		q.record(h[0], n, p)
		s.next += recordHeader + seqnum.Offset(n)
	}
	s.sure = true
}

// record takes in the header of one record.
func (q *records) record(kind uint8, size uint16, p *Piece) {
	side, now := p.Side, p.Time
	if !q.begun {
		q.begun, q.client, q.hello = true, side, now
	}
	if side != q.client && q.answerTime == 0 {
		q.answerTime = now.Sub(q.hello)
	}
	b := Burst{
		Kind: q.kindOf(kind, size, side, now), By: side, Start: now, End: now,
		StartFrame: p.Frame, EndFrame: p.Frame, Largest: size, Bytes: int64(size) + recordHeader,
	}
	q.scan[side].last = kind
	if q.n > 0 {
		if last := &q.bursts[q.n-1]; last.Kind == b.Kind && last.By == b.By {
			last.End, last.EndFrame = now, p.Frame
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

func (q *records) kindOf(kind uint8, size uint16, side uint8, now frame.Time) RecordKind {
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
func (q *records) isTicket(size uint16, now frame.Time) bool {
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
