package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/schema"
)

func schemaCommand() *command {
	return &command{
		name:  "schema",
		args:  "[flow|report]",
		short: "the JSON Schema of the output",
		long: `flow is a connection, as flows --format jsonl writes one a line; report is the summary of
report --format json. Without a word it is flow. Later versions add members; what a member means
changes only with the number in "schema".`,
		examples: []example{
			{"finwait schema flow > finwait.flow.schema.json", "for a validator, or to generate types from"},
		},
		setup: func(*pflag.FlagSet) func(*invocation) (int, error) { return runSchema },
	}
}

func runSchema(inv *invocation) (int, error) {
	name := "flow"
	switch len(inv.args) {
	case 0:
	case 1:
		name = inv.args[0]
	default:
		return 0, &usageError{text: "schema takes one word: " + strings.Join(schema.Names, " or ")}
	}
	if !slices.Contains(schema.Names, name) {
		return 0, &usageError{text: fmt.Sprintf("unknown schema %q%s", name,
			or(didYouMean(name, schema.Names, "%q"), ": it is one of "+strings.Join(schema.Names, ", ")))}
	}
	text, err := schema.Of(name)
	if err != nil {
		return 0, err
	}
	return inv.print(string(text))
}
