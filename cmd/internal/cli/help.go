package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"finwait/analyzer/suggest"
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
	text := fmt.Sprintf("no command or topic %q", word) + suggest.DidYouMean(word, helpWords(), "%q")
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

const about = `finwait tells from packet captures how TCP connections were closed: who closed
first, who never did, how long each side stayed in which state, and which packets
prove it.`

// overview is the text of finwait help.
func overview() string {
	parts := append([]part{{text: about}}, overviewParts()...)
	return plain(parts) + "\nRun 'finwait help COMMAND' for the flags of a command, with examples.\n"
}

func overviewParts() []part {
	const width = 12
	list := part{title: "Commands", width: width}
	for _, cmd := range commands() {
		note := ""
		if cmd.name == "report" {
			note = " (the default)"
		}
		list.entries = append(list.entries, entry{head: cmd.name, about: cmd.short + note})
	}
	more := part{title: "Topics of help", width: width}
	for _, t := range topics() {
		more.entries = append(more.entries, entry{head: t.name, about: t.short})
	}
	return []part{
		{title: "Usage", usage: "finwait [COMMAND] [flags] FILE..."},
		list,
		more,
		{text: `FILE is a capture, pcap or pcapng, compressed or not; a directory, which stands
for every capture below it; a pattern such as 'day/*.pcap'; or - for standard
input. Flags may stand before or after files.`},
		{title: "Examples", examples: []example{
			{"finwait a.pcap", "how its connections were closed"},
			{"tcpdump -w - -U | finwait flows --format jsonl -", "one JSON object a connection; those that ended come while the capture goes on, many at a time"},
		}},
		exitCodes(),
	}
}

func exitCodes() part {
	return part{title: "Exit codes, the same for every output format", width: 5, entries: []entry{
		{head: "0", about: "done; no finding at or above --fail-on"},
		{head: "1", about: "findings at or above --fail-on; a check that failed; runs that differ"},
		{head: "2", about: "the command line is wrong"},
		{head: "3", about: "an input could not be read, or only in part, or output not be written"},
		{head: "130", about: "interrupted; what was done so far has been printed"},
	}}
}
