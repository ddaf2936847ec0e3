package check

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
)

// learned is an assertion that holds.
type learned struct{ name, text string }

// Learn writes a configuration of assertions that hold for the captures now.
// What holds for all of them is told once.
func Learn(w io.Writer, captures []*Capture, config *Config) error {
	var each [][]learned
	for _, in := range captures {
		facts := config.facts(query.NewBudget(), in)
		var holding []learned
		for _, l := range candidates(in) {
			if a, err := query.CompileAssertion(l.text, nil); err == nil {
				if ok, err := a.Holds(facts); ok && err == nil {
					holding = append(holding, l)
				}
			}
		}
		each = append(each, holding)
	}
	var common []learned
	if len(each) > 1 {
		for _, l := range each[0] {
			if !slices.ContainsFunc(each[1:], func(list []learned) bool { return !slices.Contains(list, l) }) {
				common = append(common, l)
			}
		}
	}
	b := learner{config: config}
	for _, l := range common {
		b.write(l, "")
	}
	left := 0
	for i, in := range captures {
		if b.Len() > learnLimit {
			left = len(captures) - i
			break
		}
		for _, l := range each[i] {
			if !slices.Contains(common, l) {
				b.write(l, pattern(config.Dir, in.Path))
			}
		}
	}
	text := fmt.Sprintf("# What holds now of %s. Keep what is meant, and delete the rest.\n", count(len(captures), "capture"))
	switch {
	case b.Len() == 0:
		text = fmt.Sprintf("# Nothing holds now of %s that the configuration does not say.\n", count(len(captures), "capture"))
	case !config.List:
		text += "assertions:\n"
	}
	text += b.String()
	if left > 0 {
		text += fmt.Sprintf("# The file would become too long: nothing is said of %s more by themselves.\n", count(left, "capture"))
	}
	_, err := io.WriteString(w, text)
	return err
}

// learnLimit is how many octets are learned, of what a configuration can have.
const learnLimit = 160 << 10

// learner gathers assertions that the configuration does not have.
type learner struct {
	strings.Builder
	config *Config
}

// pattern names a capture as a configuration in dir does.
func pattern(dir, path string) string {
	absDir, err1 := filepath.Abs(dir)
	absPath, err2 := filepath.Abs(path)
	if err1 == nil && err2 == nil {
		if rel, err := filepath.Rel(absDir, absPath); err == nil && !strings.HasPrefix(rel, "..") {
			path = rel
		}
	}
	path = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(filepath.ToSlash(path))
	var b strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		if r == utf8.RuneError && size == 1 { // no text can say it
			b.WriteByte('?')
		} else {
			b.WriteString(path[i : i+size])
		}
		i += size
	}
	return b.String()
}

func (b *learner) write(l learned, files string) {
	if slices.ContainsFunc(b.config.Assertions, func(a Assertion) bool { return a.Text == l.text && (a.Files == files || a.Files == "") }) {
		return
	}
	indent := "  "
	if b.config.List {
		indent = strings.Repeat(" ", b.config.Indent)
	}
	fmt.Fprintf(b, "%s- name: %s\n", indent, yamlText(l.name))
	if files != "" {
		fmt.Fprintf(b, "%s  files: %s\n", indent, yamlText(files))
	}
	fmt.Fprintf(b, "%s  assert: %s\n", indent, yamlText(l.text))
}

// yamlText quotes text where YAML wants that, and escapes what is unsafe.
func yamlText(s string) string {
	if !strings.ContainsFunc(s, model.Unsafe) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case model.Unsafe(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// candidates are assertions that may say something about a capture.
func candidates(in *Capture) (list []learned) {
	add := func(name, text string, args ...any) { list = append(list, learned{name, fmt.Sprintf(text, args...)}) }
	n := len(in.Records)
	add(count(n, "connection"), "len(flows) == %d", n)
	if n == 0 {
		return list
	}
	closes, closers := map[conn.Close]int{}, map[conn.Role]int{}
	for _, r := range in.Records {
		closes[r.Close]++
		if r.FirstCloser != nil {
			closers[*r.FirstCloser]++
		}
	}
	for _, value := range prose.Closes() {
		switch closes[value] {
		case 0:
		case n:
			add("every connection is "+value.String(), "all(flows, .close == %q)", value)
		default:
			add(fmt.Sprintf("%d are %s", closes[value], value), "count(flows, .close == %q) == %d", value, closes[value])
		}
	}
	for _, side := range []conn.Role{conn.Client, conn.Server, conn.BothRoles} {
		if closers[side] == n {
			add(side.String()+" closes first", "all(flows, .first_closer == %q)", side)
		}
	}
	if closes[conn.CloseGraceful] < n {
		if len(closers) > 0 { // where nobody closes, no FIN can be missing
			add("no FIN is missing", "all(flows, len(.missing_fin) == 0)")
		}
		add("no reset", "all(flows, .rst == nil)")
	}
	ids := foundRules(in)
	if len(ids) == 0 {
		add("nothing is found", "len(findings) == 0")
	} else {
		add("no error is found", `none(findings, .severity == "error")`)
		add("no warning is found", `none(findings, .severity == "warning")`)
	}
	for _, id := range ids {
		add(id+" is found", "any(findings, .rule == %q)", id)
	}
	longest(in, add)
	for _, t := range in.Summary.Timers {
		if t.Value == nil {
			continue
		}
		low, high := float64(*t.Value)/1e9*0.8, float64(*t.Value)/1e9*1.2
		kind := t.Kind.String()
		add("a "+kind+" of "+t.Value.Words(), "any(timers, .kind == %q and .value_s > %s and .value_s < %s)", kind, decimal(low), decimal(high))
	}
	return list
}

// longest adds bounds of durations, with room for slower machines.
func longest(in *Capture, add func(name, text string, args ...any)) {
	for _, f := range []struct {
		name, field string
		of          func(*model.Record) *model.Seconds
	}{
		{"half-closed", "half_closed_s", func(r *model.Record) *model.Seconds { return r.HalfClosedS }},
		{"teardown", "teardown_s", func(r *model.Record) *model.Seconds { return r.TeardownS }},
	} {
		most := model.Seconds(-1)
		for _, r := range in.Records {
			if v := f.of(r); v != nil {
				most = max(most, *v)
			}
		}
		if most >= 0 {
			limit := roomy(most.Duration().Seconds())
			add(f.name+" for less than "+limit+" s", "max(map(flows, .%s ?? 0)) < %s", f.field, limit)
		}
	}
}

func foundRules(in *Capture) []string {
	var ids []string
	for _, r := range in.Records {
		for i := range r.Findings {
			if id := r.Findings[i].Rule; IsOfBehaviour(id) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// roomy returns the least of 1, 2 and 5 times a power of ten, and of 0.1, that
// leaves half as much again.
func roomy(v float64) string {
	v = max(v*1.5, 0.1)
	power := math.Pow(10, math.Floor(math.Log10(v)+1e-9))
	for _, step := range []float64{1, 2, 5, 10} {
		if limit := step * power; limit >= v-1e-9 {
			return decimal(limit)
		}
	}
	return decimal(10 * power)
}

func decimal(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}
