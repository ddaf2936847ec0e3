package damage

import (
	"encoding/binary"
	"math/rand/v2"
)

// field is a number in a file.
type field struct{ at, size int }

// lie changes one of the fields: a little, or to a limit.
func lie(r *rand.Rand, b []byte, list []field) {
	if len(list) == 0 {
		return
	}
	f := list[r.IntN(len(list))]
	if f.at+f.size > len(b) {
		return
	}
	v := [...]uint64{0, 1, 7, 20, 60, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 262144, 262145, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1<<63 - 1, 1 << 63, 1<<64 - 1}
	text := make([]byte, 8)
	binary.LittleEndian.PutUint64(text, v[r.IntN(len(v))])
	old := b[f.at : f.at+f.size]
	switch r.IntN(4) {
	case 0:
		old[0] += byte(r.IntN(9)) - 4
	case 1:
		old[f.size-1] += byte(r.IntN(9)) - 4
	case 2:
		copy(old, text)
	default:
		for i := range old {
			old[i] = text[f.size-1-i]
		}
	}
}

// fields finds the lengths, times and numbers in a capture: of its header, of the
// records, and of what may be IP and TCP headers in them.
func fields(b []byte) (list []field) {
	if len(b) < 28 {
		return nil
	}
	magic := binary.LittleEndian.Uint32(b)
	if magic == 0x0a0d0d0a {
		return blockFields(b)
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch magic {
	case 0xa1b2c3d4, 0xa1b23c4d:
	case 0xd4c3b2a1, 0x4d3cb2a1:
		order = binary.BigEndian
	default:
		return nil
	}
	list = append(list, field{16, 4}, field{20, 4})
	for at := 24; at+16 <= len(b); {
		list = append(list, field{at, 4}, field{at + 4, 4}, field{at + 8, 4}, field{at + 12, 4})
		n := int64(order.Uint32(b[at+8:]))
		if at += 16; n > int64(len(b)-at) {
			break
		}
		list = packetFields(list, b[at:at+int(n)], at)
		at += int(n)
	}
	return list
}

// blockFields are those of pcapng.
func blockFields(b []byte) (list []field) {
	var order binary.ByteOrder = binary.LittleEndian
	if b[8] == 0x1a {
		order = binary.BigEndian
	}
	for at := 0; at+12 <= len(b); {
		list = append(list, field{at, 4}, field{at + 4, 4})
		n := int64(order.Uint32(b[at+4:]))
		if n < 12 || n > int64(len(b)-at) {
			break
		}
		for i := at + 8; i < at+int(min(n, 64)); i += 4 {
			list = append(list, field{i, 4}, field{i, 2})
		}
		if order.Uint32(b[at:]) == 6 && n > 32 {
			list = packetFields(list, b[at+28:at+int(n)-4], at+28)
		}
		at += int(n)
	}
	return list
}

// packetFields adds those of what looks like IPv4 or IPv6 with TCP.
func packetFields(list []field, p []byte, at int) []field {
	for i := 0; i+40 <= len(p) && i < 64; i++ {
		tcp := 0
		switch {
		case p[i] == 0x45 && p[i+9] == 6:
			list = append(list, field{at + i, 1}, field{at + i + 2, 2}, field{at + i + 6, 2})
			tcp = i + 20
		case p[i] == 0x60 && p[i+6] == 6:
			list = append(list, field{at + i + 4, 2}, field{at + i + 6, 1})
			tcp = i + 40
		default:
			continue
		}
		list = append(list, field{at + tcp, 2}, field{at + tcp + 4, 4}, field{at + tcp + 8, 4},
			field{at + tcp + 12, 1}, field{at + tcp + 13, 1}, field{at + tcp + 14, 2})
		for o := range 6 { // options
			list = append(list, field{at + tcp + 20 + o, 1})
		}
		break
	}
	return list
}
