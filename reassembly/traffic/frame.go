package traffic

import (
	"encoding/binary"

	"finwait/reassembly/segment"
)

// tuple is the client's address and port. All addresses lie in what RFC 2544 sets
// aside for benchmarks: clients' in 198.18.0.0/16, servers' from 198.19.0.1 on.
type tuple struct{ addr, port uint16 }

// Ports as Linux takes them.
const (
	firstPort = 32768
	ports     = 28232
)

func newTuple(n uint32, scattered bool) tuple {
	if scattered {
		n *= 0x9e3779b1 // odd, so that no two numbers meet
		return tuple{uint16(n >> 16), uint16(n)}
	}
	return tuple{uint16(1 + n/ports), uint16(firstPort + n%ports)}
}

func (t tuple) hash() uint32 { return (uint32(t.addr)<<16 | uint32(t.port)) * 0x85ebca6b }

// host returns an end's address and port.
func (c *conn) host(side uint8) (addr uint32, port uint16) {
	if side == server {
		return 198<<24 | 19<<16 | (c.server+1)&0xffff, 80 + uint16((c.server+1)>>16)
	}
	return 198<<24 | 18<<16 | uint32(c.tuple.addr), c.tuple.port
}

const (
	protocolTCP = 6
	protocolUDP = 17
)

// appendFrame appends the Ethernet frame of a step to dst.
func appendFrame(dst []byte, c *conn, s step) []byte {
	be := binary.BigEndian
	src, srcPort := c.host(s.side)
	to, toPort := c.host(1 - s.side)
	options := appendOptions(make([]byte, 0, 20), c, s)
	tcpLen := 20 + len(options) + s.length()
	seq, ack, window, id := c.next[s.side], c.next[1-s.side], uint16(502), c.id[s.side]
	if s.again {
		seq -= s.back
	} else {
		ack -= s.back
	}
	switch {
	case s.flags == segment.RST: // a kernel's reply without a socket
		ack, window, id = 0, 0, 0
	case s.flags == segment.SYN:
		ack, window = 0, 64240
	}

	dst = append(dst, 2, 0, 0, 0, 0, 1-s.side, 2, 0, 0, 0, 0, s.side, 8, 0)
	ip := len(dst)
	dst = append(dst, 0x45, 0)
	dst = be.AppendUint16(dst, uint16(20+tcpLen))
	dst = be.AppendUint16(dst, id)
	dst = append(dst, 0x40, 0, 64, protocolTCP, 0, 0)
	dst = be.AppendUint32(dst, src)
	dst = be.AppendUint32(dst, to)
	be.PutUint16(dst[ip+10:], fold(sum(0, dst[ip:])))

	tcp := len(dst)
	dst = be.AppendUint16(dst, srcPort)
	dst = be.AppendUint16(dst, toPort)
	dst = be.AppendUint32(dst, seq)
	dst = be.AppendUint32(dst, ack)
	dst = append(dst, byte(20+len(options))<<2, byte(s.flags))
	dst = be.AppendUint16(dst, window)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, options...)
	total := sum(protocolTCP+uint32(tcpLen), dst[ip+12:])
	if s.payload != nil {
		dst = append(dst, s.payload.data...)
		total += s.payload.sum
	}
	be.PutUint16(dst[tcp+16:], fold(total))
	return dst
}

// appendDatagram appends the Ethernet frame of a UDP datagram to the client, with so many
// octets of payload and without a checksum.
func appendDatagram(dst []byte, c *conn, size int) []byte {
	be := binary.BigEndian
	src, _ := c.host(server)
	to, port := c.host(client)
	dst = append(dst, 2, 0, 0, 0, 0, client, 2, 0, 0, 0, 0, server, 8, 0)
	ip := len(dst)
	dst = append(dst, 0x45, 0)
	dst = be.AppendUint16(dst, uint16(28+size))
	dst = append(dst, 0, 0, 0x40, 0, 64, protocolUDP, 0, 0)
	dst = be.AppendUint32(dst, src)
	dst = be.AppendUint32(dst, to)
	be.PutUint16(dst[ip+10:], fold(sum(0, dst[ip:])))
	dst = be.AppendUint16(dst, 443)
	dst = be.AppendUint16(dst, port)
	dst = be.AppendUint16(dst, uint16(8+size))
	return append(dst, make([]byte, 2+size)...)
}

// appendOptions appends the TCP options that Linux sends: timestamps, and what
// belongs to a SYN.
func appendOptions(dst []byte, c *conn, s step) []byte {
	switch {
	case s.flags.Has(segment.RST):
		return dst
	case s.flags.Has(segment.SYN):
		dst = append(dst, 2, 4, 5, 180, 4, 2)
	default:
		dst = append(dst, 1, 1)
	}
	dst = append(dst, 8, 10)
	dst = binary.BigEndian.AppendUint32(dst, c.stamp[s.side])
	dst = binary.BigEndian.AppendUint32(dst, c.stamp[1-s.side])
	if s.flags.Has(segment.SYN) {
		dst = append(dst, 1, 3, 3, 7)
	}
	return dst
}

// sum adds b, of an even length or the last that is added, to total as Internet
// checksums do (RFC 1071).
func sum(total uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		total += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		total += uint32(b[0]) << 8
	}
	return total>>16 + total&0xffff
}

// fold makes a sum a checksum.
func fold(total uint32) uint16 {
	total = total>>16 + total&0xffff
	return ^uint16(total>>16 + total)
}
