package pktscript

import (
	"encoding/hex"
	"strconv"
	"strings"

	"finwait/reassembly/capture"
)

// packet reads a line that begins with the time t.
func (p *parser) packet(t token) error {
	if !p.paired {
		p.w.pair()
		p.paired = true
	}
	at, ok := p.time(t.text)
	if !ok {
		return p.fail(t, "%q is no time in seconds that a pcap file can hold", t.text)
	}
	p.w.now = at
	who, err := p.word("an endpoint, beat, end or frame")
	if err != nil {
		return err
	}
	switch who.text {
	case "beat", "end":
		if err := p.empty(); err != nil {
			return err
		}
		if !p.w.beat(at) {
			return p.fail(who, "too many packets")
		}
		return nil
	case "frame":
		return p.frameLine(at)
	}
	p.next--
	h, _, err := p.hostWord()
	if err != nil {
		return err
	}
	verb, err := p.word("flags, dup or icmp")
	if err != nil {
		return err
	}
	switch {
	case verb.text == "icmp" && !verb.quoted:
		return p.icmpLine(h, at, verb)
	case verb.text == "dup" && !verb.quoted:
		return p.dupLine(h, at, verb)
	case h.router:
		return p.fail(verb, "%s has no port: it sends icmp only", h.name)
	}
	return p.segment(h, at, verb)
}

// time reads seconds after start, or after the line before.
func (p *parser) time(s string) (capture.Time, bool) {
	base := p.w.start
	rest, plus := strings.CutPrefix(s, "+")
	if plus {
		base = p.w.now
	}
	rest, minus := strings.CutPrefix(rest, "-")
	whole, frac, _ := strings.Cut(rest, ".")
	sec, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(frac) > 9 {
		return 0, false
	}
	ns, err := strconv.ParseUint((frac + "000000000")[:9], 10, 32)
	if err != nil {
		return 0, false
	}
	d := capture.Time(sec*1e9 + ns)
	if minus {
		d = -d
	}
	at := base + d
	return at, at >= 0 && at < 1e9<<32
}

func (p *parser) frameLine(at capture.Time) error {
	t, err := p.word("the frame in hexadecimal")
	if err != nil {
		return err
	}
	data := []byte{}
	if t.text != "empty" {
		if data, err = hex.DecodeString(t.text); err != nil {
			return p.fail(t, "the frame is no hexadecimal text")
		}
	}
	if len(data) > p.w.snaplen {
		return p.fail(t, "the frame is longer than snaplen")
	}
	length := uint64(len(data))
	if !p.done() && p.toks[p.next].text == "length" {
		p.next++
		if length, err = p.uint("length", 31); err != nil {
			return err
		}
		if length < uint64(len(data)) {
			return p.fail(t, "shorter on the wire than captured")
		}
	}
	if !p.w.frame(at, data, int(length)) {
		return p.fail(t, "too many packets")
	}
	return p.empty()
}

func (p *parser) dupLine(h *host, at capture.Time, verb token) error {
	if h.last == 0 {
		return p.fail(verb, "%s has sent nothing that could come twice", h.name)
	}
	ttl := -1
	if !p.done() && p.toks[p.next].text == "ttl" {
		p.next++
		if err := intKey(p, "ttl", 8, &ttl); err != nil {
			return err
		}
	}
	if !p.w.dup(at, h, ttl) {
		return p.fail(verb, "too many packets")
	}
	return p.empty()
}

func (p *parser) icmpLine(from *host, at capture.Time, verb token) error {
	var typ, code uint8
	if err := uintKey(p, "the ICMP type", 8, &typ); err != nil {
		return err
	}
	if err := uintKey(p, "the ICMP code", 8, &code); err != nil {
		return err
	}
	if t, err := p.word("quoting"); err != nil || t.text != "quoting" {
		return p.fail(verb, "an ICMP error is icmp TYPE CODE quoting NAME [seq N]")
	}
	to, t, err := p.hostWord()
	if err != nil {
		return err
	}
	if from.addr.Is4() != to.addr.Is4() {
		return p.fail(t, "%s and %s are of different IP versions", from.name, to.name)
	}
	quote := -1
	if n := len(to.sent); n > 0 {
		quote = n - 1
	}
	if !p.done() && p.toks[p.next].text == "seq" {
		p.next++
		seq, err := p.uint("seq", 32)
		if err != nil {
			return err
		}
		for quote >= 0 && to.sent[quote].seq != uint32(seq) {
			quote--
		}
	}
	if quote < 0 {
		return p.fail(t, "%s has sent no such segment", to.name)
	}
	if !p.w.icmp(at, from, to, typ, code, to.sent[quote].quote) {
		return p.fail(verb, "too many packets")
	}
	return p.empty()
}
