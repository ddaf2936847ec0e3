package timeline

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// Socket is one end of a connection at one moment.
type Socket struct {
	State       tcpstate.State
	Local, Peer netip.AddrPort
	RecvQ       *int64 // octets that the application has not read; nil where segments do not tell
	SendQ       *int64 // octets that the peer has not acknowledged, likewise
	Since       model.Time
	Duration    model.Seconds // of the stay in the state, which may go on after the moment
	Bound       string        // exact, at-least, at-most
	Stream      uint32
	Findings    []string // rules, the gravest first

	to    model.Time
	lasts bool // at the end of the capture, to is the stay's, too
}

// Moment is the time of a table: a time, or so long before the end of observation.
type Moment struct {
	At        model.Time
	FromEnd   bool
	BeforeEnd time.Duration // valid iff FromEnd
}

// TableOptions say which sockets are asked for. The zero value asks for all.
type TableOptions struct {
	Hosts    []netip.Addr // none for all
	States   []tcpstate.State
	TimeWait time.Duration
}

// Table is a Handler that keeps the sockets of one moment. Where that is told from
// the end, it keeps those of which an end so late was not seen yet: its memory grows
// with the live connections.
type Table struct {
	Moment Moment // At may be set as late as before the first record

	options TableOptions
	sockets []Socket
	room    int        // sockets, beyond which those that are over are dropped
	latest  model.Time // the latest time that a record tells of
	first   *model.Time
	end     *model.Time
	unread  bool                // the last capture could not be opened
	hosts   map[netip.Addr]bool // that occur; of many, not all
	write   func(*Table) error
}

// maxNamed bounds the hosts that are remembered, to name them.
const maxNamed = 1000

// NewTable returns a Table that is handed to write when it is complete.
func NewTable(m Moment, o TableOptions, write func(*Table) error) *Table {
	return &Table{Moment: m, options: o, room: 1024, write: write, hosts: map[netip.Addr]bool{}}
}

// Record keeps the sockets of a connection that may be there at the moment.
func (t *Table) Record(r *model.Record) error {
	t.latest = max(t.latest, r.Last.Time)
	ends := [2]netip.AddrPort{netip.AddrPortFrom(r.Client.IP, r.Client.Port), netip.AddrPortFrom(r.Server.IP, r.Server.Port)}
	of := endsOf(r)
	for side, stays := range of.stays {
		host := ends[side].Addr()
		if len(t.hosts) < maxNamed || slices.Contains(t.options.Hosts, host) {
			t.hosts[host] = true
		}
		if len(t.options.Hosts) > 0 && !slices.Contains(t.options.Hosts, host) {
			continue
		}
		for i := range stays {
			s, ok := of.span(side, i, t.options.TimeWait)
			if !ok || len(t.options.States) > 0 && !slices.Contains(t.options.States, s.state) {
				continue
			}
			if one := socketOf(r, &s, side, ends); t.mayHold(&one) {
				one.lasts = of.lasts(&s, s.to)
				one.Findings = findingsOf(r)
				t.sockets = append(t.sockets, one)
			}
		}
	}
	if len(t.sockets) > t.room {
		t.drop()
		t.room = max(1024, 2*len(t.sockets))
	}
	return nil
}

// mayHold reports whether a socket may be there at the moment, as far as is known.
func (t *Table) mayHold(s *Socket) bool {
	if !t.Moment.FromEnd {
		return s.Since <= t.Moment.At && t.Moment.At <= s.to
	}
	return s.to >= t.latest-model.Time(t.Moment.BeforeEnd)
}

// holds reports whether a socket is there at the moment, end being that of
// observation.
func (t *Table) holds(s *Socket, end model.Time) bool {
	at := t.Moment.At
	return s.Since <= at && (at < s.to || s.lasts && at == s.to && at == end)
}

func (t *Table) drop() {
	t.sockets = slices.DeleteFunc(t.sockets, func(s Socket) bool { return !t.mayHold(&s) })
}

// File takes when observation began and ended.
func (t *Table) File(f *model.FileInfo) error {
	if f.First != nil && (t.first == nil || *f.First < *t.first) {
		t.first = f.First
	}
	if f.Observed != nil && (t.end == nil || *f.Observed > *t.end) {
		t.end = f.Observed
	}
	t.unread = f.Error != nil && f.Format == ""
	return nil
}

// Close hands on the table, unless the one capture was not read.
func (t *Table) Close(*model.Summary) error {
	if err := t.settle(); err != nil {
		return err
	}
	if t.unread && t.end == nil {
		return nil
	}
	if t.end != nil {
		t.sockets = slices.DeleteFunc(t.sockets, func(s Socket) bool { return !t.holds(&s, *t.end) })
	}
	t.dropReused()
	slices.SortStableFunc(t.sockets, func(a, b Socket) int {
		return cmp.Or(a.Local.Addr().Compare(b.Local.Addr()), cmp.Compare(a.State, b.State), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Stream, b.Stream))
	})
	return t.write(t)
}

