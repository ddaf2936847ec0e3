//go:build record

package main

// way is a command line. IN stands for the damaged capture, WHOLE for the one before, OUT
// for a file to write; without IN the capture is in a directory of its own, DIR.
type way struct {
	args  []string
	codes string // exit codes besides 0 and 3 that say nothing bad
}

var ways = []way{
	{args: []string{"report", "--no-config", "IN"}},
	{args: []string{"report", "--no-config", "-f", "json", "IN"}},
	{args: []string{"report", "--no-config", "-f", "json", "--by", "server", "IN"}},
	{args: []string{"report", "--no-config", "-f", "markdown", "IN"}},
	{args: []string{"report", "--no-config", "-f", "html", "IN"}},
	{args: []string{"report", "--no-config", "-f", "json", "--join", "IN", "WHOLE"}},
	{args: []string{"report", "--no-config", "--filter", "tcp and not port 22", "--after", "1ms", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "table", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "jsonl", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "jsonl", "--where", `close != "graceful" && (half_closed_s ?? 0) < 5`, "IN"}},
	{args: []string{"flows", "--no-config", "-f", "json", "--sort", "stream", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "csv", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "tsv", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "zeek", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "parquet", "-o", "OUT", "IN"}},
	{args: []string{"flows", "--no-config", "-f", "jsonl", "--join", "IN", "WHOLE"}},
	{args: []string{"show", "--no-config", "--stream", "0", "IN"}, codes: "2"},
	{args: []string{"show", "--no-config", "-f", "jsonl", "--stream", "0", "IN"}, codes: "2"},
	{args: []string{"show", "--no-config", "-f", "html", "--stream", "0", "IN"}, codes: "2"},
	{args: []string{"show", "--no-config", "-f", "svg", "--stream", "0", "IN"}, codes: "2"},
	{args: []string{"check", "DIR", "--junit", "OUT"}, codes: "1"},
	{args: []string{"check", "DIR", "--sarif", "OUT"}, codes: "1"},
	{args: []string{"check", "DIR", "--github"}, codes: "1"},
	{args: []string{"check", "DIR", "--learn"}, codes: "1"},
	{args: []string{"diff", "--no-config", "IN", "WHOLE"}, codes: "1"},
	{args: []string{"diff", "--no-config", "-f", "json", "WHOLE", "IN"}, codes: "1"},
	{args: []string{"diff", "--no-config", "-f", "html", "IN", "WHOLE"}, codes: "1"},
	{args: []string{"extract", "--no-config", "IN", "-w", "OUT"}, codes: "2"},
	{args: []string{"extract", "--no-config", "--anonymize", "--key", "k", "-w", "OUT", "IN"}, codes: "2"},
	{args: []string{"timeline", "--no-config", "IN"}, codes: "2"},
	{args: []string{"timeline", "--no-config", "-f", "jsonl", "IN"}, codes: "2"},
	{args: []string{"timeline", "--no-config", "-f", "openmetrics", "--by", "none", "IN"}, codes: "2"},
	{args: []string{"timeline", "--no-config", "-f", "parquet", "-o", "OUT", "IN"}, codes: "2"},
	{args: []string{"timeline", "--no-config", "-f", "zabbix", "IN"}, codes: "2"},
	{args: []string{"timeline", "--no-config", "-f", "html", "IN"}, codes: "2"},
	{args: []string{"ss", "--no-config", "IN"}, codes: "2"},
	{args: []string{"ss", "--no-config", "-f", "jsonl", "--at", "+1ms", "IN"}, codes: "2"},
	{args: []string{"ss", "--no-config", "-s", "IN"}, codes: "2"},
}
