//go:build record

package main

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"finwait/reassembly/checksum"
)

// Bits of the flags of a packet.
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagPSH = 0x08
	flagACK = 0x10
	flagCWR = 0x80
)

const ethernetHeader = 14

// A packet is IPv4, or IPv6 without extension headers, with TCP in it: all that
// these hosts send. Its last octets may be missing, where a capture was cut.
type packet struct {
	ip  []byte // from the IP header on; shares the frame's memory
	tcp int    // where the TCP header begins
}

// parseFrame finds TCP in an Ethernet frame.
func parseFrame(frame []byte) (packet, bool) {
	if len(frame) < ethernetHeader {
		return packet{}, false
	}
	return parsePacket(frame[ethernetHeader:])
}

func parsePacket(ip []byte) (p packet, ok bool) {
	switch {
	case len(ip) >= 20 && ip[0]>>4 == 4 && ip[9] == unix.IPPROTO_TCP:
		p = packet{ip, int(ip[0]&15) * 4}
	case len(ip) >= 40 && ip[0]>>4 == 6 && ip[6] == unix.IPPROTO_TCP:
		p = packet{ip, 40}
	default:
		return packet{}, false
	}
	return p, len(ip) >= p.tcp+20
}

func (p packet) isIPv6() bool { return p.ip[0]>>4 == 6 }

// size is the whole packet's, in octets, as its IP header tells it.
func (p packet) size() int {
	if p.isIPv6() {
		return 40 + int(binary.BigEndian.Uint16(p.ip[4:]))
	}
	return int(binary.BigEndian.Uint16(p.ip[2:]))
}

func (p packet) header() int  { return p.tcp + int(p.ip[p.tcp+12]>>4)*4 } // of IP and TCP, in octets
func (p packet) payload() int { return p.size() - p.header() }
func (p packet) flags() uint8 { return p.ip[p.tcp+13] }
func (p packet) seq() uint32  { return binary.BigEndian.Uint32(p.ip[p.tcp+4:]) }
func (p packet) ack() uint32  { return binary.BigEndian.Uint32(p.ip[p.tcp+8:]) }

// nextSeq is the sequence number behind all that the segment holds.
func (p packet) nextSeq() uint32 {
	next := p.seq() + uint32(p.payload())
	for _, bit := range []uint8{flagSYN, flagFIN} {
		if p.flags()&bit != 0 {
			next++
		}
	}
	return next
}

func (p packet) setFlags(f uint8) { p.ip[p.tcp+13] = f }
func (p packet) setSeq(n uint32)  { binary.BigEndian.PutUint32(p.ip[p.tcp+4:], n) }
func (p packet) setAck(n uint32)  { binary.BigEndian.PutUint32(p.ip[p.tcp+8:], n) }

func (p packet) setWindow(n uint16) {
	binary.BigEndian.PutUint16(p.ip[p.tcp+14:], n)
}

// addrs returns where the octets of the source and of the destination stand.
func (p packet) addrs() (src, dst []byte) {
	if p.isIPv6() {
		return p.ip[8:24], p.ip[24:40]
	}
	return p.ip[12:16], p.ip[16:20]
}

func (p packet) src() netip.AddrPort {
	src, _ := p.addrs()
	a, _ := netip.AddrFromSlice(src)
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(p.ip[p.tcp:]))
}

func (p packet) dst() netip.AddrPort {
	_, dst := p.addrs()
	a, _ := netip.AddrFromSlice(dst)
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(p.ip[p.tcp+2:]))
}

func (p packet) setSrc(a netip.AddrPort) {
	src, _ := p.addrs()
	copy(src, a.Addr().AsSlice())
	binary.BigEndian.PutUint16(p.ip[p.tcp:], a.Port())
}

func (p packet) setDst(a netip.AddrPort) {
	_, dst := p.addrs()
	copy(dst, a.Addr().AsSlice())
	binary.BigEndian.PutUint16(p.ip[p.tcp+2:], a.Port())
}

func (p packet) ttl() uint8 {
	if p.isIPv6() {
		return p.ip[7]
	}
	return p.ip[8]
}

func (p packet) setTTL(n uint8) {
	if p.isIPv6() {
		p.ip[7] = n
	} else {
		p.ip[8] = n
	}
}

func (p packet) setIPID(n uint16) {
	if !p.isIPv6() {
		binary.BigEndian.PutUint16(p.ip[4:], n)
	}
}

func (p packet) ipID() uint16 {
	if p.isIPv6() {
		return 0
	}
	return binary.BigEndian.Uint16(p.ip[4:])
}

// mend sets the checksums of a packet that is there as a whole.
func (p packet) mend() {
	if !p.isIPv6() {
		p.ip[10], p.ip[11] = 0, 0
		binary.BigEndian.PutUint16(p.ip[10:], checksum.Of(p.ip[:p.tcp]))
	}
	segment := p.ip[p.tcp:p.size()]
	segment[16], segment[17] = 0, 0
	sum := checksum.Pseudo(p.src().Addr(), p.dst().Addr(), unix.IPPROTO_TCP, len(segment))
	binary.BigEndian.PutUint16(segment[16:], sum.Add(segment).Checksum())
}

// cut returns frames of at most size octets of IP that hold what frame holds,
// as a device with TSO sends them.
func cut(frame []byte, size int) [][]byte {
	p, ok := parseFrame(frame)
	if !ok || p.size() <= size {
		return [][]byte{frame}
	}
	step := size - p.header()
	var frames [][]byte
	for at := 0; at < p.payload(); at += step {
		n := min(step, p.payload()-at)
		f := append([]byte(nil), frame[:ethernetHeader+p.header()]...)
		f = append(f, p.ip[p.header()+at:p.header()+at+n]...)
		piece := packet{f[ethernetHeader:], p.tcp}
		if p.isIPv6() {
			binary.BigEndian.PutUint16(piece.ip[4:], uint16(len(piece.ip)-40))
		} else {
			binary.BigEndian.PutUint16(piece.ip[2:], uint16(len(piece.ip)))
		}
		piece.setSeq(p.seq() + uint32(at))
		piece.setIPID(p.ipID() + uint16(len(frames)))
		flags := p.flags()
		if at > 0 {
			flags &^= flagCWR
		}
		if at+n < p.payload() {
			flags &^= flagFIN | flagPSH
		}
		piece.setFlags(flags)
		piece.mend()
		frames = append(frames, f)
	}
	return frames
}
