package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"finwait/analyzer/report/prose"
)

var (
	// compressions are the endings of what is compressed, which finwait reads and does not write.
	compressions = []string{"gz", "zst", "lz4", "xz", "bz2", "zip", "snappy"}

	// formatEndings are further endings of file names, and which format each stands for.
	formatEndings = map[string]string{
		"ndjson": "jsonl", "md": "markdown", "htm": "html", "om": "openmetrics", "txt": "text", "log": "text",
	}

	// formats are endings that promise a format, whichever command writes it, or none does.
	formats = []string{
		"jsonl", "json", "csv", "tsv", "parquet", "html", "svg", "markdown", "openmetrics", "zeek", "zabbix",
		"arrow", "avro", "cap", "feather", "orc", "pcap", "pcapng", "pdf", "png", "sqlite", "xlsx", "xml",
	}
)

// byName sets the format to the one that the name of the output promises, unless the command
// line has one. A name that promises what the command does not write is a mistake.
func (c *choice) byName(inv *invocation, path string) error {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	bare := strings.TrimSuffix(path, filepath.Ext(path))
	if slices.Contains(compressions, ending) {
		return &usageError{text: fmt.Sprintf("%s: results are not compressed: write %s, and compress that, or write to a pipe: ... | gzip > %s",
			prose.Safe(path), prose.Safe(bare), prose.Safe(path))}
	}
	if inv.flags.Changed("format") {
		return nil
	}
	if of := formatEndings[ending]; of != "" && !slices.Contains(c.words, ending) {
		ending = of
	}
	switch {
	case slices.Contains(c.words, ending):
		c.value = ending
	case slices.Contains(formats, ending):
		return &usageError{text: fmt.Sprintf("%s: %s does not write %s: the formats are %s; --format says which one, whatever the name",
			prose.Safe(path), inv.flags.Name(), ending, strings.Join(c.words, ", "))}
	}
	return nil
}
