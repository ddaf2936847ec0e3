package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

func helpCommand() *command {
	return &command{
		name:  "help",
		args:  "[COMMAND|TOPIC]",
		short: "what finwait or one of its commands does",
		long:  "Without a command or topic it lists them all.",
		examples: []example{
			{"finwait help flows", "the flags of flows, with examples"},
			{"finwait help where", "the fields that --where can ask for, and their values"},
		},
		setup: func(*pflag.FlagSet) func(*invocation) (int, error) { return runHelp },
	}
}

func runHelp(inv *invocation) (int, error) {
	switch len(inv.args) {
	case 0:
		return inv.print(overview())
	case 1:
		if cmd := findCommand(inv.args[0]); cmd != nil {
			return inv.print(cmd.help())
		}
		if t := findTopic(inv.args[0]); t != nil {
			return inv.print(t.help())
		}
		return 0, unknownTopic(inv.args[0])
	}
	return 0, &usageError{text: "help takes one command or topic"}
}

func unknownTopic(word string) error {
	text := fmt.Sprintf("no command or topic %q", word) + didYouMean(word, helpWords(), "%q")
	return &usageError{text: text, hint: "Run 'finwait help' for what there is."}
}

// helpWords are what help can tell about.
func helpWords() []string {
	words := names(commands())
	for _, t := range topics() {
		words = append(words, t.name)
	}
	return words
}

// usageText is what a command line without anything gets.
func usageText() string {
	return "Usage: finwait [report] [flags] FILE...\nRun 'finwait help' for the commands."
}

const exitCodes = `Exit codes, the same for every output format:
  0    done; no finding at or above --fail-on
  1    findings at or above --fail-on; a check that failed; runs that differ
  2    the command line is wrong
  3    an input could not be read, or only in part, or output not be written
  130  interrupted; what was done so far has been printed
`

// overview is the text of finwait help.
func overview() string {
	var b strings.Builder
	b.WriteString(`finwait tells from packet captures how TCP connections were closed: who closed
first, who never did, how long each side stayed in which state, and which packets
prove it.

Usage:
  finwait [COMMAND] [flags] FILE...

Commands:
`)
	for _, cmd := range commands() {
		note := ""
		if cmd.name == "report" {
			note = " (the default)"
		}
		fmt.Fprintf(&b, "  %-12s%s%s\n", cmd.name, cmd.short, note)
	}
	b.WriteString("\nTopics of help:\n")
	for _, t := range topics() {
		fmt.Fprintf(&b, "  %-12s%s\n", t.name, t.short)
	}
	b.WriteString(`
FILE is a capture, pcap or pcapng, compressed or not; a directory, which stands
for every capture below it; a pattern such as 'day/*.pcap'; or - for standard
input. Flags may stand before or after files.

Examples:
  finwait a.pcap
      how its connections were closed
  tcpdump -w - -U | finwait flows --format jsonl -
      one JSON object a connection, as they end

`)
	b.WriteString(exitCodes)
	b.WriteString("\nRun 'finwait help COMMAND' for the flags of a command, with examples.\n")
	return b.String()
}
