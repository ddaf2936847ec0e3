package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

const (
	// Suffix is what the name of a golden record adds to that of its capture.
	Suffix = ".finwait.json"

	// goldenSchema names the version of the golden record.
	goldenSchema = "finwait.golden/1"
)

// Golden is the golden record of one capture.
type Golden struct {
	Schema      string  `json:"schema"`
	Rules       string  `json:"rules"` // IDs of the rules that were asked, apart by spaces
	Connections []Entry `json:"connections"`
}

// Entry is what is expected of one or more connections.
type Entry struct {
	Streams string `json:"streams"` // 0-11, 13
	Verdict
}

// Verdict is the behaviour of one connection.
type Verdict struct {
	Port         uint16         `json:"port,omitempty"` // of the server; 0 where it is one that a kernel hands out
	Handshake    conn.Handshake `json:"handshake"`
	Close        conn.Close     `json:"close"`
	FirstCloser  string         `json:"first_closer,omitempty"`
	MissingFIN   string         `json:"missing_fin,omitempty"`
	RST          string         `json:"rst,omitempty"` // who, and which kind
	Flags        string         `json:"flags"`         // see skeleton
	ClientStates string         `json:"client_states,omitempty"`
	ServerStates string         `json:"server_states,omitempty"`
	Findings     []string       `json:"findings,omitempty"` // rule ID, name, and side if there is one
}

// ephemeral is the least port that Linux hands out to clients, and to servers
// that do not ask for one (ip_local_port_range).
const ephemeral = 32768

// newVerdict returns the behaviour of a connection with the findings for which
// counts returns true.
func newVerdict(r *model.Record, counts func(*model.Finding) bool) Verdict {
	v := Verdict{
		Handshake:    r.Handshake,
		Close:        r.Close,
		MissingFIN:   sidesOf(r.MissingFIN),
		ClientStates: order(r.States.Client),
		ServerStates: order(r.States.Server),
	}
	if r.Server.Port < ephemeral {
		v.Port = r.Server.Port
	}
	if r.FirstCloser != nil {
		v.FirstCloser = r.FirstCloser.String()
	}
	v.Flags = skeleton(r.Flags, r.FirstCloser != nil && *r.FirstCloser == conn.BothRoles)
	if r.RST != nil {
		v.RST = r.RST.By.String()
		if r.RST.Kind != nil {
			v.RST += " " + r.RST.Kind.String()
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !IsOfBehaviour(f.Rule) || !counts(f) {
			continue
		}
		text := f.Rule + " " + f.Name
		if f.Side != nil {
			text += " " + f.Side.String()
		}
		if !slices.Contains(v.Findings, text) {
			v.Findings = append(v.Findings, text)
		}
	}
	slices.Sort(v.Findings)
	return v
}

// IsOfBehaviour reports whether a rule is about what hosts did, as one capture shows it:
// those of FIN9 are about the capture, and those of FIN6 need two.
func IsOfBehaviour(rule string) bool {
	return !strings.HasPrefix(rule, "FIN9") && !strings.HasPrefix(rule, "FIN6")
}

// order returns the states in their order. A FIN that also acknowledges takes its
// receiver from FIN-WAIT-1 through FIN-WAIT-2 at once (RFC 9293 §3.10.7.4);
// whether the acknowledgment comes alone is an affair of milliseconds.
func order(stays []model.Stay) string {
	var names []string
	for i := range stays {
		state := stays[i].State
		if state == tcpstate.TimeWait && i > 0 && stays[i-1].State == tcpstate.FinWait1 {
			names = append(names, tcpstate.FinWait2.String())
		}
		names = append(names, state.String())
	}
	return strings.Join(names, " ")
}

// sidesOf lists sides, apart by spaces.
func sidesOf(list []conn.Role) string {
	var words []string
	for _, side := range list {
		words = append(words, side.String())
	}
	return strings.Join(words, " ")
}

// key returns what is equal for equal behaviour, as far as the findings of known
// rules go.
func (v *Verdict) key(known map[string]bool) string {
	c := *v
	c.Findings = nil
	for _, f := range v.Findings {
		if id, _, _ := strings.Cut(f, " "); known[id] {
			c.Findings = append(c.Findings, f)
		}
	}
	text, _ := json.Marshal(&c) // strings and numbers
	return string(text)
}

// newGolden returns the golden record of verdicts, which are in the order of
// their streams. Connections that behave alike share an entry.
func newGolden(rules []string, streams []uint32, verdicts []Verdict) *Golden {
	g := &Golden{Schema: goldenSchema, Rules: strings.Join(rules, " "), Connections: []Entry{}}
	known := ruleSet(g.Rules)
	at := map[string]int{}
	var lists [][]uint32
	for i := range verdicts {
		key := verdicts[i].key(known)
		n, ok := at[key]
		if !ok {
			n = len(g.Connections)
			at[key] = n
			g.Connections = append(g.Connections, Entry{Verdict: verdicts[i]})
			lists = append(lists, nil)
		}
		lists[n] = append(lists[n], streams[i])
	}
	for i := range g.Connections {
		g.Connections[i].Streams = formatStreams(lists[i])
	}
	return g
}

func ruleSet(rules string) map[string]bool {
	set := map[string]bool{}
	for id := range strings.FieldsSeq(rules) {
		set[id] = true
	}
	return set
}

// GoldenLimit returns how many octets a golden record of a capture can have, which is
// far more than those that are written.
func GoldenLimit(connections int) int64 { return 256<<10 + 4<<10*int64(connections) }

// firstRules are those that every finwait knew which wrote golden records.
const firstRules = "FIN101 FIN102 FIN103 FIN104 FIN201 FIN202 FIN203 FIN204 FIN205 FIN206 FIN207 FIN208 FIN209 FIN210 FIN301 FIN302 FIN303 FIN401 FIN402 FIN403 FIN501"

// unasked returns the rules that are asked now and were not when the golden record was
// made, but for those that came later: it says nothing of what they find.
func (g *Golden) unasked(rules []string) (left []string) {
	known, first := ruleSet(g.Rules), ruleSet(firstRules)
	for _, id := range rules {
		if first[id] && !known[id] {
			left = append(left, id)
		}
	}
	return left
}

// Text returns the golden record as it is stored.
func (g *Golden) Text() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(g) // strings and numbers into memory
	return b.Bytes()
}

