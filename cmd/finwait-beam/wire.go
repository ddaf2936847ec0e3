package main

import (
	"encoding/binary"
	"errors"

	"finwait/reassembly/codec"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// wireVersion is the first octet of every list of packets that passes between workers. It
// changes with what follows.
const wireVersion = 1

// Packet is a packet of one 4-tuple, as it passes between workers.
type Packet struct {
	Frame   frame.Frame
	Now     frame.Time // the latest time of the capture until then
	File    int        // which of the captures it is in
	Quote   bool       // an ICMP error that quotes the segment
	Opens   bool       // it opens a stream
	Stream  uint32     // which; valid iff Opens
	Segment segment.Segment
}

// The bits that say what follows in the encoding of a packet.
const (
	hasStream = 1 << iota
	isQuote
	fromGreater // sent by the greater endpoint
	hasLate     // Now is later than the packet
	hasFile     // another than that of the packet before
	hasPath     // likewise
	hasOptions
	hasPayload
	isNoLen
	isBadOffset
	isShortOffset
	hasHeader // of ICMP
)

// encoder appends packets of one 4-tuple to a list.
type encoder struct {
	codec.Encoder
	last Packet
}

// add appends p, whose segment was sent from a side of the tuple.
func (e *encoder) add(p *Packet, greater bool) {
	if len(e.B) == 0 {
		e.Octet(wireVersion)
		e.last = Packet{}
	}
	s := &p.Segment
	var bits uint64
	for _, is := range [...]struct {
		set bool
		bit uint64
	}{
		{p.Opens, hasStream},
		{p.Quote, isQuote},
		{greater, fromGreater},
		{p.Now != p.Frame.Time, hasLate},
		{p.File != e.last.File, hasFile},
		{s.Path != e.last.Segment.Path, hasPath},
		{s.Options != segment.Options{}, hasOptions},
		{len(s.Payload) > 0, hasPayload},
		{s.NoLen, isNoLen},
		{s.BadOffset, isBadOffset},
		{s.ShortOffset, isShortOffset},
		{s.ICMP.Header, hasHeader},
	} {
		if is.set {
			bits |= is.bit
		}
	}
	e.Unsigned(bits)
	e.Signed(int64(p.Frame.Number - e.last.Frame.Number))
	e.Signed(int64(p.Frame.Time - e.last.Frame.Time))
	if bits&hasStream != 0 {
		e.Unsigned(uint64(p.Stream))
	}
	if bits&hasLate != 0 {
		e.Signed(int64(p.Now - p.Frame.Time))
	}
	if bits&hasFile != 0 {
		e.Unsigned(uint64(p.File))
	}
	if bits&hasPath != 0 {
		e.path(&s.Path)
	}
	e.B = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(e.B, uint32(s.Seq)), uint32(s.Ack))
	e.Fixed([]byte{byte(s.Flags), s.TTL})
	e.B = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(e.B, s.Window), s.IPID)
	e.Unsigned(uint64(s.PayloadLen))
	if bits&hasPayload != 0 {
		e.Octets(s.Payload)
	}
	if bits&hasOptions != 0 {
		e.options(&s.Options)
	}
	if bits&isQuote != 0 {
		e.Fixed([]byte{s.ICMP.Type, s.ICMP.Code})
		e.Fixed(s.ICMP.From[:])
	}
	e.last.Frame, e.last.File, e.last.Segment.Path = p.Frame, p.File, s.Path
}

func (e *encoder) path(p *segment.Path) {
	for _, id := range p.VLAN {
		e.Unsigned(uint64(id))
	}
	e.Fixed([]byte{p.VLANs, byte(p.Tunnel)})
	e.Flags(p.HasTunnelID)
	e.Unsigned(uint64(p.TunnelID))
	e.Unsigned(uint64(p.Interface))
}

func (e *encoder) options(o *segment.Options) {
	e.Flags(o.Cut, o.HasMSS, o.HasScale, o.HasTimestamps, o.SACKPermitted, o.Multipath)
	e.Unsigned(uint64(o.MSS))
	e.Fixed([]byte{o.Scale, o.SACKs})
	e.Unsigned(uint64(o.TSVal))
	e.Unsigned(uint64(o.TSEcr))
	for _, block := range o.SACK {
		e.Unsigned(uint64(block.Left))
		e.Unsigned(uint64(block.Right))
	}
}

