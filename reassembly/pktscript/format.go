package pktscript

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// Format writes a script that Parse turns into the same packets again, octet
// by octet. What cannot be said in words becomes a frame line. All packets must
// be of one link type that scripts can name; snaplen 0 stands for none.
func Format(w io.Writer, link segment.LinkType, snaplen int, packets []capture.Packet) error {
	if link.ScriptName() == "" {
		return fmt.Errorf("pktscript: link type %d cannot be written as a script", link)
	}
	f := &formatter{w: newWorld(), names: map[netip.AddrPort]*host{}}
	f.w.link = link
	if snaplen > 0 {
		f.w.snaplen = min(snaplen, maxSnaplen)
	}
	if len(packets) > 0 {
		f.w.start = packets[0].Time
	}
	f.header(packets)
	for i := range packets {
		if err := f.packet(&packets[i]); err != nil {
			return err
		}
	}
	_, err := w.Write(f.out.Bytes())
	return err
}

// formatter keeps the world that a parser of its output would keep.
type formatter struct {
	w     *world
	out   bytes.Buffer
	names map[netip.AddrPort]*host
	pairs int
}

// header declares the endpoints of all packets.
func (f *formatter) header(packets []capture.Packet) {
	if f.w.link != segment.LinkEthernet {
		fmt.Fprintf(&f.out, "link %s\n", f.w.link.ScriptName())
	}
	if f.w.snaplen != maxSnaplen {
		fmt.Fprintf(&f.out, "snaplen %d\n", f.w.snaplen)
	}
	if f.w.start != defaultStart {
		fmt.Fprintf(&f.out, "start %s\n", f.w.start.Std().Format(time.RFC3339Nano))
	}
	for i := range packets {
		d, ok := dissect(&packets[i])
		if !ok || len(f.w.hosts)+2 > maxHosts {
			continue
		}
		if f.names[d.src] == nil || f.names[d.dst] == nil {
			f.pairs++
		}
		f.declare("A", d.src, d.link.src)
		f.declare("B", d.dst, d.link.dst)
	}
	f.w.pair()
}

func (f *formatter) declare(letter string, a netip.AddrPort, hw mac) {
	if f.names[a] != nil {
		return
	}
	h := &host{name: letter, addr: a.Addr(), port: a.Port()}
	if f.pairs > 1 {
		h.name += strconv.Itoa(f.pairs)
	}
	f.names[a] = h
	f.w.declare(h)
	fmt.Fprintf(&f.out, "%s %s\n", h.name, a)
	if f.w.link == segment.LinkEthernet && h.mac != hw {
		h.mac = hw
		b := hw
		fmt.Fprintf(&f.out, "mac %s %x:%x:%x:%x:%x:%x\n", h.name, b[:1], b[1:2], b[2:3], b[3:4], b[4:5], b[5:])
	}
}

// packet writes one line, in the plainest form that gives the same octets.
func (f *formatter) packet(p *capture.Packet) error {
	if p.Link != f.w.link {
		return fmt.Errorf("pktscript: packet %d: a script has one link type", p.Number)
	}
	if p.Time < 0 || p.Time >= 1e9<<32 {
		return fmt.Errorf("pktscript: packet %d: its time does not fit a pcap file", p.Number)
	}
	if len(p.Data) > f.w.snaplen {
		return fmt.Errorf("pktscript: packet %d: longer than snaplen", p.Number)
	}
	f.w.now = p.Time
	at := seconds(p.Time - f.w.start)
	fits := true
	d, ok := dissect(p)
	from, to := f.names[d.src], f.names[d.dst]
	switch {
	case ok && from != nil && to != nil && f.isDup(p, from):
		fmt.Fprintf(&f.out, "%s %s dup\n", at, from.name)
		fits = f.w.dup(p.Time, from, -1)
	case ok && from != nil && to != nil:
		isn := f.chooseISN(&d, from, to)
		s := f.spec(p, &d, from, to)
		b := f.w.build(s)
		if len(b.data) != p.Length || !bytes.HasPrefix(b.data, p.Data) {
			fits = f.raw(at, p)
			break
		}
		fmt.Fprintf(&f.out, "%s%s %s\n", isn, at, f.text(s))
		meet(from, to)
		fits = f.w.commit(s, b)
	case f.isBeat(p):
		fmt.Fprintf(&f.out, "%s beat\n", at)
		fits = f.w.beat(p.Time)
	default:
		fits = f.raw(at, p)
	}
	if !fits {
		return fmt.Errorf("pktscript: more than a script can hold: %d packets in %d octets", maxPackets, maxBytes)
	}
	return nil
}

func (f *formatter) isDup(p *capture.Packet, h *host) bool {
	if h.last == 0 {
		return false
	}
	last := f.w.packets[h.last-1]
	return last.Length == p.Length && bytes.Equal(last.Data, p.Data)
}

func (f *formatter) isBeat(p *capture.Packet) bool {
	b := f.w.beatPacket()
	return p.Length == len(b) && bytes.Equal(p.Data, b[:min(len(b), f.w.snaplen)])
}

// raw writes a packet in hexadecimal.
func (f *formatter) raw(at string, p *capture.Packet) bool {
	fmt.Fprintf(&f.out, "%s frame ", at)
	if len(p.Data) == 0 {
		f.out.WriteString("empty")
	}
	fmt.Fprintf(&f.out, "%x", p.Data)
	if p.Length != len(p.Data) {
		fmt.Fprintf(&f.out, " length %d", p.Length)
	}
	f.out.WriteByte('\n')
	return f.w.frame(p.Time, bytes.Clone(p.Data), p.Length)
}

// chooseISN moves the ISNs so that most numbers can be left out, and returns the
// lines that say so.
func (f *formatter) chooseISN(d *dissected, from, to *host) string {
	var lines strings.Builder
	set := func(h, peer *host, isn uint32) {
		if f.w.conv(h, peer).isn == isn {
			return
		}
		fmt.Fprintf(&lines, "isn %s %d to %s\n", h.name, isn, peer.name)
		f.w.setISN(h, peer, isn)
	}
	mine, theirs := f.w.conv(from, to), f.w.conv(to, from)
	if !mine.started || d.tcp.flags.Has(segment.SYN) {
		set(from, to, d.tcp.seq)
	}
	if d.tcp.flags.Has(segment.ACK) && !theirs.started && !mine.received {
		set(to, from, d.tcp.ack)
	}
	return lines.String()
}

// seconds writes a time with as many decimals as it needs, three at least.
func seconds(t capture.Time) string {
	sign := ""
	if t < 0 {
		sign, t = "-", -t
	}
	s := fmt.Sprintf("%s%d.%09d", sign, t/1e9, t%1e9)
	for strings.HasSuffix(s, "0") && s[len(s)-4] != '.' {
		s = s[:len(s)-1]
	}
	return s
}
