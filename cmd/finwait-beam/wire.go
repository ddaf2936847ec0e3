package main

import (
	"encoding/binary"
	"errors"

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
	b    []byte
	last Packet
}

// add appends p, whose segment was sent from a side of the tuple.
func (e *encoder) add(p *Packet, greater bool) {
	if len(e.b) == 0 {
		e.b, e.last = append(e.b, wireVersion), Packet{}
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
	e.unsigned(bits)
	e.signed(int64(p.Frame.Number - e.last.Frame.Number))
	e.signed(int64(p.Frame.Time - e.last.Frame.Time))
	if bits&hasStream != 0 {
		e.unsigned(uint64(p.Stream))
	}
	if bits&hasLate != 0 {
		e.signed(int64(p.Now - p.Frame.Time))
	}
	if bits&hasFile != 0 {
		e.unsigned(uint64(p.File))
	}
	if bits&hasPath != 0 {
		e.path(&s.Path)
	}
	e.b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(e.b, uint32(s.Seq)), uint32(s.Ack))
	e.b = append(e.b, byte(s.Flags), s.TTL)
	e.b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(e.b, s.Window), s.IPID)
	e.unsigned(uint64(s.PayloadLen))
	if bits&hasPayload != 0 {
		e.unsigned(uint64(len(s.Payload)))
		e.b = append(e.b, s.Payload...)
	}
	if bits&hasOptions != 0 {
		e.options(&s.Options)
	}
	if bits&isQuote != 0 {
		e.b = append(append(e.b, s.ICMP.Type, s.ICMP.Code), s.ICMP.From[:]...)
	}
	e.last.Frame, e.last.File, e.last.Segment.Path = p.Frame, p.File, s.Path
}

func (e *encoder) unsigned(v uint64) { e.b = binary.AppendUvarint(e.b, v) }
func (e *encoder) signed(v int64)    { e.b = binary.AppendVarint(e.b, v) }

func (e *encoder) flags(list ...bool) {
	v := byte(0)
	for i, is := range list {
		if is {
			v |= 1 << i
		}
	}
	e.b = append(e.b, v)
}

func (e *encoder) path(p *segment.Path) {
	for _, id := range p.VLAN {
		e.unsigned(uint64(id))
	}
	e.b = append(e.b, p.VLANs, byte(p.Tunnel))
	e.flags(p.HasTunnelID)
	e.unsigned(uint64(p.TunnelID))
	e.unsigned(uint64(p.Interface))
}

func (e *encoder) options(o *segment.Options) {
	e.flags(o.Cut, o.HasMSS, o.HasScale, o.HasTimestamps, o.SACKPermitted, o.Multipath)
	e.unsigned(uint64(o.MSS))
	e.b = append(e.b, o.Scale, o.SACKs)
	e.unsigned(uint64(o.TSVal))
	e.unsigned(uint64(o.TSEcr))
	for _, block := range o.SACK {
		e.unsigned(uint64(block.Left))
		e.unsigned(uint64(block.Right))
	}
}

var errWire = errors.New("packets of another version of the program, or damaged")

// decoder reads what an encoder wrote.
type decoder struct {
	b    []byte
	bad  bool
	last Packet
	key  tuple
}

// newDecoder returns a decoder of packets of a 4-tuple.
func newDecoder(b []byte, key tuple) (*decoder, error) {
	if len(b) == 0 || b[0] != wireVersion {
		return nil, errWire
	}
	return &decoder{b: b[1:], key: key}, nil
}

// next returns the next packet; false at the end. It is valid until the next.
func (d *decoder) next() (*Packet, bool, error) {
	if len(d.b) == 0 {
		return nil, false, nil
	}
	p := &d.last
	file, path := p.File, p.Segment.Path
	number, at := p.Frame.Number, p.Frame.Time
	bits := d.unsigned()
	*p = Packet{Opens: bits&hasStream != 0, Quote: bits&isQuote != 0, File: file}
	s := &p.Segment
	s.Path = path
	p.Frame.Number, p.Frame.Time = number+int(d.signed()), at+frame.Time(d.signed())
	if p.Opens {
		p.Stream = uint32(d.unsigned())
	}
	if p.Now = p.Frame.Time; bits&hasLate != 0 {
		p.Now += frame.Time(d.signed())
	}
	if bits&hasFile != 0 {
		p.File = int(d.unsigned())
	}
	if bits&hasPath != 0 {
		d.path(&s.Path)
	}
	s.Src, s.Dst, s.Is4 = d.key.ends[0], d.key.ends[1], d.key.is4
	if bits&fromGreater != 0 {
		s.Src, s.Dst = s.Dst, s.Src
	}
	fixed := d.take(14)
	s.Seq, s.Ack = seqnum.Value(binary.BigEndian.Uint32(fixed)), seqnum.Value(binary.BigEndian.Uint32(fixed[4:]))
	s.Flags, s.TTL = segment.Flags(fixed[8]), fixed[9]
	s.Window, s.IPID = binary.BigEndian.Uint16(fixed[10:]), binary.BigEndian.Uint16(fixed[12:])
	s.PayloadLen = uint32(d.unsigned())
	if bits&hasPayload != 0 {
		s.Payload = d.take(int(min(d.unsigned(), 1<<30)))
	}
	if bits&hasOptions != 0 {
		d.options(&s.Options)
	}
	if p.Quote {
		icmp := d.take(18)
		s.ICMP = segment.ICMP{Type: icmp[0], Code: icmp[1], From: segment.Addr(icmp[2:])}
	}
	s.NoLen, s.BadOffset, s.ShortOffset = bits&isNoLen != 0, bits&isBadOffset != 0, bits&isShortOffset != 0
	s.ICMP.Header = bits&hasHeader != 0
	if d.bad {
		return nil, false, errWire
	}
	return p, true, nil
}

func (d *decoder) unsigned() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

// take returns the next n octets.
func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.bad, d.b = true, nil
		return make([]byte, min(n, 64))
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) flags(list ...*bool) {
	v := d.take(1)[0]
	for i, is := range list {
		*is = v>>i&1 != 0
	}
}

func (d *decoder) path(p *segment.Path) {
	for i := range p.VLAN {
		p.VLAN[i] = uint16(d.unsigned())
	}
	kinds := d.take(2)
	p.VLANs, p.Tunnel = kinds[0], segment.TunnelKind(kinds[1])
	d.flags(&p.HasTunnelID)
	p.TunnelID, p.Interface = uint32(d.unsigned()), uint16(d.unsigned())
}

func (d *decoder) options(o *segment.Options) {
	d.flags(&o.Cut, &o.HasMSS, &o.HasScale, &o.HasTimestamps, &o.SACKPermitted, &o.Multipath)
	o.MSS = uint16(d.unsigned())
	small := d.take(2)
	o.Scale, o.SACKs = small[0], small[1]
	o.TSVal, o.TSEcr = uint32(d.unsigned()), uint32(d.unsigned())
	for i := range o.SACK {
		o.SACK[i] = segment.SACKBlock{Left: seqnum.Value(d.unsigned()), Right: seqnum.Value(d.unsigned())}
	}
}
