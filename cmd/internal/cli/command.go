package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// command is one subcommand.
type command struct {
	name     string
	args     string // what follows the flags: "FILE..."
	short    string // one line, without a full stop
	long     string // paragraphs
	examples []example

	// setup adds the command's flags to fs and returns what runs it once they
	// are parsed.
	setup func(fs *pflag.FlagSet) func(*invocation) (int, error)
}

type example struct{ line, about string }

// commands returns all of them in the order of the help text.
func commands() []*command {
	return []*command{reportCommand(), flowsCommand(), showCommand(), extractCommand(), checkCommand(), diffCommand(), explainCommand(), schemaCommand(), helpCommand(), versionCommand(), completionCommand()}
}

func findCommand(name string) *command {
	all := commands()
	i := slices.IndexFunc(all, func(c *command) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return all[i]
}

// flags returns the command's flags with their defaults.
func (c *command) flags() *pflag.FlagSet {
	fs := newFlagSet(c.name)
	c.setup(fs)
	return fs
}

func (c *command) usage() string {
	words := []string{"finwait", c.name}
	if c.name == "report" {
		words[1] = "[report]"
	}
	if c.flags().HasFlags() {
		words = append(words, "[flags]")
	}
	if c.args != "" {
		words = append(words, c.args)
	}
	return strings.Join(words, " ")
}

// hint is what a usage error ends with.
func (c *command) hint() string {
	return "Run 'finwait help " + c.name + "' for its flags and examples."
}

// help returns the command's own help text.
func (c *command) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\nUsage:\n  %s\n\n%s\n", upperFirst(c.short), c.usage(), paragraphs(c.long))
	if fs := c.flags(); fs.HasFlags() {
		own, thresholds := without(fs, isThreshold)
		fmt.Fprintf(&b, "\nFlags:\n%s", flagList(own))
		if thresholds {
			b.WriteString(thresholdNames())
		}
	}
	if len(c.examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, e := range c.examples {
			fmt.Fprintf(&b, "  %s\n      %s\n", e.line, e.about)
		}
	}
	return b.String()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// paragraphs wraps text, in which an empty line ends a paragraph.
func paragraphs(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		out = append(out, strings.Join(wrapWords(p, helpWidth), "\n"))
	}
	return strings.Join(out, "\n\n")
}
