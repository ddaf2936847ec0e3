package pktscript

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

var (
	beat4 = [2]netip.Addr{netip.MustParseAddr("192.0.2.250"), netip.MustParseAddr("192.0.2.251")}
	beat6 = [2]netip.Addr{netip.MustParseAddr("2001:db8::250"), netip.MustParseAddr("2001:db8::251")}
)

// parser reads a script line by line.
type parser struct {
	*line
	w      *world
	paired bool // a packet line was seen: no more endpoints
}

// Parse reads a script. The name is used in errors, which are of type *Error.
func Parse(name string, text []byte) (*Script, error) {
	if len(text) > maxText {
		return nil, &Error{name, 1, 1, "script longer than 4 MiB"}
	}
	p := &parser{w: newWorld()}
	s := &Script{Name: name}
	n := 0
	for raw := range bytes.Lines(text) {
		n++
		l, wants, err := lex(name, n, strings.TrimRight(string(raw), "\n"))
		if err != nil {
			return nil, err
		}
		p.line = l
		before := len(p.w.packets)
		if len(l.toks) > 0 {
			if err := p.statement(); err != nil {
				return nil, err
			}
		}
		frame := 0
		if len(l.toks) > 0 && len(wants) > 0 {
			if frame = len(p.w.packets); frame == before {
				return nil, l.errorAt(l.end, "a want beside a line that becomes no frame: give it a line of its own")
			}
		}
		for _, w := range wants {
			s.Wants = append(s.Wants, Want{Line: n, Frame: frame, Text: w})
		}
	}
	p.w.offsets()
	s.Link, s.Snaplen, s.Start, s.packets = p.w.link, p.w.snaplen, p.w.start, p.w.packets
	return s, nil
}

// statement reads one line that is not empty.
func (p *parser) statement() error {
	t, _ := p.word("a statement")
	if c := t.text; !t.quoted && c != "" && (c[0] >= '0' && c[0] <= '9' || c[0] == '+' || c[0] == '-') {
		return p.packet(t)
	}
	header := map[string]func(token) error{
		"link": p.linkLine, "snaplen": p.snaplenLine, "start": p.startLine, "mac": p.macLine, "isn": p.isnLine,
	}[t.text]
	if header == nil || t.quoted {
		header = p.endpointLine
	}
	if err := header(t); err != nil {
		return err
	}
	return p.empty()
}

// before complains if t stands behind the first packet.
func (p *parser) before(t token) error {
	if p.paired {
		return p.fail(t, "%s must stand before the first packet", t.text)
	}
	return nil
}

func (p *parser) linkLine(t token) error {
	name, err := p.word("a link type")
	if err != nil {
		return err
	}
	link, ok := segment.ScriptLink(name.text)
	if !ok {
		return p.fail(name, "unknown link type %q", name.text)
	}
	p.w.link = link
	return p.before(t)
}

func (p *parser) snaplenLine(t token) error {
	n, err := p.uint("snaplen", 19)
	if err != nil {
		return err
	}
	if n == 0 || n > maxSnaplen {
		return p.fail(t, "snaplen must be between 1 and %d", maxSnaplen)
	}
	p.w.snaplen = int(n)
	return p.before(t)
}

func (p *parser) startLine(t token) error {
	w, err := p.word("a time")
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, w.text)
	if err != nil || at.Unix() < 0 || at.Unix() > 1<<32-1 {
		return p.fail(w, "%q is no time like 2026-01-01T00:00:00Z that a pcap file can hold", w.text)
	}
	p.w.start = capture.Time(at.UnixNano())
	p.w.now = p.w.start
	return p.before(t)
}

func (p *parser) macLine(t token) error {
	h, _, err := p.hostWord()
	if err != nil {
		return err
	}
	w, err := p.word("a MAC address")
	if err != nil {
		return err
	}
	a, err := net.ParseMAC(w.text)
	if err != nil || len(a) != 6 {
		return p.fail(w, "%q is no MAC address", w.text)
	}
	h.mac = mac(a)
	return p.before(t)
}

func (p *parser) isnLine(token) error {
	h, _, err := p.hostWord()
	if err != nil {
		return err
	}
	n, err := p.uint("an initial sequence number", 32)
	if err != nil {
		return err
	}
	var to *host
	if !p.done() && p.toks[p.next].text == "to" {
		p.next++
		if to, _, err = p.hostWord(); err != nil {
			return err
		}
	}
	p.w.setISN(h, to, uint32(n))
	return nil
}

// endpointLine reads a declaration like "A 192.0.2.1:40000", whose name is t.
func (p *parser) endpointLine(t token) error {
	if !isName(t.text) || t.quoted {
		return p.fail(t, "do not understand %q: want a time, an endpoint, or link, snaplen, start, mac, isn", t.text)
	}
	if err := p.before(t); err != nil {
		return err
	}
	if p.w.host(t.text) != nil {
		return p.fail(t, "%s is declared twice", t.text)
	}
	if len(p.w.hosts) == maxHosts {
		return p.fail(t, "too many endpoints")
	}
	w, err := p.word("an address")
	if err != nil {
		return err
	}
	h := &host{name: t.text}
	if a, err := netip.ParseAddrPort(w.text); err == nil {
		h.addr, h.port = a.Addr(), a.Port()
	} else if a, err := netip.ParseAddr(w.text); err == nil {
		h.addr, h.router = a, true
	} else {
		return p.fail(w, "%q is no address like 192.0.2.1:80 or [2001:db8::1]:80", w.text)
	}
	if h.addr.Zone() != "" || h.addr.Is4In6() {
		return p.fail(w, "an address without a zone, and IPv4 in its own form, is wanted")
	}
	p.w.declare(h)
	return nil
}

// isName reports whether s can name an endpoint: a letter, then letters and digits.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && s != "beat" && s != "end" && s != "frame"
}

// hostWord reads the name of an endpoint.
func (p *parser) hostWord() (*host, token, error) {
	t, err := p.word("an endpoint")
	if err != nil {
		return nil, t, err
	}
	h := p.w.host(t.text)
	if h == nil || t.quoted {
		return nil, t, p.fail(t, "no endpoint %q was declared", t.text)
	}
	return h, t, nil
}
