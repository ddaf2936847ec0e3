package pktscript

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// number is a sequence number as a script gives it.
type number struct {
	kind numberKind
	n    int64
}

type numberKind uint8

const (
	automatic numberKind = iota // next, plus n
	relative                    // to the ISN
	verbatim                    // as on the wire
)

// resolve returns the number on the wire.
func (n number) resolve(isn, next uint32) uint32 {
	switch n.kind {
	case relative:
		return isn + uint32(n.n)
	case verbatim:
		return uint32(n.n)
	}
	return next + uint32(n.n)
}

// spec is one segment as a script gives it.
type spec struct {
	from, to *host
	at       capture.Time
	flags    segment.Flags
	seq, ack number
	ackGiven bool // an ack number, whatever the ACK flag
	winGiven bool
	idGiven  bool
	ip       ipHeader
	tcp      tcpHeader
	opts     options
	frame    frameInfo
	length   int // of the payload; -1: that of data
	data     []byte
	cap      int // -1: all
	drop     bool
	lost     bool
}

func newSpec(from *host, at capture.Time) *spec {
	s := &spec{from: from, at: at, length: -1, cap: -1}
	s.frame.vlan = -1
	s.opts.mss, s.opts.wscale = -1, -1
	s.ip.ttl = 64
	return s
}

var flagNames = map[string]segment.Flags{
	"FIN": segment.FIN, "SYN": segment.SYN, "RST": segment.RST, "PSH": segment.PSH,
	"ACK": segment.ACK, "URG": segment.URG, "ECE": segment.ECE, "CWR": segment.CWR,
}

// parseFlags reads a list like FIN,ACK, or none.
func parseFlags(s string) (f segment.Flags, ok bool) {
	if s == "none" {
		return 0, true
	}
	for name := range strings.SplitSeq(s, ",") {
		bit, ok := flagNames[name]
		if !ok {
			return 0, false
		}
		f |= bit
	}
	return f, true
}

// segment reads the rest of a segment's line, whose flags are t, and sends it.
func (p *parser) segment(from *host, at capture.Time, t token) error {
	flags, ok := parseFlags(t.text)
	if !ok || t.quoted {
		return p.fail(t, "%q is no list of flags (SYN,ACK …; none), nor dup or icmp", t.text)
	}
	s := newSpec(from, at)
	s.flags = flags
	for !p.done() {
		key, _ := p.word("a key")
		read := keys[key.text]
		if read == nil || key.quoted {
			return p.fail(key, "unknown key %q", key.text)
		}
		if err := read(p, s); err != nil {
			return err
		}
	}
	if err := p.finish(s, t); err != nil {
		return err
	}
	wire := p.w.build(s)
	if !p.w.commit(s, wire) {
		return p.fail(t, "the packets come to too much: at most %d in %d octets", maxPackets, maxBytes)
	}
	return nil
}

// finish checks what a segment's keys say together.
func (p *parser) finish(s *spec, t token) error {
	if s.to == nil {
		if len(s.from.peers) != 1 {
			return p.fail(t, "to whom? %s has %d peers; say to NAME", s.from.name, len(s.from.peers))
		}
		s.to = s.from.peers[0]
	}
	if s.from.addr.Is4() != s.to.addr.Is4() {
		return p.fail(t, "%s and %s are of different IP versions", s.from.name, s.to.name)
	}
	if s.frame.vlan >= 0 && p.w.link != segment.LinkEthernet {
		return p.fail(t, "only link ethernet has VLAN tags here")
	}
	if n := len(s.opts.encode()); n > 40 {
		return p.fail(t, "%d octets of options, of at most 40", n)
	}
	if s.length > 65535-60-20 || len(s.data) > 65535-60-20 {
		return p.fail(t, "payload longer than an IP packet can carry")
	}
	meet(s.from, s.to)
	return nil
}

// keys are the keys of a segment's line.
var keys map[string]func(*parser, *spec) error

