package cli

import (
	"io"

	"github.com/spf13/pflag"

	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/tally"
)

func reportCommand() *command {
	return &command{
		name:  "report",
		args:  "FILE...",
		short: "the summary: how connections closed, and how long closing took",
		long: `It tells of all captures together how their connections were closed, who closed first, and how
long each side stayed in each closing state. "> 9.8 s" is a stay of which no more
was captured: it was not over when the capture ended (still open), or had begun unseen; "≤ 2.16 s" one
that ended at some unknown time before, perhaps behind the last segment.

FILE may be a stored run, too: what flows --format jsonl, json or parquet wrote, of one capture or
of many. Its records are counted as those of captures are, so that the results of several hosts
come together without their captures. A directory without captures stands for the runs below it,
as their names tell: .parquet, .jsonl. What only packets tell is missing then, and said to be.

html is a page that needs nothing from outside: the findings with the segments of an example, the
states over time, and the connections to sort and to filter. It reads the captures twice.`,
		examples: []example{
			{"finwait a.pcap", "the same as finwait report a.pcap"},
			{"finwait report --format json a.pcap | jq .states.server", "for a program"},
			{"finwait report --after +10s --before +20s a.pcap", "a part of the capture"},
			{"finwait report --by file captures/", "of many captures, which one to look at first"},
			{"finwait report --format html -o incident.html a.pcap", "a page with pictures, to look at and to pass on"},
			{"finwait report --format markdown -o summary.md captures/", "for a ticket"},
			{"finwait report runs/*.parquet", "of what each host's finwait flows -o runs/HOST.parquet found, without the captures"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var in inputFlags
			var out outputFlags
			var judge judgeFlags
			by := choice{"key", "", tally.Keys}
			out.add(fs, report.Names(report.Summaries), "text")
			fs.Var(&by, "by", "tell of each one apart, the gravest first")
			in.add(fs)
			in.jobs.add(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				j := &job{invocation: inv, input: &in, output: &out, judge: &judge, by: &by}
				if err := out.format.byName(inv, out.path); err != nil {
					return 0, err
				}
				j.summary = true
				if out.format.value == "html" {
					return (&reportPage{job: j}).run()
				}
				j.brief = true
				return j.run(func(w io.Writer, style prose.Style) (model.Handler, error) {
					return report.Find(report.Summaries, out.format.value).New(w, style), nil
				})
			}
		},
	}
}