// parseGolden reads what Text wrote.
func parseGolden(text []byte) (*Golden, error) {
	var g Golden
	if err := json.Unmarshal(text, &g); err != nil {
		return nil, err
	}
	if g.Schema != goldenSchema {
		return nil, fmt.Errorf("schema %q, want %q", g.Schema, goldenSchema)
	}
	return &g, nil
}

// formatStreams writes ascending numbers as ranges.
func formatStreams(list []uint32) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		part := strconv.FormatUint(uint64(list[i]), 10)
		if j > i {
			part += "-" + strconv.FormatUint(uint64(list[j]), 10)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// streamRange is some streams, one after the other.
type streamRange struct{ from, to uint32 }

func (r streamRange) count() int64 { return int64(r.to) - int64(r.from) + 1 }

var errStreams = errors.New("streams are to be written as 0-3, 5")

// parseStreams reads what formatStreams wrote. It makes no numbers of ranges: who
// wrote them may have written them large.
func parseStreams(text string) ([]streamRange, error) {
	var list []streamRange
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		a, errA := strconv.ParseUint(from, 10, 32)
		b, errB := strconv.ParseUint(to, 10, 32)
		if errA != nil || errB != nil || b < a {
			return nil, errStreams
		}
		list = append(list, streamRange{uint32(a), uint32(b)})
	}
	return list, nil
}

// moreExpected is how many connections a golden record may name beyond twice those
// that there are. What comes near it is another capture's.
const moreExpected = 10_000

// expect returns the connections that a golden record names. They are no more than
// there can be with reason: tooMany is how many it names, where they are.
func (g *Golden) expect(found int) (want []*expected, tooMany int64, err error) {
	lists, total := make([][]streamRange, len(g.Connections)), int64(0)
	for i := range g.Connections {
		if lists[i], err = parseStreams(g.Connections[i].Streams); err != nil {
			return nil, 0, err
		}
		for _, r := range lists[i] {
			total += r.count()
		}
	}
	if total > 2*int64(found)+moreExpected {
		return nil, total, nil
	}
	for i, list := range lists {
		for _, r := range list {
			for n := int64(r.from); n <= int64(r.to); n++ {
				want = append(want, &expected{stream: uint32(n), was: &g.Connections[i].Verdict})
			}
		}
	}
	return want, 0, nil
}
