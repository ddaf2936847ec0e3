package pktscript

import (
	"bytes"
	"net/netip"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// dissected is a packet taken apart as far as a script can say it.
type dissected struct {
	src, dst netip.AddrPort
	link     frameInfo
	ip       ipHeader
	tcp      tcpHeader
	length   int // payload octets on the wire; tcp.payload holds the captured ones
}

// dissect takes p apart; false if it is no plain TCP segment with its headers whole.
// It need not notice everything: Format checks what comes of it octet by octet.
func dissect(p *capture.Packet) (d dissected, ok bool) {
	at := 0
	d.link.vlan = -1
	b := p.Data
	switch p.Link {
	case segment.LinkEthernet:
		if at = 14; len(b) < 18 {
			return d, false
		}
		d.link.dst, d.link.src = mac(b[:6]), mac(b[6:12])
		if be.Uint16(b[12:]) == 0x8100 {
			at, d.link.vlan = 18, int(be.Uint16(b[14:])&0xfff)
		}
	case segment.LinkSLL:
		if at = 16; len(b) < at {
			return d, false
		}
		d.link.src = mac(b[6:12])
	case segment.LinkSLL2:
		if at = 20; len(b) < at {
			return d, false
		}
		d.link.src = mac(b[12:18])
	case segment.LinkNull, segment.LinkLoop, segment.LinkPPP:
		at = 4
	}
	if len(b) < at+20 {
		return d, false
	}
	n, rest, ok := d.dissectIP(b[at:])
	if !ok {
		return d, false
	}
	d.link.pad = p.Length - at - n
	return d, d.dissectTCP(rest) && d.link.pad >= 0
}

// dissectIP returns the length of the packet and what is captured behind its header.
func (d *dissected) dissectIP(b []byte) (n int, rest []byte, ok bool) {
	switch {
	case b[0] == 0x45 && b[9] == protoTCP:
		n = int(be.Uint16(b[2:]))
		d.ip = ipHeader{
			src: netip.AddrFrom4([4]byte(b[12:16])), dst: netip.AddrFrom4([4]byte(b[16:20])),
			ttl: b[8], tos: b[1], id: be.Uint16(b[4:]), nodf: be.Uint16(b[6:]) == 0,
		}
		d.length, rest = n-20, b[20:]
	case b[0]>>4 == 6 && len(b) >= 40 && b[6] == protoTCP:
		n = 40 + int(be.Uint16(b[4:]))
		d.ip = ipHeader{
			src: netip.AddrFrom16([16]byte(b[8:24])), dst: netip.AddrFrom16([16]byte(b[24:40])),
			ttl: b[7], tos: uint8(be.Uint32(b) >> 20), flow: be.Uint32(b) & 0xfffff,
		}
		d.length, rest = n-40, b[40:]
	default:
		return 0, nil, false
	}
	if d.ip.src.Is4In6() || d.ip.dst.Is4In6() {
		return 0, nil, false
	}
	if d.length >= 0 && len(rest) > d.length {
		rest = rest[:d.length]
	}
	return n, rest, true
}

func (d *dissected) dissectTCP(b []byte) bool {
	if len(b) < 20 {
		return false
	}
	head := int(b[12]>>4) * 4
	if head < 20 || head > len(b) {
		return false
	}
	d.tcp = tcpHeader{
		src: be.Uint16(b), dst: be.Uint16(b[2:]), seq: be.Uint32(b[4:]), ack: be.Uint32(b[8:]),
		flags: segment.Flags(b[13]), win: be.Uint16(b[14:]), sum: be.Uint16(b[16:]), urg: be.Uint16(b[18:]),
		opts: b[20:head], payload: b[head:],
	}
	d.length -= head
	d.src = netip.AddrPortFrom(d.ip.src, d.tcp.src)
	d.dst = netip.AddrPortFrom(d.ip.dst, d.tcp.dst)
	return d.src != d.dst
}

// parseOptions names the options in b, or takes them as they are.
func parseOptions(b []byte, peerISN uint32) options {
	none := options{mss: -1, wscale: -1}
	o := none
	for i := 0; i < len(b); {
		if b[i] == 1 {
			i++
			continue
		}
		if b[i] == 0 || i+1 == len(b) || b[i+1] < 2 || i+int(b[i+1]) > len(b) {
			break
		}
		switch v := b[i+2 : i+int(b[i+1])]; {
		case b[i] == 2 && len(v) == 2:
			o.mss = int(be.Uint16(v))
		case b[i] == 3 && len(v) == 1:
			o.wscale = int(v[0])
		case b[i] == 4:
			o.sackOK = true
		case b[i] == 8 && len(v) == 8:
			o.ts, o.tsVal, o.tsEcr = true, be.Uint32(v), be.Uint32(v[4:])
		case b[i] == 5:
			for ; len(v) >= 8; v = v[8:] {
				o.sack = append(o.sack, [2]uint32{be.Uint32(v), be.Uint32(v[4:])})
			}
		}
		i += int(b[i+1])
	}
	if !bytes.Equal(o.encode(), b) {
		none.verbatim, none.hasVerbatim = b, true
		return none
	}
	for i := range o.sack { // scripts count from the ISN
		o.sack[i][0] -= peerISN
		o.sack[i][1] -= peerISN
	}
	return o
}
