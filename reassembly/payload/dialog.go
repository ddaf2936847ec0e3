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
	lists   [2][]Message // by side
}

// Value returns what x holds at i; nothing where i is 0.
func (x *Store) Value(i uint32) Value {
	k := x.states.Find(i)
	if k == nil {
		return Value{}
	}
	v := Value{state: k, records: x.records.Find(k.tls)}
	for side := range k.sides {
		v.lists[side] = x.messages.Of(&k.sides[side].reading.messages)
	}
	return v
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
		s := &k.sides[r^client]
		d.Last[r] = Turn{k.extent(r ^ client), v.lists[r^client], int64(s.reading.next - s.at), s.reading.opening}
		d.Turns[r], d.Messages[r], d.Tails[r] = s.turns, s.messages, s.tail
	}
	if q := v.records; q != nil {
		d.Alerts = [2]Alert{q.alerts[client], q.alerts[1-client]}
		d.Bursts = append(bursts, q.bursts[:q.n]...)
		for i := range d.Bursts {
			d.Bursts[i].By ^= client
		}
	}
}

// Frames calls visit with every frame that a Dialog of v names, and with 0.
func (v *Value) Frames(visit func(frame int64)) {
	if k := v.state; k != nil {
		for side := range uint8(2) {
			turn := k.extent(side)
			visit(turn.StartFrame)
			visit(turn.EndFrame)
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
		out.Last[r].Messages = append([]Message(nil), d.Last[r].Messages...)
	}
	return out
}
