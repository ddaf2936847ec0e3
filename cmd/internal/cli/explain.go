package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"finwait/analyzer/report"
	"finwait/analyzer/rules"
)

func explainCommand() *command {
	return &command{
		name:  "explain",
		args:  "[RULE]",
		short: "what a rule means, with an example",
		long: `RULE is an ID or a name. It tells why the rule's findings come about, what they look like in a
capture, how to confirm them on a host, what to change, when they are harmless, which thresholds
change them, and what all this rests on. Without RULE it lists the rules.`,
		examples: []example{
			{"finwait explain", "all rules, a line each"},
			{"finwait explain FIN201", "one rule"},
			{"finwait explain close-wait-leak --format markdown", "for a ticket"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			format := choice{"format", "text", report.ExplainFormats}
			out := outputFlags{}
			fs.VarP(&format, "format", "f", "how it is written")
			out.addColor(fs)
			return func(inv *invocation) (int, error) { return inv.explain(format.value, &out) }
		},
	}
}

func (inv *invocation) explain(format string, flags *outputFlags) (int, error) {
	if len(inv.args) > 1 {
		return 0, &usageError{text: "explain takes one rule"}
	}
	out, err := openOutput("", inv.Stdout)
	if err != nil {
		return 0, fmt.Errorf("output: %w", err)
	}
	style := flags.style(out, inv.Stdout)
	if len(inv.args) == 0 {
		err = report.ListRules(out, style, format, rules.All)
	} else {
		rule := rules.Find(inv.args[0])
		if rule == nil {
			return 0, &usageError{
				text: fmt.Sprintf("unknown rule %q%s", inv.args[0], rules.Suggest(inv.args[0])),
				hint: "Run 'finwait explain' for the list.",
			}
		}
		err = report.Explain(out, style, format, rule)
	}
	if finishErr := out.finish(true); err == nil {
		err = finishErr
	}
	return writeCode(exitOK, err)
}

// ruleWords are the rules as a shell may complete them.
func ruleWords() (words []string) {
	for _, r := range rules.All {
		words = append(words, r.ID)
	}
	for _, r := range rules.All {
		words = append(words, r.Name)
	}
	return words
}
