package conn

import (
	"finwait/reassembly/seqnum"
)

// counters are what the segments of a connection came to: what each end sent and what
// the other acknowledged of it. A connection has them from the first segment on that
// was not the one expected; until then its log says it all. They hold no pointers.
type counters struct {
	ends  [2]endpoint // side 0 has the smaller address and port
	views uint32      // index into Store.viewed, or 0
	shut  uint32      // index into Store.shut, or 0

	atFirstFIN seqnum.Offset // SND.NXT of the other side when the first FIN came
	firstFIN   uint8         // side of the first captured FIN, or noSide
	afterFIN   uint8         // segments kept since the first FIN
	shared     bool          // segments of other VLANs or tunnels shared the stream
	seen       caveatBits
}

const noSide = 2

func (c *counters) reset() {
	*c = counters{firstFIN: noSide}
	c.ends[0].scale, c.ends[1].scale = -1, -1
}

// endpoint is one end of a connection: what it sent, and what the other end
// acknowledged of it.
type endpoint struct {
	base    seqnum.Value  // sequence number of offset 0: the ISN, where it is known
	low     seqnum.Offset // lowest offset seen
	sndNxt  seqnum.Offset // one past the highest octet captured, SYN and FIN included
	sndUna  seqnum.Offset // highest acknowledgment by the other end
	fin     seqnum.Offset // position of the FIN, iff hasFIN
	lastAck seqnum.Offset // what it last acknowledged
	payload int64         // payload octets captured, sequence space counted once

	packets, dataSegments             uint32
	retransmits, outOfOrder           uint32
	dupACKs, keepAlives, finCopies    uint32
	resets, rsts                      uint32 // rsts: all of them; resets: those at RCV.NXT
	holes                             uint32 // index into Store.holes, or 0
	lastWindow                        uint16
	lastID                            uint16 // IP identification of its latest segment that had one
	scale                             int8   // window scale shift; -1 where unknown
	ttlMin, ttlMax                    uint8
	idSteps                           uint8 // so often in a row lastID went up by little
	synced, hasSYN, hasFIN, synAnswer bool  // synAnswer: its SYN carried an ACK
	zeroWindow, probed                bool  // probed: its latest segment was a probe
	begun                             bool  // it sent a segment without SYN
	ackedFIN                          bool  // it acknowledged the peer's FIN
}

// caveatBits are the limits noticed while segments came.
type caveatBits uint8

const (
	sawDuplicates caveatBits = 1 << iota
	sawClockStep
	sawOffload
	sawCutHeader
)

// End says why the record of a connection was closed.
type End uint8

// The reasons.
const (
	EndNone End = iota
	EndClosed
	EndReset
	EndReused
	EndIdle
	EndEvicted
	EndCapture
)

var endNames = [...]string{"", "closed", "reset", "reused", "idle", "evicted", "capture-end"}

func (e End) String() string { return endNames[e] }

// sync fixes the origin of the endpoint's sequence space at its first sign.
func (e *endpoint) sync(base seqnum.Value, at seqnum.Offset) {
	e.base, e.synced = base, true
	e.low, e.sndNxt, e.sndUna = at, at, at
}

// nextSeq returns one past the highest octet that this endpoint is known to have
// sent: captured, or acknowledged by the other end.
func (e *endpoint) nextSeq() seqnum.Offset { return max(e.sndNxt, e.sndUna) }

// window returns the last advertised window in octets. Where the scale is not
// known the largest possible one is assumed (RFC 7323 §2.3: 14), since the
// window serves to decide what an endpoint could have accepted.
func (e *endpoint) window() seqnum.Offset {
	shift := e.scale
	if shift < 0 {
		shift = 14
	}
	return seqnum.Offset(e.lastWindow) << shift
}
