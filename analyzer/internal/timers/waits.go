package timers

import (
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// waitSide is what the Wait of a sample points to, beside the sample itself.
type waitSide struct{ side conn.Role }

// Store puts what o shows into the record of its connection, and so Restore can take it
// back. The record shares memory with o.
func (o *Observation) Store(r *model.Record) {
	for i := range o.n {
		s, w := &o.samples[i], &o.waits[i]
		*w = model.Wait{
			Kind: o.kinds[i].Word(), SYNS: known(&s.waits[model.FromSYN]), RequestStartS: known(&s.waits[model.FromRequestStart]),
			RequestEndS: known(&s.waits[model.FromRequestEnd]), LastDataS: known(&s.waits[model.FromLastData]), FINACKS: known(&s.waits[model.FromFINACK]),
			LastSegmentS: known(&s.waits[model.FromLastSegment]), End: known(&s.end), Survived: s.least,
			IntervalS: known(&s.interval), Probes: known(&s.probes),
		}
		if s.owner.IsValid() {
			side := &o.sides[i].side
			if *side = conn.Client; s.owner == r.Server.IP && s.owner != r.Client.IP {
				*side = conn.Server
			}
			w.Side = side
		}
	}
	r.Waits = o.waits[:o.n]
}

// known returns v where it says something; a 0 does not.
func known[T ~int64](v *T) *T {
	if *v == 0 {
		return nil
	}
	return v
}

// Restore fills in o from what Store put into a record that was stored. It returns the kind
// of a wait that it does not know, which is left out; "" where there is none.
func (o *Observation) Restore(r *model.Record) (unknown string) {
	o.server, o.n = r.Server.AddrPort(), 0
	protocol := payload.ProtocolUnknown
	if r.App != nil {
		protocol = r.App.Protocol
	}
	for i := range r.Waits {
		w := &r.Waits[i]
		k, known := w.Kind.Kind()
		if !known {
			unknown = string(w.Kind)
			continue
		}
		s := sample{end: value(w.End), least: w.Survived, interval: value(w.IntervalS), probes: value(w.Probes)}
		s.waits = [model.NumTimerFroms]model.Seconds{
			value(w.SYNS), value(w.RequestStartS), value(w.RequestEndS), value(w.LastDataS), value(w.FINACKS), value(w.LastSegmentS),
		}
		if k != model.FINWait2Timeout { // whose protocol does not matter
			s.protocol = protocol
		}
		switch {
		case w.Side == nil:
		case *w.Side == conn.Server:
			s.owner = r.Server.IP
		default:
			s.owner = r.Client.IP
		}
		o.add(k, s)
	}
	if o.n > 0 {
		o.lot = r.Lot()
	}
	return unknown
}

// value is the inverse of known.
func value[T ~int64](v *T) (none T) {
	if v == nil {
		return none
	}
	return *v
}
