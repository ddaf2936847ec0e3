package pair

import (
	"encoding/binary"
	"net/netip"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// What is known of a connection is stored as octets from when it is final until the clocks
// are known: it takes a tenth of the memory, and can wait in a file.

// writer appends values.
type writer struct{ b []byte }

func (w *writer) uint(v uint64)     { w.b = binary.AppendUvarint(w.b, v) }
func (w *writer) int(v int64)       { w.b = binary.AppendVarint(w.b, v) }
func (w *writer) octet(v uint8)     { w.b = append(w.b, v) }
func (w *writer) time(t frame.Time) { w.int(int64(t)) }

func (w *writer) text(s string) {
	w.uint(uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) flag(v bool) {
	if v {
		w.octet(1)
	} else {
		w.octet(0)
	}
}

// reader takes values as writer appended them.
type reader struct{ b []byte }

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	r.b = r.b[n:]
	return v
}

func (r *reader) octet() uint8 {
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) flag() bool       { return r.octet() != 0 }
func (r *reader) time() frame.Time { return frame.Time(r.int()) }

func (r *reader) text() string {
	n := r.uint()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (w *writer) address(e model.Endpoint) {
	b := e.IP.As16()
	w.flag(e.IP.Is4())
	w.b = append(w.b, b[:]...)
	w.uint(uint64(e.Port))
}

func (r *reader) address() (e model.Endpoint) {
	is4 := r.flag()
	e.IP = netip.AddrFrom16([16]byte(r.b[:16]))
	if is4 {
		e.IP = e.IP.Unmap()
	}
	r.b = r.b[16:]
	e.Port = uint16(r.uint())
	return e
}

// record appends what is needed of a record.
func (w *writer) record(m *model.Record) {
	w.text(m.File)
	w.uint(uint64(m.Stream))
	w.address(m.Client)
	w.address(m.Server)
	w.octet(uint8(m.Roles))
	for _, p := range [...]model.Point{m.First, m.Last} {
		w.text(p.File)
		w.int(p.Frame)
		w.time(p.Time)
	}
	w.octet(uint8(m.Close))
	w.octet(uint8(m.Handshake))
	w.uint(uint64(m.Caveats))
	w.flag(m.FIN.Client != nil)
	w.flag(m.FIN.Server != nil)
	w.flag(m.RST != nil)
	if m.RST != nil {
		w.octet(uint8(m.RST.By))
	}
	for _, stays := range [...][]model.Stay{m.States.Client, m.States.Server} {
		w.uint(uint64(len(stays)))
		for i := range stays {
			s := &stays[i]
			w.octet(uint8(s.State))
			w.time(s.Since)
			w.text(s.File)
			w.int(s.Frame)
			w.int(int64(s.DurationS))
			w.octet(uint8(s.Bound))
			w.flag(s.Open)
		}
	}
	w.uint(uint64(len(m.Findings)))
	for i := range m.Findings {
		w.finding(&m.Findings[i])
	}
}

func (w *writer) finding(f *model.Finding) {
	w.text(f.Rule)
	w.text(f.Name)
	w.octet(uint8(f.Severity))
	w.text(f.Message.String())
	w.text(f.Advice.String())
	w.flag(f.Side != nil)
	if f.Side != nil {
		w.octet(uint8(*f.Side))
	}
	w.uint(uint64(len(f.Frames)))
	for _, n := range f.Frames {
		w.int(n)
	}
	w.flag(f.DurationS != nil && f.Bound != nil)
	if f.DurationS != nil && f.Bound != nil {
		w.int(int64(*f.DurationS))
		w.octet(uint8(*f.Bound))
	}
}

func (r *reader) finding() (f model.Finding) {
	f.Rule, f.Name, f.Severity = r.text(), r.text(), model.Severity(r.octet())
	f.Message, f.Advice = model.TextOf(r.text()), model.TextOf(r.text())
	if r.flag() {
		side := conn.Role(r.octet())
		f.Side = &side
	}
	f.Frames = make([]int64, r.uint())
	for i := range f.Frames {
		f.Frames[i] = r.int()
	}
	if r.flag() {
		d := model.Seconds(r.int())
		b := conn.Bound(r.octet())
		f.DurationS, f.Bound = &d, &b
	}
	return f
}

// decodeRecord makes m a record as encodeRecord left it, and returns it; nil where there
// is none.
func decodeRecord(b []byte, m *model.Record) *model.Record {
	if len(b) == 0 {
		return nil
	}
	r := reader{b}
	*m = model.Record{}
	m.File, m.Stream, m.Client, m.Server = r.text(), uint32(r.uint()), r.address(), r.address()
	m.Roles = conn.RolesFrom(r.octet())
	for _, p := range [...]*model.Point{&m.First, &m.Last} {
		p.File, p.Frame, p.Time = r.text(), r.int(), r.time()
	}
	m.Close, m.Handshake, m.Caveats = conn.Close(r.octet()), conn.Handshake(r.octet()), conn.Caveats(r.uint())
	for _, fin := range [...]**model.FIN{&m.FIN.Client, &m.FIN.Server} {
		if r.flag() {
			*fin = &someFIN
		}
	}
	if r.flag() {
		m.RST = &model.RST{By: conn.Role(r.octet())}
	}
	for _, stays := range [...]*[]model.Stay{&m.States.Client, &m.States.Server} {
		*stays = make([]model.Stay, r.uint())
		for i := range *stays {
			s := &(*stays)[i]
			s.State, s.Since, s.File, s.Frame = tcpstate.State(r.octet()), r.time(), r.text(), r.int()
			s.DurationS, s.Bound, s.Open = model.Seconds(r.int()), conn.Bound(r.octet()), r.flag()
		}
	}
	m.Findings = make([]model.Finding, r.uint())
	for i := range m.Findings {
		m.Findings[i] = r.finding()
	}
	return m
}

// someFIN stands for a FIN, of which nothing more is asked.
var someFIN model.FIN

func (w *writer) row(r *row) {
	bits := r.dir | uint8(r.fate)<<1
	if r.weak {
		bits |= 0x80
	}
	w.octet(bits)
	w.octet(uint8(r.flags))
	w.uint(uint64(r.frames[0]))
	w.uint(uint64(r.frames[1]))
	w.time(r.at[0])
	w.time(r.at[1] - r.at[0])
	w.uint(uint64(r.seq))
	w.uint(uint64(r.len))
}

func (r *reader) row() (out row) {
	bits := r.octet()
	out.dir, out.fate, out.weak = bits&1, Fate(bits>>1&0x3f), bits&0x80 != 0
	out.flags = segment.Flags(r.octet())
	out.frames = [2]uint32{uint32(r.uint()), uint32(r.uint())}
	out.at[0] = r.time()
	out.at[1] = out.at[0] + r.time()
	out.seq, out.len = uint32(r.uint()), uint32(r.uint())
	return out
}

func (w *writer) noted(n *noted) {
	w.int(n.n)
	if n.n == 0 {
		return
	}
	w.int(n.weak)
	w.int(n.acks)
	w.uint(uint64(len(n.first)))
	for i := range n.first {
		w.row(&n.first[i])
	}
}

func (r *reader) noted() (n noted) {
	if n.n = r.int(); n.n == 0 {
		return n
	}
	n.weak, n.acks = r.int(), r.int()
	n.first = make([]row, r.uint())
	for i := range n.first {
		n.first[i] = r.row()
	}
	return n
}

func (w *writer) difference(d difference) {
	w.time(d.at)
	w.time(d.diff)
}

func (r *reader) difference() difference { return difference{r.time(), r.time()} }

func (w *writer) sampling(s *sampling) {
	w.int(s.n)
	if s.n == 0 {
		return
	}
	w.int(s.stride)
	w.difference(s.low)
	w.difference(s.high)
	w.uint(uint64(len(s.kept)))
	for i, d := range s.kept {
		if i > 0 {
			d = difference{d.at - s.kept[i-1].at, d.diff - s.kept[i-1].diff}
		}
		w.difference(d)
	}
}

func (r *reader) sampling() (s sampling) {
	if s.n = r.int(); s.n == 0 {
		return s
	}
	s.stride, s.low, s.high = r.int(), r.difference(), r.difference()
	s.kept = make([]difference, r.uint())
	for i := range s.kept {
		d := r.difference()
		if i > 0 {
			d.at, d.diff = d.at+s.kept[i-1].at, d.diff+s.kept[i-1].diff
		}
		s.kept[i] = d
	}
	return s
}
