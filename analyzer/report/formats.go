package report

import (
	"io"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/records"
)

// Format is one way to write results.
type Format struct {
	Name   string
	Sorted bool // wants the records of a capture in the order of their streams
	Binary bool // is nothing for a terminal
	New    func(w io.Writer, s prose.Style) model.Handler
}

// Records are the formats that write one record per connection.
var Records = []Format{
	{Name: "jsonl", New: plain(records.JSONL)},
	{Name: "json", New: plain(records.JSON)},
	{Name: "csv", New: plain(records.CSV)},
	{Name: "tsv", New: plain(records.TSV)},
	{Name: "table", New: Table, Sorted: true},
	{Name: "zeek", New: plain(records.Zeek)},
	{Name: "parquet", New: plain(records.Parquet), Binary: true},
}

// Summaries are the formats that write the summary.
var Summaries = []Format{
	{Name: "text", New: Text},
	{Name: "json", New: plain(SummaryJSON)},
	{Name: "markdown", New: plain(Markdown)},
	{Name: "html", New: plain(func(w io.Writer) model.Handler {
		return SummaryPage(w, PageOptions{TimeWait: model.DefaultConfig().TimeWait})
	})},
}

// plain adapts a format that has no style.
func plain(f func(io.Writer) model.Handler) func(io.Writer, prose.Style) model.Handler {
	return func(w io.Writer, _ prose.Style) model.Handler { return f(w) }
}

// Find returns the format of that name, which must be one of list.
func Find(list []Format, name string) Format {
	for _, f := range list {
		if f.Name == name {
			return f
		}
	}
	panic("report: no format " + name)
}

// Names are the names of formats.
func Names(list []Format) (names []string) {
	for i := range list {
		names = append(names, list[i].Name)
	}
	return names
}