var errWire = errors.New("packets of another version of the program, or damaged")

// decoder reads what an encoder wrote.
type decoder struct {
	codec.Decoder
	last Packet
	key  tuple
}

// newDecoder returns a decoder of packets of a 4-tuple.
func newDecoder(b []byte, key tuple) (*decoder, error) {
	if len(b) == 0 || b[0] != wireVersion {
		return nil, errWire
	}
	return &decoder{Decoder: codec.Decoder{B: b[1:]}, key: key}, nil
}

// next returns the next packet; false at the end. It is valid until the next.
func (d *decoder) next() (*Packet, bool, error) {
	if len(d.B) == 0 {
		return nil, false, nil
	}
	p := &d.last
	file, path := p.File, p.Segment.Path
	number, at := p.Frame.Number, p.Frame.Time
	bits := d.Unsigned()
	*p = Packet{Opens: bits&hasStream != 0, Quote: bits&isQuote != 0, File: file}
	s := &p.Segment
	s.Path = path
	p.Frame.Number, p.Frame.Time = number+int(d.Signed()), at+frame.Time(d.Signed())
	if p.Opens {
		p.Stream = uint32(d.Unsigned())
	}
	if p.Now = p.Frame.Time; bits&hasLate != 0 {
		p.Now += frame.Time(d.Signed())
	}
	if bits&hasFile != 0 {
		p.File = int(d.Unsigned())
	}
	if bits&hasPath != 0 {
		d.path(&s.Path)
	}
	s.Src, s.Dst, s.Is4 = d.key.ends[0], d.key.ends[1], d.key.is4
	if bits&fromGreater != 0 {
		s.Src, s.Dst = s.Dst, s.Src
	}
	fixed := d.Fixed(14)
	s.Seq, s.Ack = seqnum.Value(binary.BigEndian.Uint32(fixed)), seqnum.Value(binary.BigEndian.Uint32(fixed[4:]))
	s.Flags, s.TTL = segment.Flags(fixed[8]), fixed[9]
	s.Window, s.IPID = binary.BigEndian.Uint16(fixed[10:]), binary.BigEndian.Uint16(fixed[12:])
	s.PayloadLen = uint32(d.Unsigned())
	if bits&hasPayload != 0 {
		s.Payload = d.Octets(1 << 30)
	}
	if bits&hasOptions != 0 {
		d.options(&s.Options)
	}
	if p.Quote {
		icmp := d.Fixed(18)
		s.ICMP = segment.ICMP{Type: icmp[0], Code: icmp[1], From: segment.Addr(icmp[2:])}
	}
	s.NoLen, s.BadOffset, s.ShortOffset = bits&isNoLen != 0, bits&isBadOffset != 0, bits&isShortOffset != 0
	s.ICMP.Header = bits&hasHeader != 0
	if d.Err != nil {
		return nil, false, errWire
	}
	return p, true, nil
}

func (d *decoder) path(p *segment.Path) {
	for i := range p.VLAN {
		p.VLAN[i] = uint16(d.Unsigned())
	}
	kinds := d.Fixed(2)
	p.VLANs, p.Tunnel = kinds[0], segment.TunnelKind(kinds[1])
	d.Flags(&p.HasTunnelID)
	p.TunnelID, p.Interface = uint32(d.Unsigned()), uint16(d.Unsigned())
}

func (d *decoder) options(o *segment.Options) {
	d.Flags(&o.Cut, &o.HasMSS, &o.HasScale, &o.HasTimestamps, &o.SACKPermitted, &o.Multipath)
	o.MSS = uint16(d.Unsigned())
	small := d.Fixed(2)
	o.Scale, o.SACKs = small[0], small[1]
	o.TSVal, o.TSEcr = uint32(d.Unsigned()), uint32(d.Unsigned())
	for i := range o.SACK {
		o.SACK[i] = segment.SACKBlock{Left: seqnum.Value(d.Unsigned()), Right: seqnum.Value(d.Unsigned())}
	}
}
