package payload

// Who sent something in a Dialog.
const (
	Client = iota
	Server
)

// Dialog is what was recognised in the payload of one connection. Its arrays are
// indexed by who sent it: Client or Server.
type Dialog struct {
	Protocol Protocol
	Last     [2]Turn   // what each said last; the zero Turn where it said nothing
	Turns    [2]uint32 // how often each spoke
	Messages [2]uint32 // HTTP/1 requests or responses that were seen to begin, no interim ones (RFC 9110 §15.2)
	Alerts   [2]Alert  // the last readable TLS alert of each
	Tails    [2]Tail
	Bursts   []Burst // the latest, in the order of the file; none without TLS
}

// Value is what a Store holds of one connection. It is valid until that changes.
type Value struct {
	state   *state // nil where there was no payload
	records *records
	heads   [2][]byte // by side
}

// Value returns what x holds at i; nothing where i is 0.
func (x *Store) Value(i uint32) Value {
	k := x.states.Find(i)
	if k == nil {
		return Value{}
	}
	return Value{k, x.records.Find(k.tls), [2][]byte{x.heads.Of(&k.last[0].head), x.heads.Of(&k.last[1].head)}}
}

// Dialog makes d what v holds, where client is the side of the client. It is valid as
// long as v is, and until the next call for d.
func (v *Value) Dialog(client uint8, d *Dialog) {
	bursts := d.Bursts[:0]
	*d = Dialog{Bursts: bursts}
	k := v.state
	if k == nil {
		return
	}
	d.Protocol = k.proto
	for r := range uint8(2) {
		side := r ^ client
		d.Last[r] = Turn{k.last[side].Extent, v.heads[side]}
		d.Turns[r], d.Messages[r] = k.turns[side], k.said[side]
		d.Alerts[r], d.Tails[r] = k.alerts[side], k.tails[side]
	}
	if q := v.records; q != nil {
		d.Bursts = append(bursts, q.bursts[:q.n]...)
		for i := range d.Bursts {
			d.Bursts[i].By ^= client
		}
	}
}

// Frames calls visit with every frame that a Dialog of v names, and with 0.
func (v *Value) Frames(visit func(frame uint32)) {
	if k := v.state; k != nil {
		for side := range k.last {
			visit(k.last[side].StartFrame)
			visit(k.last[side].EndFrame)
		}
	}
	if q := v.records; q != nil {
		for i := range q.bursts[:q.n] {
			visit(q.bursts[i].StartFrame)
			visit(q.bursts[i].EndFrame)
		}
	}
}

// Clone returns a copy of d that stays valid.
func (d *Dialog) Clone() Dialog {
	out := *d
	out.Bursts = append([]Burst(nil), d.Bursts...)
	for r := range out.Last {
		out.Last[r].head = append([]byte(nil), d.Last[r].head...)
	}
	return out
}
