package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// explainSchema names the version of what explain writes as JSON.
const explainSchema = "finwait.explain/1"

// ExplainFormats are the ways to write what rules mean.
var ExplainFormats = []string{"text", "markdown", "json"}

// explained is a rule as explain shows it.
type explained struct {
	ID         string             `json:"id"`
	Name       string             `json:"name"`
	Severity   model.Severity     `json:"severity"`
	Title      string             `json:"title"`
	Text       string             `json:"text"`
	Script     string             `json:"script"`
	Confirm    string             `json:"confirm"`
	Change     string             `json:"change"`
	Harmless   string             `json:"harmless"`
	Source     string             `json:"source"`
	Thresholds []explainedSetting `json:"thresholds"`
}

// explainedSetting is a threshold of a rule.
type explainedSetting struct {
	Flag    string `json:"flag"`
	YAML    string `json:"yaml"` // path of the key in finwait.yaml
	Default string `json:"default"`
	About   string `json:"about"`
}

func explanation(r *model.Rule) *explained {
	d := &r.Doc
	e := &explained{
		ID: r.ID, Name: r.Name, Severity: r.Severity, Title: flow(d.Title), Text: flow(d.Text), Script: strings.Trim(d.Script, "\n"),
		Confirm: flow(d.Confirm), Change: flow(d.Change), Harmless: flow(d.Harmless), Source: flow(d.Source),
		Thresholds: []explainedSetting{},
	}
	defaults := model.DefaultConfig()
	for i := range model.Thresholds {
		if t := &model.Thresholds[i]; slices.Contains(t.Rules, r.ID) {
			e.Thresholds = append(e.Thresholds, explainedSetting{"--" + t.Name, "thresholds." + t.Name, t.Value(&defaults), t.About})
		}
	}
	return e
}

// flow undoes the line breaks of the source; an empty line ends a paragraph.
func flow(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		out = append(out, strings.Join(strings.Fields(p), " "))
	}
	return strings.Join(out, "\n\n")
}

// Explain writes what a rule means.
func Explain(w io.Writer, s prose.Style, format string, r *model.Rule) error {
	e := explanation(r)
	switch format {
	case "json":
		return writeExplained(w, []*explained{e})
	case "markdown":
		_, err := w.Write(e.markdown())
		return err
	}
	_, err := w.Write(e.text(s))
	return err
}

// ListRules writes which rules there are; as JSON, with all that is said of them.
func ListRules(w io.Writer, s prose.Style, format string, rules []*model.Rule) error {
	var b bytes.Buffer
	switch format {
	case "json":
		var list []*explained
		for _, r := range rules {
			list = append(list, explanation(r))
		}
		return writeExplained(w, list)
	case "markdown":
		b.WriteString("| ID | name | severity | reports |\n|:--|:--|:--|:--|\n")
		for _, r := range rules {
			prose.MarkdownRow(&b, []string{r.ID, r.Name, r.Severity.String(), flow(r.Doc.Title)})
		}
	default:
		name := 0
		for _, r := range rules {
			name = max(name, len(r.Name))
		}
		const before = len("FIN101  ") + len("  warning  ")
		for _, r := range rules {
			lead := s.Bold(r.ID) + "  " + prose.Pad(r.Name, name) + "  " + s.Severity(r.Severity, prose.Pad(r.Severity.String(), 7)) + "  "
			for _, line := range prose.Wrap(flow(r.Doc.Title), max(s.Columns()-name-before, minFlags)) {
				b.WriteString(lead + line + "\n")
				lead = strings.Repeat(" ", name+before)
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeExplained(w io.Writer, list []*explained) error {
	return prose.JSONEncoder(w, "  ").Encode(struct {
		Schema string       `json:"schema"`
		Rules  []*explained `json:"rules"`
	}{explainSchema, list})
}

func (e *explained) text(s prose.Style) []byte {
	const indent = "  "
	var b bytes.Buffer
	width := min(s.Columns(), 100)
	part := func(title, text string) {
		if title != "" {
			fmt.Fprintf(&b, "\n%s\n", s.Bold(title))
		}
		for i, p := range strings.Split(text, "\n\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			for _, line := range prose.Wrap(p, width-len(indent)) {
				b.WriteString(indent + line + "\n")
			}
		}
	}
	fmt.Fprintf(&b, "%s   %s\n", s.Bold(e.ID+" "+e.Name), s.Severity(e.Severity, e.Severity.String()))
	part("", e.Title)
	part("Why", e.Text)
	fmt.Fprintf(&b, "\n%s\n", s.Bold("What it looks like"))
	for line := range strings.SplitSeq(e.Script, "\n") {
		b.WriteString(strings.TrimRight(indent+indent+line, " ") + "\n")
	}
	part("How to confirm it", e.Confirm)
	part("What to change", e.Change)
	part("When it is harmless", e.Harmless)
	for i, t := range e.Thresholds {
		title := ""
		if i == 0 {
			title = "Thresholds"
		}
		part(title, fmt.Sprintf("%s (default %s): %s; in finwait.yaml %s", t.Flag, t.Default, t.About, t.YAML))
	}
	part("Source", e.Source)
	return b.Bytes()
}

func (e *explained) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s %s\n\n*%s*: %s\n\n%s\n", e.ID, e.Name, e.Severity, prose.EscapeMarkdown(e.Title), mdText(e.Text))
	fmt.Fprintf(&b, "\n### What it looks like\n\n```\n%s\n```\n", e.Script)
	for _, p := range [][2]string{
		{"How to confirm it", e.Confirm}, {"What to change", e.Change}, {"When it is harmless", e.Harmless},
	} {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", p[0], mdText(p[1]))
	}
	if len(e.Thresholds) > 0 {
		b.WriteString("\n### Thresholds\n\n| flag | key in finwait.yaml | default | meaning |\n|:--|:--|:--|:--|\n")
		for _, t := range e.Thresholds {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", t.Flag, t.YAML, t.Default, prose.EscapeMarkdown(t.About))
		}
	}
	fmt.Fprintf(&b, "\nSource: %s\n", prose.EscapeMarkdown(e.Source))
	return b.Bytes()
}

// mdText escapes text paragraph by paragraph.
func mdText(text string) string {
	list := strings.Split(text, "\n\n")
	for i := range list {
		list[i] = prose.EscapeMarkdown(list[i])
	}
	return strings.Join(list, "\n\n")
}
