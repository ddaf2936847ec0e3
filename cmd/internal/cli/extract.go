package cli

import (
	"github.com/spf13/pflag"
)

// extractFlags are those of extract alone.
type extractFlags struct {
	anonymize, headersOnly, comments bool
	key                              string
}

func extractCommand() *command {
	return &command{
		name:  "extract",
		args:  "FILE...",
		short: "the selected connections as a new capture",
		long: `It writes the frames of the connections that --stream and --where select, of all without them, to
a pcapng file: in order, with their timestamps to the nanosecond, lengths, link types and interfaces;
ICMP errors about them and IP fragments included, and nothing else. Of several captures it makes one
in time order; --join also follows connections across them. finwait says the same of the
new capture as of the old one: how long was observed and how many packets were dropped stand in
its interface statistics, gaps in comments of its section. One thing is lost: that the addresses and
ports of a connection were used again, where the next connection on them is left out.

Findings become packet comments on their evidence, which Wireshark shows and filters for
(frame.comment); --comments=false leaves them out.

--anonymize is for captures that go to others. Addresses get aliases: those of a network share a network
again, private ones stay private. MAC addresses, interface names, payload and unknown
options are blanked, checksums made right. Ports, numbers, flags, times, VLANs and the common TCP options stay,
for they are what finwait judges by; what needs payload (requests, app) is lost. A frame with
anything in it that is not known well enough, as in most tunnels, ends the command without a file.

The captures are read twice, three times if there are fragments; standard input goes to a temporary file meanwhile.`,
		examples: []example{
			{"finwait extract a.pcap --stream 3 -w fixture.pcapng", "what Wireshark shows for tcp.stream eq 3"},
			{"finwait extract captures/ --where 'close == \"half-closed\"' -w - | tshark -r -", "from many captures, to another program"},
			{"finwait extract a.pcap --stream 3 --anonymize --headers-only -w fixture.pcapng", "for a bug report"},
			{"finwait extract --join ring.pcap* --where 'any(findings, .rule == \"FIN201\")' -w gaveup.pcapng", "from a rotated capture"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var in inputFlags
			var out outputFlags
			var judge judgeFlags
			var extract extractFlags
			fs.StringVarP(&out.path, "write", "w", "", "write to `FILE`, which appears only when it is complete; - is standard output")
			fs.BoolVar(&extract.anonymize, "anonymize", false, "replace addresses, blank payload and hardware addresses")
			fs.StringVar(&extract.key, "key", "", "with --anonymize, the secret `TEXT` that the aliases depend on, so that several captures get the same; without it, random")
			fs.BoolVar(&extract.headersOnly, "headers-only", false, "cut packets off behind the TCP header; their length on the wire stays")
			fs.BoolVar(&extract.comments, "comments", true, "write findings as comments of packets")
			out.addFailOn(fs)
			out.addQuiet(fs)
			in.add(fs)
			in.jobs.add(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				j := &job{invocation: inv, input: &in, output: &out, judge: &judge}
				return (&extractJob{job: j, extractFlags: &extract}).run()
			}
		},
	}
}

// check finds what pflag cannot.
func (f *extractFlags) check(j *job) error {
	switch {
	case j.output.path == "":
		return &usageError{text: "where to? -w FILE, or -w - for standard output"}
	case j.output.path == "-" && isTerminal(j.Stdout):
		return &usageError{text: "a capture is nothing for a terminal: write to a file or a pipe"}
	case j.flags.Changed("key") && !f.anonymize:
		return &usageError{text: "--key is for --anonymize"}
	case j.flags.Changed("key") && f.key == "":
		return &usageError{text: "--key is empty"}
	}
	return nil
}
