package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/fnv"

	"finwait/reassembly/segment"
)

// tuple is a 4-tuple: what segments are grouped by. The family is part of it, as it is of
// Wireshark's conversations.
type tuple struct {
	ends [2]segment.Endpoint // the smaller first
	is4  bool
}

// tupleOf returns that of a segment, and whether its greater end sent it.
func tupleOf(s *segment.Segment) (t tuple, greater bool) {
	if cmp.Or(bytes.Compare(s.Src.Addr[:], s.Dst.Addr[:]), cmp.Compare(s.Src.Port, s.Dst.Port)) > 0 {
		return tuple{[2]segment.Endpoint{s.Dst, s.Src}, s.Is4}, true
	}
	return tuple{[2]segment.Endpoint{s.Src, s.Dst}, s.Is4}, false
}

// key returns t as a key: 12 octets for IPv4, 36 else.
func (t *tuple) key() []byte {
	var b []byte
	for i := range t.ends {
		addr := t.ends[i].Addr[:]
		if t.is4 {
			addr = addr[12:]
		}
		b = binary.BigEndian.AppendUint16(append(b, addr...), t.ends[i].Port)
	}
	return b
}

func parseTuple(b []byte) (t tuple, err error) {
	size := 16
	switch len(b) {
	case 12:
		size, t.is4 = 4, true
	case 36:
	default:
		return t, errWire
	}
	for i := range t.ends {
		e := &t.ends[i]
		if t.is4 {
			e.Addr[10], e.Addr[11] = 0xff, 0xff
		}
		copy(e.Addr[16-size:], b)
		e.Port = binary.BigEndian.Uint16(b[size:])
		b = b[size+2:]
	}
	return t, nil
}

// hash returns a number that follows from a key alone.
func hash(key []byte) uint32 {
	h := fnv.New32a()
	h.Write(key)
	return h.Sum32()
}
