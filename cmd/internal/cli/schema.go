package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/pair"
	"finwait/analyzer/report/pairs"
	"finwait/analyzer/schema"
	"finwait/analyzer/suggest"
)

func schemaCommand() *command {
	return &command{
		name:  "schema",
		args:  "[" + strings.Join(schemas(), "|") + "]",
		short: "the JSON Schema of the output",
		long: `flow is a connection, as flows --format jsonl writes one a line; report is the summary of
report --format json. pair is the first line of pair --format jsonl, pair-flow a connection there, and
pair-segment what --segments writes behind it. Without a word it is flow. Later versions add members; what a member means
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
		return 0, &usageError{text: "schema takes one word: " + strings.Join(schemas(), ", ")}
	}
	if !slices.Contains(schemas(), name) {
		return 0, &usageError{text: fmt.Sprintf("unknown schema %q%s", name,
			suggest.OneOf(name, schemas()))}
	}
	text, err := schemaOf(name)
	if err != nil {
		return 0, err
	}
	return inv.print(string(text))
}

// pairSchemas are those of what pair writes.
var pairSchemas = []struct {
	name, title, id string
	of              reflect.Type
}{
	{"pair", "What two captures say of each other, as the first line of pair --format jsonl", pair.Schema, reflect.TypeFor[pairs.Head]()},
	{"pair-flow", "A connection in two captures, as pair --format jsonl writes it", pair.FlowSchema, reflect.TypeFor[pair.Flow]()},
	{"pair-segment", "What became of a segment, as pair --format jsonl --segments writes it", "finwait.pair.segment/1", reflect.TypeFor[pair.Segment]()},
}

// schemas are the words that schema takes.
func schemas() []string {
	list := slices.Clone(schema.Names)
	for _, s := range pairSchemas {
		list = append(list, s.name)
	}
	return list
}

func schemaOf(name string) ([]byte, error) {
	for _, s := range pairSchemas {
		if s.name == name {
			return schema.For(s.title, s.of, s.id)
		}
	}
	return schema.Of(name)
}
