package cli

import (
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/schema"
)

// topic is what help tells of that is no command.
type topic struct {
	name  string
	short string // one line, without a full stop
	parts func() []part
}

func topics() []topic {
	return []topic{
		{"where", "the fields that --where can ask for, and their values", whereParts},
		{"thresholds", "the flags that change what rules take for long, or for many", thresholdsParts},
		{"pairs", "how captures of both ends are compared, and what proves what", pairsParts},
		{"runs", "the small way past one machine: records that each host stores, and one report of them", runsParts},
		{"prometheus", "how a timeline comes into Prometheus and Grafana", prometheusParts},
		{"zabbix", "how a timeline comes into Zabbix", zabbixParts},
	}
}

func findTopic(name string) *topic {
	for _, t := range topics() {
		if t.name == name {
			return &t
		}
	}
	return nil
}

func (t *topic) help() string { return upperFirst(t.short) + ".\n\n" + plain(t.parts()) }

const whereIntro = `--where EXPR selects connections by the fields of their records, which are those of
flows --format jsonl. The language is that of github.com/expr-lang/expr: == != < <= > >= in
contains matches startsWith and or not, brackets, and text in quotes.

A field of an object is behind a dot: server.port == 443. In a list of objects one looks with
any, all, none or count, and a dot stands for the element: any(findings, .rule == "FIN207"). In
other lists one looks with in: "duplicates" in caveats. Durations are numbers of seconds, times are
compared with date("2026-01-02T15:04:05Z"). Null has null fields, and is neither less nor more than
anything: half_closed_s > 1 does not hold where half_closed_s is null. Look for it with rst == null.

The assertions of finwait.yaml are in the same language: see finwait help check. There flows is a
list of such records: all(flows, .close == "graceful").`

func whereParts() []part {
	fields := part{title: "Fields", width: flagWidth}
	for _, f := range schema.Fields() {
		about := f.Kind
		if f.About != "" {
			about += "; " + f.About
		}
		if len(f.Words) > 0 && !strings.Contains(f.About, f.Words[0]+" (") { // else they are defined there
			about += ": " + strings.Join(f.Words, ", ")
		}
		fields.entries = append(fields.entries, entry{f.Name, about, f.Depth})
	}
	return []part{{text: whereIntro}, {title: "Examples", examples: whereExamples}, fields}
}

var whereExamples = []example{
	{`close == "half-closed" and half_closed_s > 5`, "what one side never closed, and for more than five seconds"},
	{`any(findings, .rule == "FIN207")`, "what a rule found something of"},
	{`any(states.client, .state == "FIN-WAIT-2" and .duration_s > 1)`, "clients that were in FIN-WAIT-2 for more than a second"},
	{`server.port in [80, 443] and rst.by == "server"`, "what a web server reset"},
}

func thresholdsParts() []part {
	fs := newFlagSet("thresholds")
	new(judgeFlags).addThresholds(fs)
	return []part{
		{text: `Every command that runs the rules has these flags. finwait.yaml may have them in its section
thresholds, without the hyphens in front; a flag overrides the file.`},
		{title: "Flags", width: flagWidth, entries: flagEntries(fs, true)},
	}
}

// thresholdNames says briefly which flags that topic is about.
func thresholdNames() string {
	var names []string
	for i := range model.Thresholds {
		names = append(names, "--"+model.Thresholds[i].Name)
	}
	return strings.Join(names, ", ") + ": thresholds of the rules, see 'finwait help thresholds'"
}
