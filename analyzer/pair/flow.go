package pair

import (
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// The schemas of what is written.
const (
	Schema     = "finwait.pair/1"
	FlowSchema = "finwait.pair.flow/1"
)

// Directions holds one value per direction.
type Directions[T any] struct {
	ToServer T `json:"client-to-server"`
	ToClient T `json:"server-to-client"`
}

// Of returns the value for what a role sends.
func (d *Directions[T]) Of(from conn.Role) *T {
	if from == conn.Client {
		return &d.ToServer
	}
	return &d.ToClient
}

// Flow is what both captures say of one connection. Its JSON form is the promise to users.
type Flow struct {
	Schema      string                    `json:"schema"`
	A           *End                      `json:"a" about:"in the first capture; null where it is not there"`
	B           *End                      `json:"b" about:"in the second"`
	Translated  bool                      `json:"translated" about:"addresses or ports differ"`
	Segments    Directions[Counts]        `json:"segments" about:"what became of them"`
	DelayS      Directions[*Delays]       `json:"delay_s" about:"on the way between the captures; null where it is not known"`
	Waits       *Waits                    `json:"waits" about:"where the time went while the client waited for answers; null where there were none"`
	LostControl Directions[Control]       `json:"lost_control" about:"segments with SYN, FIN or RST that did not arrive"`
	StatesFrom  model.Sides[string]       `json:"states_from" about:"the capture that is nearer to that end" words:"a b"`
	States      model.Sides[[]model.Stay] `json:"states" about:"of each end from its own capture, or from both where one lacks something, by A's clock"`
	Handshake   conn.Handshake            `json:"handshake"`
	Close       conn.Close                `json:"close" about:"by both captures"`
	Findings    []Finding                 `json:"findings"`
	Caveats     model.Sides[conn.Caveats] `json:"caveats" about:"of each capture's record"`
	Rows        []Segment                 `json:"-"`
}

// End is a connection in one capture.
type End struct {
	File   string         `json:"file"`
	Stream uint32         `json:"stream" about:"tcp.stream of Wireshark"`
	Client model.Endpoint `json:"client"`
	Server model.Endpoint `json:"server"`
	First  model.Point    `json:"first" about:"by the capture's own clock"`
	Last   model.Point    `json:"last"`
	Close  conn.Close     `json:"close" about:"by this capture alone"`
}

// Counts is how many segments of a direction had each fate.
type Counts struct {
	Delivered   int64 `json:"delivered"`
	Lost        int64 `json:"lost"`
	Forged      int64 `json:"forged"`
	Duplicated  int64 `json:"duplicated"`
	NotCaptured int64 `json:"not_captured"`
	Unknown     int64 `json:"unknown"`
}

// All is how many there are.
func (c *Counts) All() int64 {
	return c.Delivered + c.Lost + c.Forged + c.Duplicated + c.NotCaptured + c.Unknown
}

// Sent is how many of them their sender sent, as far as is known.
func (c *Counts) Sent() int64 { return c.Delivered + c.Lost + c.NotCaptured }

// Add sums up.
func (c *Counts) Add(o *Counts) {
	c.Delivered += o.Delivered
	c.Lost += o.Lost
	c.Forged += o.Forged
	c.Duplicated += o.Duplicated
	c.NotCaptured += o.NotCaptured
	c.Unknown += o.Unknown
}

// Delays is how long segments of a direction were on their way.
type Delays struct {
	P50 model.Seconds `json:"p50"`
	P90 model.Seconds `json:"p90"`
	Max model.Seconds `json:"max"`
}

// Finding is what a rule says of a connection, with the evidence of both captures.
type Finding struct {
	Rule      string         `json:"rule"`
	Name      string         `json:"name"`
	Severity  model.Severity `json:"severity"`
	Message   model.Text     `json:"message"`
	Side      *conn.Role     `json:"side"`
	AFrames   []int64        `json:"a_frames"`
	BFrames   []int64        `json:"b_frames"`
	DurationS *model.Seconds `json:"duration_s"`
	Bound     *conn.Bound    `json:"bound"`
	Advice    model.Text     `json:"advice"`
}

// Segment is what became of one segment.
type Segment struct {
	AFrame    *int64         `json:"a_frame"`
	BFrame    *int64         `json:"b_frame"`
	Direction string         `json:"direction" words:"client-to-server server-to-client"`
	Fate      Fate           `json:"fate"`
	DelayS    *model.Seconds `json:"delay_s"`
	Time      model.Time     `json:"time" about:"where it was seen first, by A's clock"`
	Seq       uint32         `json:"seq" about:"as on the wire"`
	Len       uint32         `json:"len" about:"payload octets"`
	Flags     string         `json:"flags"`

	From conn.Role     `json:"-"`
	Bits segment.Flags `json:"-"`
	At   [2]model.Time `json:"-"` // in each capture, by A's clock; valid iff there is a frame
}

// direction names what a role sends.
func direction(from conn.Role) string {
	if from == conn.Client {
		return "client-to-server"
	}
	return "server-to-client"
}

// flow returns what is said of a connection.
func (k *kept) flow(o *Offset, m *Missing) *Flow {
	f := &Flow{Schema: FlowSchema}
	v := newViews(k, o, m)
	f.A, f.B = v.end(0), v.end(1)
	f.Translated = f.A != nil && f.B != nil && k.legs[0].tuple() != k.legs[1].tuple()
	for c, r := range v.records {
		if r != nil {
			*[2]*conn.Caveats{&f.Caveats.Client, &f.Caveats.Server}[c] = r.Caveats
		}
	}
	for _, role := range [...]conn.Role{conn.Client, conn.Server} {
		dir := v.dirOf(role)
		forward := k.sender(dir) == 0
		n := &k.notes
		*f.LostControl.Of(role) = Control{n.syns[dir].n, n.fins[dir].n, n.resets[dir].n}
		*f.Segments.Of(role) = k.flows[dir].count(m, k.sender(dir))
		if d := k.flows[dir].delays.delays(o, forward); d != nil {
			*f.DelayS.Of(role) = &Delays{model.Seconds(d.P50), model.Seconds(d.P90), model.Seconds(d.Max)}
		}
		v.states(f, role, o)
	}
	if v.client == 0 {
		f.Waits = k.waits.result(o, k.near)
	}
	f.Close, f.Handshake = v.close(), v.handshake()
	if len(k.rows) > 0 {
		f.Rows = k.segments(&v, o, m)
	}
	f.Findings = v.findings(f, o, m)
	return f
}

// count returns the counts of a direction; sender is the capture that is nearer to who sent
// them.
func (f *tally) count(m *Missing, sender int) Counts {
	n := f.counts
	for fate, weak := range f.weak {
		n[fate] -= weak
		n[m.fateOf(Fate(fate), true, sender)] += weak
	}
	return Counts{
		Delivered: n[Delivered], Lost: n[Lost], Forged: n[Forged],
		Duplicated: n[Duplicated], NotCaptured: n[NotCaptured], Unknown: n[UnknownFate],
	}
}

// segments returns the rows in A's order: those that only B has stand where their time is.
func (k *kept) segments(v *views, o *Offset, m *Missing) []Segment {
	rows := decodedRows(k.rows)
	slices.SortStableFunc(rows, func(x, y row) int {
		if d := x.timeA(o) - y.timeA(o); d != 0 {
			return int(max(min(d, 1), -1))
		}
		return int(int64(x.frames[0]) - int64(y.frames[0]))
	})
	out := make([]Segment, len(rows))
	for i := range rows {
		r, s := &rows[i], &out[i]
		role := v.roleOf(r.dir)
		*s = Segment{From: role, Bits: r.flags, Direction: direction(role), Fate: m.fateOf(r.fate, r.weak, k.sender(r.dir)), Time: r.timeA(o), Seq: r.seq, Len: r.len, Flags: flagText(r.flags)}
		if r.frames[0] != 0 {
			s.AFrame, s.At[0] = &r.frames[0], r.at[0]
		}
		if r.frames[1] != 0 {
			s.BFrame, s.At[1] = &r.frames[1], r.at[1]-o.OfB(r.at[1])
		}
		if r.frames[0] != 0 && r.frames[1] != 0 && r.at != [2]frame.Time{} && o.Known && r.fate == Delivered {
			d := model.Seconds(o.delay(difference{r.at[0], r.at[1] - r.at[0]}, k.sender(r.dir) == 0))
			s.DelayS = &d
		}
	}
	return out
}

// flagText returns control bits as flow records spell them: F S R . U E W, without PSH.
func flagText(f segment.Flags) string {
	text := (f &^ segment.PSH).AppendLetters(nil)
	if len(text) == 0 {
		return "none"
	}
	return string(text)
}