func init() { // the table refers to the parser, which refers to the table
	keys = map[string]func(*parser, *spec) error{
		"seq":    func(p *parser, s *spec) error { return p.number(&s.seq) },
		"rawseq": func(p *parser, s *spec) error { return p.rawNumber(&s.seq) },
		"ack": func(p *parser, s *spec) error {
			s.flags |= segment.ACK
			s.ackGiven = true
			return p.number(&s.ack)
		},
		"rawack": func(p *parser, s *spec) error {
			s.ackGiven = true
			return p.rawNumber(&s.ack)
		},
		"len":  func(p *parser, s *spec) error { return intKey(p, "len", 16, &s.length) },
		"data": func(p *parser, s *spec) error { return p.data(s) },
		"win": func(p *parser, s *spec) error {
			s.winGiven = true
			return uintKey(p, "win", 16, &s.tcp.win)
		},
		"urg":    func(p *parser, s *spec) error { return uintKey(p, "urg", 16, &s.tcp.urg) },
		"mss":    func(p *parser, s *spec) error { return intKey(p, "mss", 16, &s.opts.mss) },
		"wscale": func(p *parser, s *spec) error { return intKey(p, "wscale", 8, &s.opts.wscale) },
		"sackok": func(_ *parser, s *spec) error { s.opts.sackOK = true; return nil },
		"ts":     func(p *parser, s *spec) error { return p.timestamps(s) },
		"sack":   func(p *parser, s *spec) error { return p.sack(s) },
		"opts":   func(p *parser, s *spec) error { return p.options(s) },
		"ttl":    func(p *parser, s *spec) error { return uintKey(p, "ttl", 8, &s.ip.ttl) },
		"tos":    func(p *parser, s *spec) error { return uintKey(p, "tos", 8, &s.ip.tos) },
		"flow":   func(p *parser, s *spec) error { return uintKey(p, "flow", 20, &s.ip.flow) },
		"nodf":   func(_ *parser, s *spec) error { s.ip.nodf = true; return nil },
		"id": func(p *parser, s *spec) error {
			s.idGiven = true
			return uintKey(p, "id", 16, &s.ip.id)
		},
		"vlan": func(p *parser, s *spec) error { return intKey(p, "vlan", 12, &s.frame.vlan) },
		"pad":  func(p *parser, s *spec) error { return intKey(p, "pad", 8, &s.frame.pad) },
		"cap":  func(p *parser, s *spec) error { return intKey(p, "cap", 18, &s.cap) },
		"sum": func(p *parser, s *spec) error {
			s.tcp.overridden = true
			return uintKey(p, "sum", 16, &s.tcp.sum)
		},
		"to":   func(p *parser, s *spec) error { return p.receiver(s) },
		"drop": func(_ *parser, s *spec) error { s.drop = true; return nil },
		"lost": func(_ *parser, s *spec) error { s.lost = true; return nil },
	}
}

func uintKey[T uint8 | uint16 | uint32](p *parser, what string, bits int, v *T) error {
	n, err := p.uint(what, bits)
	*v = T(n)
	return err
}

func intKey(p *parser, what string, bits int, v *int) error {
	n, err := p.uint(what, bits)
	*v = int(n)
	return err
}

// number reads a relative sequence number, or next with a distance.
func (p *parser) number(v *number) error {
	t, err := p.word("a sequence number")
	if err != nil {
		return err
	}
	text, kind := t.text, relative
	if rest, ok := strings.CutPrefix(text, "next"); ok {
		text, kind = rest, automatic
		if text == "" {
			text = "0"
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > math.MaxUint32 || n < -math.MaxUint32 || t.quoted {
		return p.fail(t, "%q is no sequence number: want 5, -1, next or next-1", t.text)
	}
	*v = number{kind, n}
	return nil
}

func (p *parser) rawNumber(v *number) error {
	n, err := p.uint("a sequence number", 32)
	*v = number{verbatim, int64(n)}
	return err
}

func (p *parser) data(s *spec) error {
	t, err := p.word("data")
	if err != nil {
		return err
	}
	if !t.quoted {
		return p.fail(t, "data wants a quoted string, not %s", t.text)
	}
	s.data = []byte(t.text)
	return nil
}

func (p *parser) timestamps(s *spec) error {
	s.opts.ts = true
	if err := uintKey(p, "TSval", 32, &s.opts.tsVal); err != nil {
		return err
	}
	return uintKey(p, "TSecr", 32, &s.opts.tsEcr)
}

// sack reads blocks like 101-201,301-401. They count from the receiver's ISN, which may
// not be known yet; build adds it.
func (p *parser) sack(s *spec) error {
	t, err := p.word("SACK blocks")
	if err != nil {
		return err
	}
	for block := range strings.SplitSeq(t.text, ",") {
		left, right, ok := strings.Cut(block, "-")
		l, err1 := strconv.ParseUint(left, 10, 32)
		r, err2 := strconv.ParseUint(right, 10, 32)
		if !ok || err1 != nil || err2 != nil || len(s.opts.sack) == 4 {
			return p.fail(t, "%q are no SACK blocks: want up to four like 101-201,301-401", t.text)
		}
		s.opts.sack = append(s.opts.sack, [2]uint32{uint32(l), uint32(r)})
	}
	return nil
}

func (p *parser) options(s *spec) error {
	t, err := p.word("options")
	if err != nil {
		return err
	}
	b, err := hex.DecodeString(t.text)
	if err != nil || len(b)%4 != 0 {
		return p.fail(t, "opts wants whole words of 4 octets in hexadecimal")
	}
	s.opts.verbatim, s.opts.hasVerbatim = b, true
	return nil
}

// receiver reads the name behind "to".
func (p *parser) receiver(s *spec) error {
	h, t, err := p.hostWord()
	if err != nil {
		return err
	}
	if h.router || h == s.from {
		return p.fail(t, "%s cannot be the receiver", h.name)
	}
	s.to = h
	return nil
}
