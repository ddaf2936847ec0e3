package parquettest

import (
	"encoding/binary"
	"fmt"
)

// message is a struct of the compact protocol: its fields by number, each an int64, a
// bool, a string, a message or a list of such.
type message map[int]any

func (m message) int(field int) int64 { v, _ := m[field].(int64); return v }

func (m message) text(field int) string { v, _ := m[field].(string); return v }

func (m message) in(field int) message { v, _ := m[field].(message); return v }

func (m message) list(field int) []any { v, _ := m[field].([]any); return v }

// decoder takes messages from b; what is not as it should be panics, and Read recovers.
type decoder struct{ b []byte }

func (d *decoder) octet() byte {
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		panic("bad varint")
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v := d.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (d *decoder) message() message {
	m, last := message{}, 0
	for {
		head := d.octet()
		if head == 0 {
			return m
		}
		if head>>4 == 0 {
			last = int(d.varint())
		} else {
			last += int(head >> 4)
		}
		switch kind := head & 15; kind {
		case 1, 2:
			m[last] = kind == 1
		default:
			m[last] = d.value(kind)
		}
	}
}

func (d *decoder) value(kind byte) any {
	switch kind {
	case 3:
		return int64(int8(d.octet()))
	case 4, 5, 6:
		return d.varint()
	case 8:
		n := d.uvarint()
		s := string(d.b[:n])
		d.b = d.b[n:]
		return s
	case 9:
		head := d.octet()
		n := uint64(head >> 4)
		if n == 15 {
			n = d.uvarint()
		}
		list := []any{}
		for range n {
			list = append(list, d.value(head&15))
		}
		return list
	case 12:
		return d.message()
	}
	panic(fmt.Sprintf("type %d", kind))
}
