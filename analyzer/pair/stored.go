package pair

import (
	"net/netip"
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/codec"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// What is known of a connection is stored as octets from when it is final until the clocks
// are known: it takes a tenth of the memory, and can wait in a file.

// writer appends values.
type writer struct {
	codec.Encoder
	names *names // of records; nil where there are none
}

func (w *writer) time(t frame.Time) { w.Signed(int64(t)) }

// reader takes values as writer appended them.
type reader struct {
	codec.Decoder
	names []string // of records
}

func (r *reader) time() frame.Time { return frame.Time(r.Signed()) }

func (w *writer) address(e model.Endpoint) {
	b := e.IP.As16()
	w.Flag(e.IP.Is4())
	w.Fixed(b[:])
	w.Unsigned(uint64(e.Port))
}

func (r *reader) address() (e model.Endpoint) {
	is4 := r.Flag()
	e.IP = netip.AddrFrom16([16]byte(r.Fixed(16)))
	if is4 {
		e.IP = e.IP.Unmap()
	}
	e.Port = uint16(r.Unsigned())
	return e
}

// record appends what is needed of a record. Times are told from its first segment on.
func (w *writer) record(m *model.Record) {
	began := m.First.Time
	w.time(began)
	w.name(m.File)
	w.Unsigned(uint64(m.Stream))
	w.address(m.Client)
	w.address(m.Server)
	w.Octet(uint8(m.Roles))
	for _, p := range [...]*model.Point{&m.First, &m.Last} {
		w.name(p.File)
		w.Signed(p.Frame)
		w.time(p.Time - began)
	}
	w.Octet(uint8(m.Close))
	w.Octet(uint8(m.Handshake))
	w.Unsigned(uint64(m.Caveats))
	w.Flag(m.FIN.Client != nil)
	w.Flag(m.FIN.Server != nil)
	w.Flag(m.RST != nil)
	if m.RST != nil {
		w.Octet(uint8(m.RST.By))
	}
	for _, stays := range [...][]model.Stay{m.States.Client, m.States.Server} {
		w.stays(stays, began)
	}
	w.Unsigned(uint64(len(m.Findings)))
	for i := range m.Findings {
		w.finding(&m.Findings[i])
	}
}

func (w *writer) stays(list []model.Stay, began frame.Time) {
	w.Unsigned(uint64(len(list)))
	for i := range list {
		s := &list[i]
		w.Octet(uint8(s.State))
		w.time(s.Since - began)
		w.Flag(s.File != "")
		if s.File != "" {
			w.name(s.File)
		}
		w.Signed(s.Frame)
		w.Signed(int64(s.DurationS))
		w.Octet(uint8(s.Bound))
		w.Flag(s.Open)
	}
}

func (w *writer) finding(f *model.Finding) {
	w.name(f.Rule)
	w.name(f.Name)
	w.Octet(uint8(f.Severity))
	w.Text(f.Message.String())
	w.name(f.Advice.String())
	w.Flag(f.Side != nil)
	if f.Side != nil {
		w.Octet(uint8(*f.Side))
	}
	w.Unsigned(uint64(len(f.Frames)))
	for _, n := range f.Frames {
		w.Signed(n)
	}
	w.Flag(f.DurationS != nil && f.Bound != nil)
	if f.DurationS != nil && f.Bound != nil {
		w.Signed(int64(*f.DurationS))
		w.Octet(uint8(*f.Bound))
	}
}

// finding makes f a finding as writer.finding left it.
func (r *reader) finding(f *model.Finding) {
	frames := f.Frames[:0]
	*f = model.Finding{Rule: r.name(), Name: r.name(), Severity: model.Severity(r.Octet())}
	f.Message, f.Advice = model.TextOf(r.Text()), model.TextOf(r.name())
	if r.Flag() {
		f.Side = &roles[r.Octet()%uint8(len(roles))]
	}
	for range r.Count() {
		frames = append(frames, r.Signed())
	}
	f.Frames = frames
	if r.Flag() {
		d := model.Seconds(r.Signed())
		b := conn.Bound(r.Octet())
		f.DurationS, f.Bound = &d, &b
	}
}

// roles are what a finding's side points to.
var roles = [...]conn.Role{conn.Client: conn.Client, conn.Server: conn.Server, conn.NoRole: conn.NoRole, conn.BothRoles: conn.BothRoles}

// decodeRecord makes m a record as writer.record left it, in the memory of what m held
// before, and returns it; nil where there is none.
func decodeRecord(b []byte, m *model.Record, names []string) (*model.Record, error) {
	if len(b) == 0 {
		return nil, nil
	}
	r := reader{codec.Decoder{B: b}, names}
	client, server, findings := m.States.Client, m.States.Server, m.Findings
	*m = model.Record{}
	began := r.time()
	m.File, m.Stream, m.Client, m.Server = r.name(), uint32(r.Unsigned()), r.address(), r.address()
	m.Roles = conn.RolesFrom(r.Octet())
	for _, p := range [...]*model.Point{&m.First, &m.Last} {
		p.File, p.Frame, p.Time = r.name(), r.Signed(), began+r.time()
	}
	m.Close, m.Handshake, m.Caveats = conn.Close(r.Octet()), conn.Handshake(r.Octet()), conn.Caveats(r.Unsigned())
	for _, fin := range [...]**model.FIN{&m.FIN.Client, &m.FIN.Server} {
		if r.Flag() {
			*fin = &someFIN
		}
	}
	if r.Flag() {
		m.RST = &model.RST{By: conn.Role(r.Octet())}
	}
	m.States.Client, m.States.Server = r.stays(client, began), r.stays(server, began)
	n := r.Count()
	findings = slices.Grow(findings[:0], n)[:n]
	for i := range findings {
		r.finding(&findings[i])
	}
	m.Findings = findings
	return m, r.Err
}

// stays returns the states of an end, in the memory of list.
func (r *reader) stays(list []model.Stay, began frame.Time) []model.Stay {
	n := r.Count()
	list = slices.Grow(list[:0], n)[:n]
	for i := range list {
		s := &list[i]
		s.State, s.Since, s.File = tcpstate.State(r.Octet()), began+r.time(), ""
		if r.Flag() {
			s.File = r.name()
		}
		s.Frame, s.DurationS, s.Bound, s.Open = r.Signed(), model.Seconds(r.Signed()), conn.Bound(r.Octet()), r.Flag()
	}
	return list
}

// someFIN stands for a FIN, of which nothing more is asked.
var someFIN model.FIN

func (w *writer) row(r *row) {
	bits := r.dir | uint8(r.fate)<<1
	if r.weak {
		bits |= 0x80
	}
	w.Octet(bits)
	w.Octet(uint8(r.flags))
	w.Unsigned(uint64(r.frames[0]))
	w.Unsigned(uint64(r.frames[1]))
	w.time(r.at[0])
	w.time(r.at[1] - r.at[0])
	w.Unsigned(uint64(r.seq))
	w.Unsigned(uint64(r.len))
}

func (r *reader) row() (out row) {
	bits := r.Octet()
	out.dir, out.fate, out.weak = bits&1, Fate(bits>>1&0x3f), bits&0x80 != 0
	out.flags = segment.Flags(r.Octet())
	out.frames = [2]int64{int64(r.Unsigned()), int64(r.Unsigned())}
	out.at[0] = r.time()
	out.at[1] = out.at[0] + r.time()
	out.seq, out.len = uint32(r.Unsigned()), uint32(r.Unsigned())
	return out
}

func (w *writer) noted(n *noted) {
	w.Signed(n.n)
	if n.n == 0 {
		return
	}
	w.Signed(n.weak)
	w.Unsigned(uint64(len(n.first)))
	for i := range n.first {
		w.row(&n.first[i])
	}
}

func (r *reader) noted() (n noted) {
	if n.n = r.Signed(); n.n == 0 {
		return n
	}
	n.weak = r.Signed()
	n.first = make([]row, r.Count())
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
	w.Signed(s.n)
	if s.n == 0 {
		return
	}
	w.Signed(s.stride)
	w.difference(s.low)
	last := s.low
	w.difference(s.high.less(last))
	w.Unsigned(uint64(len(s.kept)))
	for _, d := range s.kept {
		w.difference(d.less(last))
		last = d
	}
}

// sampling makes s one as writer.sampling left it.
func (r *reader) sampling(s *sampling) {
	kept := s.kept[:0]
	*s = sampling{n: r.Signed()}
	if s.n > 0 {
		s.stride, s.low = r.Signed(), r.difference()
		last := s.low
		s.high = r.difference().more(last)
		for range r.Count() {
			last = r.difference().more(last)
			kept = append(kept, last)
		}
	}
	s.kept = kept
}

func (d difference) less(o difference) difference { return difference{d.at - o.at, d.diff - o.diff} }

func (d difference) more(o difference) difference { return difference{d.at + o.at, d.diff + o.diff} }
