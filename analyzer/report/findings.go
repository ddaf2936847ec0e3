package report

import (
	"bytes"
	"fmt"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

const (
	groupsPerRule = 5  // groups of one rule that are told; the rest is counted
	groupsInAll   = 40 // groups of all rules
	maxTimers     = 20
)

// ruleGroups is the findings of one rule and severity: the groups that are told, and
// how many are left out.
type ruleGroups struct {
	groups            []model.FindingGroup
	more, connections int64
}

// byRule chooses the groups that people can still read. Groups of one rule stand
// together, the largest first.
func byRule(list []model.FindingGroup) []ruleGroups {
	var out []ruleGroups
	shown := 0
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Rule == list[0].Rule && list[n].Severity == list[0].Severity {
			n++
		}
		show := min(n, groupsPerRule, max(groupsInAll-shown, 1))
		shown += show
		r := ruleGroups{groups: list[:show]}
		for i := range list[show:n] {
			r.more++
			r.connections += list[show+i].Connections
		}
		out, list = append(out, r), list[n:]
	}
	return out
}

// others says what is left out.
func (r *ruleGroups) others() string {
	if r.more == 0 {
		return ""
	}
	f := &r.groups[0]
	return fmt.Sprintf("and %s of %s %s (%s)", prose.Count(r.more, "more group"), prose.Safe(f.Rule), prose.Safe(f.Name), prose.Count(r.connections, "connection"))
}

func (t *textReport) findings(b *bytes.Buffer, d *digest) {
	for _, r := range byRule(d.findings) {
		for i := range r.groups {
			t.finding(b, &r.groups[i], d.joined)
		}
		if rest := r.others(); rest != "" {
			fmt.Fprintf(b, "\n        %s\n", rest)
		}
	}
}

func (t *textReport) finding(b *bytes.Buffer, f *model.FindingGroup, joined []string) {
	const indent = "        "
	width := t.style.Columns() - len(indent)
	fmt.Fprintf(b, "\n%s %s%s\n", t.style.Severity(f.Severity, prose.Pad(f.Severity.String(), 7)),
		t.style.Bold(prose.Safe(f.Rule+" "+f.Name)), strings.Replace(about(f), ": ", "   ", 1))
	line := func(text string) {
		for _, l := range prose.Wrap(prose.Safe(text), width) {
			b.WriteString(indent + l + "\n")
		}
	}
	line(prose.UpperFirst(f.Message))
	for i := range f.Examples {
		e := &f.Examples[i]
		points, command := exampleWords(e), showCommand(e, joined)
		if command == "" {
			line(points)
			continue
		}
		if prose.Width(points)+prose.Width(command)+6 > width {
			points += "\n" + indent + " "
		} else {
			points += "  "
		}
		fmt.Fprintf(b, "%s%s →  %s\n", indent, points, command)
	}
	line(f.Advice)
	line(foldWords(f))
}

// about says how many connections a group is about; nothing where it is about a
// capture as a whole.
func about(f *model.FindingGroup) string {
	if f.Connections == 0 {
		return ""
	}
	return ": " + prose.Count(f.Connections, "connection") + " " + toServer(f)
}

// toServer says whom the connections of a group led to.
func toServer(f *model.FindingGroup) string {
	if f.Server == "" {
		return "to other servers"
	}
	return "to " + prose.Safe(f.Server)
}

// exampleWords lists the evidence of an example: stream 0: request 4, FIN 61.
func exampleWords(e *model.Example) string {
	var words []string
	for i, frame := range e.Frames {
		if i == 8 {
			words = append(words, "…")
			break
		}
		word := fmt.Sprint(frame)
		if i < len(e.Shows) && e.Shows[i] != "" {
			word = prose.Safe(e.Shows[i]) + " " + word
		} else if i == 0 {
			word = "frame " + word
		}
		words = append(words, word)
	}
	if words == nil {
		return fmt.Sprintf("stream %d", e.Stream)
	}
	return fmt.Sprintf("stream %d: %s", e.Stream, strings.Join(words, ", "))
}

// foldWords says what else was found on the connections of a group and follows
// from it.
func foldWords(f *model.FindingGroup) string {
	var words []string
	for _, fold := range f.Folds {
		word := fold.Rule + " " + fold.Name
		if fold.Connections != f.Connections {
			word += fmt.Sprintf(" (%s)", prose.Number(fold.Connections))
		}
		words = append(words, word)
	}
	if words == nil {
		return ""
	}
	return "It brought with it " + strings.Join(words, ", ") + "."
}

func (t *textReport) timers(b *bytes.Buffer, d *digest) {
	if len(d.timers) == 0 {
		return
	}
	g := prose.Grid{Indent: "  ", Left: 2}
	g.Head("Timers", "server", "value", "spread", "samples", "from", "known as")
	for i := range d.timers[:min(len(d.timers), maxTimers)] {
		g.Row(timerCells(&d.timers[i])...)
	}
	b.WriteByte('\n')
	g.Write(b, t.style)
	if more := len(d.timers) - maxTimers; more > 0 {
		fmt.Fprintf(b, "  and %s\n", prose.Count(int64(more), "more timer"))
	}
}

func timerCells(t *model.Timer) []string {
	known, value := "", t.Words()
	if t.KnownAs != nil {
		known = *t.KnownAs
	}
	if t.Interval != nil && t.Probes != nil {
		value += fmt.Sprintf(", then %s every %s", prose.Count(*t.Probes, "probe"), t.Interval.Words())
	}
	spread := ""
	if t.Value != nil { // what is only bounded scatters about nothing
		spread = "±" + t.Spread.Words()
	}
	return []string{
		t.Kind.String(), prose.Safe(t.Server), value, spread, prose.Number(t.Samples), t.From.String(), prose.Safe(known),
	}
}

func mdFindings(b *bytes.Buffer, list []model.FindingGroup, joined []string) {
	if len(list) > 0 {
		b.WriteString("\n### Findings\n")
	}
	for _, r := range byRule(list) {
		for i := range r.groups {
			mdFinding(b, &r.groups[i], joined)
		}
		if rest := r.others(); rest != "" {
			fmt.Fprintf(b, "\n%s\n", prose.EscapeMarkdown(rest))
		}
	}
}

func mdFinding(b *bytes.Buffer, f *model.FindingGroup, joined []string) {
	fmt.Fprintf(b, "\n**%s %s %s**%s\n\n%s\n\n", f.Severity, prose.EscapeMarkdown(f.Rule), prose.EscapeMarkdown(f.Name),
		prose.EscapeMarkdown(about(f)), prose.EscapeMarkdown(prose.UpperFirst(f.Message)))
	for i := range f.Examples {
		e := &f.Examples[i]
		b.WriteString("- " + prose.EscapeMarkdown(exampleWords(e)))
		if command := showCommand(e, joined); command != "" {
			b.WriteString(": " + prose.MarkdownCode(command))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "\n%s\n", prose.EscapeMarkdown(f.Advice))
	if folds := foldWords(f); folds != "" {
		fmt.Fprintf(b, "\n%s\n", prose.EscapeMarkdown(folds))
	}
}

func mdTimers(b *bytes.Buffer, list []model.Timer) {
	if len(list) == 0 {
		return
	}
	var rows [][]string
	for i := range list[:min(len(list), maxTimers)] {
		rows = append(rows, timerCells(&list[i]))
	}
	prose.MarkdownTable(b, "Timers", []string{"kind", "server", "value", "spread", "samples", "from", "known as"}, rows)
	if more := len(list) - maxTimers; more > 0 {
		fmt.Fprintf(b, "\nand %s\n", prose.Count(int64(more), "more timer"))
	}
}
