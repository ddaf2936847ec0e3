package cli

import (
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

// commands returns all of them in the order of the help text.
func commands() []*command {
	return []*command{reportCommand(), flowsCommand(), showCommand(), extractCommand(), timelineCommand(), ssCommand(), pairCommand(), checkCommand(), diffCommand(), explainCommand(), schemaCommand(), helpCommand(), versionCommand(), completionCommand(), manCommand()}
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
	return upperFirst(c.short) + ".\n\n" + plain(c.parts())
}

// parts are what there is to say of the command.
func (c *command) parts() []part {
	parts := []part{{title: "Usage", usage: c.usage()}, {text: c.long}}
	if fs := c.flags(); fs.HasFlags() {
		flags := part{title: "Flags", width: flagWidth, entries: flagEntries(fs, false)}
		if has(fs, isThreshold) {
			flags.also = thresholdNames()
		}
		parts = append(parts, flags)
	}
	if len(c.examples) > 0 {
		parts = append(parts, part{title: "Examples", examples: c.examples})
	}
	return parts
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
