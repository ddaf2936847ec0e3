package tally

import (
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// Keys are what a summary can tell apart.
var Keys = []string{"file", "server", "client", "rule"}

// maxRows is how many keys are told apart at the end. When there are far more, the
// least remarkable go into one row.
const maxRows = 10_000

// breakdown gathers what is to be told of each file, server, client or rule. The
// zero breakdown gathers nothing.
type breakdown struct {
	by   string
	rows map[string]*keyed
	rest *keyed   // what many keys were merged into; nil for none
	seen distinct // the keys, once there is a rest
}

// keyed is what is gathered of one key.
type keyed struct {
	key         string
	connections int64
	close       map[conn.Close]int64
	severities  [model.NumSeverities]int64
	rules       []model.Worst
	half        sampling
	err         *string
}

// add takes in one connection.
func (b *breakdown) add(r *model.Record, g *Grouping) {
	switch b.by {
	case "":
	case "rule":
		for i := range r.Findings {
			if rule := r.Findings[i].Rule; !r.FoundBefore(i) {
				b.row(rule).add(r, g, rule)
			}
		}
	case "file":
		b.row(r.File).add(r, g, "")
	case "client":
		b.row(r.Client.IP.String()).add(r, g, "")
	default:
		b.row(r.Server.AddrPort().String()).add(r, g, "")
	}
}

// addFile takes in a capture, of which there may be no connection.
func (b *breakdown) addFile(f *model.FileInfo) {
	if b.by == "file" {
		b.row(f.File).err = f.Error
	}
}

// addFileFinding takes in what was found of a capture as a whole.
func (b *breakdown) addFileFinding(file string, f *model.FindingGroup) {
	key := map[string]string{"file": file, "rule": f.Rule}[b.by]
	if key == "" {
		return
	}
	row := b.row(key)
	row.severities[f.Severity]++
	row.count(f.Rule, f.Name, f.Severity, 0)
}

// row returns the row of a key.
func (b *breakdown) row(key string) *keyed {
	if row := b.rows[key]; row != nil {
		return row
	}
	if b.rows == nil {
		b.rows = map[string]*keyed{}
	}
	if len(b.rows) >= 2*maxRows {
		b.thin()
	}
	row := &keyed{key: key}
	b.rows[key] = row
	if b.rest != nil {
		b.see(key)
	}
	return row
}

// see counts a key among those that were ever seen.
func (b *breakdown) see(key string) {
	h := fnv.New64a()
	h.Write([]byte(key))
	b.seen.keep(model.Mix(h.Sum64()))
}

// thin merges all but the most remarkable maxRows rows.
func (b *breakdown) thin() {
	if b.rest == nil {
		b.rest = new(keyed)
		for key := range b.rows {
			b.see(key)
		}
	}
	for _, row := range b.sorted()[maxRows:] {
		delete(b.rows, row.key)
		b.rest.merge(row)
	}
}

// sorted returns the rows, the gravest first, then by the number of the gravest
// findings and of the connections.
func (b *breakdown) sorted() []*keyed {
	return slices.SortedFunc(maps.Values(b.rows), func(x, y *keyed) int {
		worst := max(x.worst(), y.worst())
		return cmp.Or(
			cmp.Compare(flag(y.err), flag(x.err)), cmp.Compare(y.worst(), x.worst()),
			cmp.Compare(y.severities[worst], x.severities[worst]), cmp.Compare(y.connections, x.connections),
			strings.Compare(x.key, y.key),
		)
	})
}

// flag puts captures that could not be read first.
func flag(err *string) int {
	if err == nil {
		return 0
	}
	return 1
}

// list returns what is told: nil where nothing was asked for.
func (b *breakdown) list() []model.Row {
	if b.by == "" {
		return nil
	}
	keys := int64(len(b.rows))
	if b.rest != nil {
		b.thin()
		keys, _ = b.seen.count()
	}
	out := make([]model.Row, 0, len(b.rows)+1)
	for _, row := range b.sorted() {
		out = append(out, row.row(b.by, 1))
	}
	if b.rest != nil {
		out = append(out, b.rest.row(b.by, max(keys-int64(len(out)), 1)))
	}
	return out
}

// add takes in one connection; with a rule, only what that says of it.
func (k *keyed) add(r *model.Record, g *Grouping, rule string) {
	k.connections++
	if k.close == nil {
		k.close = map[conn.Close]int64{}
	}
	k.close[r.Close]++
	if r.HalfClosed != nil && *r.HalfClosed == conn.ExactBound && r.HalfClosedS != nil {
		k.half.add(*r.HalfClosedS, r.Lot())
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if rule != "" && f.Rule != rule {
			continue
		}
		k.severities[f.Severity]++
		if !r.FoundBefore(i) && (rule != "" || g.cause(r, f) == nil) {
			k.count(f.Rule, f.Name, f.Severity, 1)
		}
	}
}

// count takes in that connections have a finding of a rule.
func (k *keyed) count(rule, name string, severity model.Severity, connections int64) {
	i, known := slices.BinarySearchFunc(k.rules, rule, func(w model.Worst, rule string) int { return strings.Compare(w.Rule, rule) })
	if !known {
		k.rules = slices.Insert(k.rules, i, model.Worst{Rule: rule, Name: name, Severity: severity})
	}
	w := &k.rules[i]
	w.Connections += connections
	w.Severity = max(w.Severity, severity)
}

func (k *keyed) merge(o *keyed) {
	k.connections += o.connections
	if k.close == nil {
		k.close = map[conn.Close]int64{}
	}
	for name, n := range o.close {
		k.close[name] += n
	}
	for i, n := range o.severities {
		k.severities[i] += n
	}
	for _, w := range o.rules {
		k.count(w.Rule, w.Name, w.Severity, w.Connections)
	}
	k.half.merge(&o.half)
}

// worst is the gravest severity of a finding.
func (k *keyed) worst() model.Severity {
	for s := model.Error; s > model.NoSeverity; s-- {
		if k.severities[s] > 0 {
			return s
		}
	}
	return model.NoSeverity
}

func (k *keyed) row(by string, keys int64) model.Row {
	row := model.Row{
		By: by, Key: k.key, Keys: keys, Connections: k.connections, Close: k.close, Error: k.err,
		Severities: countsOf(&k.severities), HalfClosed: k.half.times(),
	}
	if row.Close == nil {
		row.Close = map[conn.Close]int64{}
	}
	for i := range k.rules {
		w := &k.rules[i]
		if row.Worst == nil || graver(w, row.Worst) {
			row.Worst = w
		}
	}
	return row
}

// graver reports whether finding w is to be told instead of o, which is of an earlier rule.
func graver(w, o *model.Worst) bool {
	return w.Severity > o.Severity || w.Severity == o.Severity && w.Connections > o.Connections
}

func countsOf(n *[model.NumSeverities]int64) model.Severities {
	return model.Severities{Error: n[model.Error], Warning: n[model.Warning], Info: n[model.Info]}
}