// dropReused drops the sockets in TIME-WAIT that have made room for others on the same
// addresses and ports.
func (t *Table) dropReused() {
	newest := map[tuple]model.Time{}
	for i := range t.sockets {
		s := &t.sockets[i]
		newest[tuple{s.Local, s.Peer}] = max(newest[tuple{s.Local, s.Peer}], s.Since)
	}
	t.sockets = slices.DeleteFunc(t.sockets, func(s Socket) bool {
		return s.State == tcpstate.TimeWait && s.Since < newest[tuple{s.Local, s.Peer}]
	})
}

// settle makes the moment a time, and finds what cannot be told.
func (t *Table) settle() error {
	if t.end == nil {
		return nil // nothing was read
	}
	first := *t.end
	if t.first != nil {
		first = min(first, *t.first)
	}
	if t.Moment.FromEnd {
		t.Moment = Moment{At: *t.end - model.Time(t.Moment.BeforeEnd)}
	}
	for _, host := range t.options.Hosts {
		if !t.hosts[host] {
			return &HostError{Host: host, Known: t.Hosts()}
		}
	}
	if t.Moment.At < first || t.Moment.At > *t.end {
		return &MomentError{At: t.Moment.At, First: first, End: *t.end}
	}
	return nil
}

// Sockets returns those of the moment, by host, state and time.
func (t *Table) Sockets() []Socket { return t.sockets }

// Hosts returns the hosts that occur; of more than a thousand, those that came first.
func (t *Table) Hosts() []netip.Addr {
	var list []netip.Addr
	for host := range t.hosts {
		list = append(list, host)
	}
	slices.SortFunc(list, netip.Addr.Compare)
	return list
}

// First returns the time of the first packet: what people count from.
func (t *Table) First() model.Time {
	if t.first == nil {
		return t.Moment.At
	}
	return *t.first
}

func socketOf(r *model.Record, s *span, side int, ends [2]netip.AddrPort) Socket {
	out := Socket{
		State: s.state, Local: ends[side], Peer: ends[1-side], Since: s.from, Duration: s.stay.DurationS,
		Bound: s.stay.Bound.String(), Stream: r.Stream, to: s.to,
	}
	out.RecvQ, out.SendQ = queues(r, s.state, side)
	return out
}

// findingsOf returns the rules that found something of a connection, the gravest
// first.
func findingsOf(r *model.Record) (rules []string) {
	list := slices.Clone(r.Findings)
	slices.SortStableFunc(list, func(a, b model.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	for i := range list {
		rules = append(rules, list[i].Rule)
	}
	return rules
}

// queues returns what ss shows of a socket in the state, where nothing else is
// possible: a SYN waits for its acknowledgment, FIN-WAIT-2 means that all was
// acknowledged, and where there was no payload none can wait.
func queues(r *model.Record, state tcpstate.State, side int) (recv, send *int64) {
	sent := [2]int64{r.PayloadBytes.Client, r.PayloadBytes.Server}
	none, one := new(int64), new(int64)
	*one = 1
	switch state {
	case tcpstate.SynSent:
		return none, one
	case tcpstate.SynReceived, tcpstate.TimeWait:
		return none, none
	case tcpstate.FinWait2:
		send = none
	case tcpstate.Established, tcpstate.CloseWait:
		if sent[side] == 0 {
			send = none
		}
	case tcpstate.FinWait1, tcpstate.Closing, tcpstate.LastAck:
		if sent[side] == 0 {
			send = one
		}
	}
	if sent[1-side] == 0 && (state == tcpstate.Established || state == tcpstate.FinWait1 || state == tcpstate.FinWait2) {
		recv = none
	}
	return recv, send
}

// A HostError says that a host that was asked for is no end of any connection.
type HostError struct {
	Host  netip.Addr
	Known []netip.Addr
}

func (e *HostError) Error() string {
	text := fmt.Sprintf("no connection of what was read has an end at %v", e.Host)
	for i, host := range e.Known {
		switch i {
		case 0:
			text += "; --host can be " + host.String()
		case 10:
			return text + fmt.Sprintf(" and %d more", len(e.Known)-i)
		default:
			text += ", " + host.String()
		}
	}
	return text
}

// A MomentError says that nothing was observed at the moment.
type MomentError struct{ At, First, End model.Time }

func (e *MomentError) Error() string {
	where := fmt.Sprintf("%s after its end", model.Seconds(e.At.Sub(e.End)).Words())
	if e.At < e.First {
		where = fmt.Sprintf("%s before its first packet", model.Seconds(e.First.Sub(e.At)).Words())
	}
	return fmt.Sprintf("--at is outside of the capture, %s: write an offset from +0s to +%ss, or a time from %v to %v", where, model.Seconds(e.End.Sub(e.First)), e.First, e.End)
}
