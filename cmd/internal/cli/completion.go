package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/schema"
	"finwait/analyzer/suggest"
)

func completionCommand() *command {
	return &command{
		name:  "completion",
		args:  "bash|zsh|fish",
		short: "a script that lets a shell complete command lines",
		long:  "It completes commands, flags, the words that flags take, and the fields that --where begins with;\neverything else is a file.",
		examples: []example{
			{"source <(finwait completion bash)", "for this shell; put it into ~/.bashrc to keep it"},
			{"finwait completion zsh > \"${fpath[1]}/_finwait\"", "for zsh"},
			{"finwait completion fish > ~/.config/fish/completions/finwait.fish", "for fish"},
		},
		setup: func(*pflag.FlagSet) func(*invocation) (int, error) { return runCompletion },
	}
}

func runCompletion(inv *invocation) (int, error) {
	if len(inv.args) != 1 {
		return 0, &usageError{text: "which shell? It is one of bash, zsh, fish"}
	}
	switch shell := inv.args[0]; shell {
	case "bash":
		return inv.print(bashCompletion())
	case "zsh":
		return inv.print(zshCompletion())
	case "fish":
		return inv.print(fishCompletion())
	default:
		return 0, &usageError{text: fmt.Sprintf("unknown shell %q%s", shell,
			suggest.OneOf(shell, []string{"bash", "zsh", "fish"}))}
	}
}

// words returns what a flag, or the arguments of a command, may be; none where
// that is open.
func (c *command) words() []string {
	switch c.name {
	case "help":
		return helpWords()
	case "explain":
		return ruleWords()
	case "schema":
		return schemas()
	case "completion":
		return strings.Split(c.args, "|")
	}
	return nil
}

func flagWords(f *pflag.Flag) []string {
	if c, ok := f.Value.(*choice); ok {
		return c.words
	}
	return nil
}

// flagOffers returns what a flag's value may be, or may begin with; open says
// that more can follow.
func flagOffers(f *pflag.Flag) (words []string, open bool) {
	if _, ok := f.Value.(*wheres); ok {
		return fieldPaths(), true
	}
	if _, ok := f.Value.(*stateList); ok {
		return stateWords(), false
	}
	return flagWords(f), false
}

// fieldPaths are the fields of a record as an expression names them: close,
// server.port, and findings, whose elements have no names.
func fieldPaths() (list []string) {
	var above []string
	for _, f := range schema.Fields() {
		switch {
		case f.Depth == 0:
			names := strings.Split(f.Name, ", ")
			list = append(list, names...)
			if above = nil; strings.HasPrefix(f.Kind, "object") {
				above = names
			}
		default:
			for _, name := range above {
				list = append(list, name+f.Name)
			}
		}
	}
	return list
}

func names(list []*command) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.name)
	}
	return out
}

// flagNames returns a flag as it is written: --output, and -o if it has that.
func flagNames(f *pflag.Flag) []string {
	if f.Shorthand == "" {
		return []string{"--" + f.Name}
	}
	return []string{"--" + f.Name, "-" + f.Shorthand}
}

// summary returns a flag's help text without the marks of its value's name.
func summary(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	return usage
}

func takesValue(f *pflag.Flag) bool { return f.NoOptDefVal == "" }
