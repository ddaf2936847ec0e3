package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

func manCommand() *command {
	return &command{
		name:  "man",
		short: "the manual as a man page",
		long:  "It has what help says of all commands and topics, for man and mandoc.",
		examples: []example{
			{"finwait man > ~/.local/share/man/man1/finwait.1", "to be found by man finwait"},
			{"finwait man | man -l -", "to read it at once"},
		},
		setup: func(*pflag.FlagSet) func(*invocation) (int, error) {
			return func(inv *invocation) (int, error) {
				if len(inv.args) > 0 {
					return 0, &usageError{text: "man takes no argument"}
				}
				return inv.print(manPage(buildInfo()))
			}
		},
	}
}

// manPage returns the manual in the language of man(7).
func manPage(build build) string {
	r := new(roff)
	fmt.Fprintf(&r.b, ".TH FINWAIT 1 %q %q \"User Commands\"\n", build.date, "finwait "+build.version)
	r.macro("SH", "NAME")
	r.text("finwait - tells from packet captures how TCP connections were closed")
	parts := overviewParts()
	parts[0].title, parts[len(parts)-1].title = "Synopsis", "Exit status"
	r.parts("SH", parts[:1])
	r.macro("SH", "DESCRIPTION")
	r.paragraphs(about)
	untitled := func(p part) bool { return p.title == "" }
	for _, p := range parts {
		if untitled(p) {
			r.parts("SH", []part{p})
		}
	}
	r.parts("SH", slices.DeleteFunc(parts[1:], untitled))
	for _, cmd := range commands() {
		r.macro("SH", strings.ToUpper("command "+cmd.name))
		r.paragraphs(upperFirst(cmd.short) + ".")
		r.parts("SS", cmd.parts())
	}
	for _, t := range topics() {
		r.macro("SH", strings.ToUpper("help on "+t.name))
		r.paragraphs(upperFirst(t.short) + ".")
		r.parts("SS", t.parts())
	}
	r.macro("SH", "SEE ALSO")
	r.text("tcpdump(1), tshark(1), ss(8), pcap-filter(7), tcp(7)")
	return r.b.String()
}
