package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

func helpCommand() *command {
	return &command{
		name:  "help",
		args:  "[COMMAND]",
		short: "what finwait or one of its commands does",
		long:  "Without a command it lists them all.",
		examples: []example{
			{"finwait help flows", "the flags of flows, with examples"},
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
		return 0, unknownCommand(inv.args[0])
	}
	return 0, &usageError{text: "help takes one command"}
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
