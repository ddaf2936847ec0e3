package cli

import (
	"io"

	"github.com/spf13/pflag"

	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/records"
)

func flowsCommand() *command {
	return &command{
		name:  "flows",
		args:  "FILE...",
		short: "one record per connection",
		long: `The records come in the order in which the connections ended, capture after capture, so that
memory does not grow with the captures. --sort stream orders those of each capture by stream
number; tables always are.

The default format is a table, and with -o the one that the file is named after. jsonl is the one to process further: one JSON object a line, with
every field there is. csv, tsv, zeek and parquet have the same fields flattened, fin.client.frame as
fin_client_frame; lists are one JSON cell, but nested in parquet. In csv and tsv, text that a
spreadsheet would take for a formula, beginning with =, +, - or @, has an apostrophe before it,
and so has text that begins with one: take one off to have it as it was.`,
		examples: []example{
			{"finwait flows a.pcap", "a table of the connections, for reading"},
			{"finwait flows --format jsonl a.pcap | jq 'select(.close == \"half-closed\")'", "the connections that one side never closed"},
			{"finwait flows -o flows.csv captures/", "every capture below a directory, for a spreadsheet"},
			{"finwait flows -o flows.parquet captures/", "the same for DuckDB, Spark, pandas and the like"},
			{"finwait flows --join --format jsonl ring.pcap*", "the files of a rotated capture, as one"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var in inputFlags
			var out outputFlags
			var judge judgeFlags
			sort := choice{"order", "end", []string{"end", "stream"}}
			out.add(fs, report.Names(report.Records), "table")
			fs.Var(&sort, "sort", "the order of records within a capture: as they end, or by stream")
			in.add(fs)
			in.jobs.add(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				if err := out.format.byName(inv, out.path); err != nil {
					return 0, err
				}
				j := &job{invocation: inv, input: &in, output: &out, judge: &judge}
				return j.run(func(w io.Writer, style prose.Style) (model.Handler, error) {
					format := report.Find(report.Records, out.format.value)
					if o, ok := w.(*output); ok && o.tty && format.Binary {
						return nil, &usageError{text: format.Name + " is nothing for a terminal: write to a file with -o, or to a pipe"}
					}
					handler := format.New(w, style)
					if sort.value == "stream" || format.Sorted {
						handler = records.Sort(handler)
					}
					return handler, nil
				})
			}
		},
	}
}
