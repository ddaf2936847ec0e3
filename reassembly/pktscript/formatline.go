package pktscript

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// spec says the dissected packet in a script's terms, leaving out what is so by default.
func (f *formatter) spec(p *capture.Packet, d *dissected, from, to *host) *spec {
	mine, theirs := f.w.conv(from, to), f.w.conv(to, from)
	s := newSpec(from, p.Time)
	s.to, s.flags, s.ip, s.tcp, s.frame = to, d.tcp.flags, d.ip, d.tcp, d.link
	s.tcp.overridden = false
	s.opts = parseOptions(d.tcp.opts, theirs.isn)
	if kept := min(p.Length, f.w.snaplen); len(p.Data) < kept {
		s.cap = len(p.Data)
	}
	next := mine.nxt
	if s.flags.Has(segment.SYN) {
		next = mine.isn
	}
	if d.tcp.seq != next {
		s.seq = number{relative, int64(int32(d.tcp.seq - mine.isn))}
	}
	hasACK := s.flags.Has(segment.ACK)
	if hasACK && d.tcp.ack != mine.expectedACK(theirs) {
		s.ack, s.ackGiven = number{relative, int64(int32(d.tcp.ack - theirs.isn))}, true
	} else if !hasACK && d.tcp.ack != 0 {
		s.ack, s.ackGiven = number{verbatim, int64(d.tcp.ack)}, true
	}
	bareRST := s.flags.Has(segment.RST) && !hasACK
	s.winGiven = bareRST && d.tcp.win != 0 || !bareRST && d.tcp.win != defaultWindow
	s.idGiven = d.ip.src.Is4() && (bareRST && d.ip.id != 0 || !bareRST && d.ip.id != from.ipID)
	s.data = bytes.TrimRight(d.tcp.payload, "x")
	if d.length != len(s.data) {
		s.length = d.length
	}
	// A checksum that is wrong, or cannot be known behind snaplen, is said.
	if b := f.w.build(s); len(b.data) >= b.ipAt+40 {
		sumAt := b.ipAt + 20 + 16
		if !d.ip.src.Is4() {
			sumAt += 20
		}
		if be.Uint16(b.data[sumAt:]) != d.tcp.sum {
			s.tcp.overridden, s.tcp.sum = true, d.tcp.sum
		}
	}
	return s
}

// text writes a segment's line without its time.
func (f *formatter) text(s *spec) string {
	var b strings.Builder
	b.WriteString(s.from.name + " " + flagList(s.flags))
	key := func(say bool, format string, args ...any) {
		if say {
			fmt.Fprintf(&b, " "+format, args...)
		}
	}
	if len(s.from.peers) != 1 || s.from.peers[0] != s.to {
		b.WriteString(" to " + s.to.name)
	}
	key(s.seq.kind == relative, "seq %d", s.seq.n)
	key(s.ackGiven && s.ack.kind == relative, "ack %d", s.ack.n)
	key(s.ackGiven && s.ack.kind == verbatim, "rawack %d", s.ack.n)
	key(s.winGiven, "win %d", s.tcp.win)
	key(s.tcp.urg != 0, "urg %d", s.tcp.urg)
	f.textOptions(&s.opts, key)
	key(s.ip.ttl != 64, "ttl %d", s.ip.ttl)
	key(s.idGiven, "id %d", s.ip.id)
	key(s.ip.tos != 0, "tos %d", s.ip.tos)
	key(s.ip.nodf, "nodf")
	key(s.ip.flow != 0, "flow %d", s.ip.flow)
	key(s.frame.vlan >= 0, "vlan %d", s.frame.vlan)
	key(s.frame.pad != 0, "pad %d", s.frame.pad)
	key(s.tcp.overridden, "sum %#04x", s.tcp.sum)
	key(s.cap >= 0, "cap %d", s.cap)
	key(s.length >= 0, "len %d", s.length)
	key(len(s.data) > 0, "data %s", strconv.Quote(string(s.data)))
	return b.String()
}

func (f *formatter) textOptions(o *options, key func(bool, string, ...any)) {
	key(o.mss >= 0, "mss %d", o.mss)
	key(o.sackOK, "sackok")
	key(o.ts, "ts %d %d", o.tsVal, o.tsEcr)
	key(o.wscale >= 0, "wscale %d", o.wscale)
	var blocks []string
	for _, b := range o.sack {
		blocks = append(blocks, fmt.Sprintf("%d-%d", b[0], b[1]))
	}
	key(len(blocks) > 0, "sack %s", strings.Join(blocks, ","))
	key(o.hasVerbatim, "opts %x", o.verbatim)
}

// flagList writes flags as a script does, in the order in which one says them.
func flagList(f segment.Flags) string {
	var names []string
	for _, n := range []string{"SYN", "FIN", "RST", "PSH", "URG", "ECE", "CWR", "ACK"} {
		if f.Has(flagNames[n]) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}
