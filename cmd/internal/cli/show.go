package cli

import (
	"github.com/spf13/pflag"

	"finwait/analyzer/report/ladders"
)

// showFlags are those of show alone.
type showFlags struct {
	tuple    tupleFlag
	all      bool
	toScale  bool
	followUp bool
	pair     string // the other capture of the same traffic
}

func showCommand() *command {
	return &command{
		name:  "show",
		args:  "FILE",
		short: "one connection as a ladder: segments, both endpoints' states, findings",
		long: `The client's lifeline is on the left, the server's on the right; a state stands beside the segment
with which it begins. Sequence and acknowledgment numbers are relative, windows are scaled
("502?" where the scale was not captured), flags are tcpdump's. A silence of a second or more is drawn
as one. Findings stand below the last segment that proves them.

--stream, --tuple or --where select the connection, unless the capture has only one. Of several
connections that used the same addresses and ports, --tuple shows the first.

The capture is read twice; standard input goes to a temporary file meanwhile. Of long connections the
stretches in which nothing but data is exchanged are left out, unless --all is given. jsonl has every
segment.

html is a page that needs nothing from outside, svg a drawing for a document: beside the segments, which
slant where the delay is known and are dashed where they were lost, each end's states are coloured bands.

With --pair the segments are those of both captures, by the clock of FILE: what was lost ends in the
middle, what was forged begins there, and each end's states come from the capture that is nearer to it.`,
		examples: []example{
			{"finwait show a.pcap --stream 3", "the connection that Wireshark calls tcp.stream 3"},
			{"finwait show a.pcap --tuple 10.0.0.1:40000-10.0.0.2:443 --follow-up", "by its addresses, with filters for other programs"},
			{"finwait show a.pcap --where 'close == \"half-closed\"'", "the only one that one side never closed"},
			{"finwait show a.pcap --stream 3 --format html -o incident.html", "as a page to look at and to pass on"},
			{"finwait show client.pcap --stream 3 --pair server.pcap", "with the capture of the other end: which segments arrived, and when"},
			{"finwait show a.pcap --stream 3 --format jsonl", "for a program: one JSON object a segment"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var in inputFlags
			var out outputFlags
			var judge judgeFlags
			var show showFlags
			out.add(fs, ladders.Formats, "text")
			fs.Var(&show.tuple, "tuple", "the connection between two ends, in either order: 10.0.0.1:1234-10.0.0.2:80")
			fs.BoolVar(&show.all, "all", false, "leave out nothing")
			fs.BoolVar(&show.toScale, "to-scale", false, "let time run evenly in svg; html can be switched")
			fs.StringVar(&show.pair, "pair", "", "draw it with what `FILE` holds of it, a capture of the same traffic at the other end: the segments between two clocks")
			fs.BoolVar(&show.followUp, "follow-up", false, "add what selects the connection in Wireshark, tcpdump and ss")
			in.add(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				if err := out.format.byName(inv, out.path); err != nil {
					return 0, err
				}
				j := &job{invocation: inv, input: &in, output: &out, judge: &judge}
				return (&showJob{job: j, showFlags: &show}).run()
			}
		},
	}
}
