package report

import (
	"bytes"
	"fmt"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// Choices lists connections to choose one from; all is how many there are.
func Choices(list []*model.Record, all int) string {
	g := grid{indent: "  ", left: 4, tail: 1}
	g.head("  stream", "client", "server", "close", "findings")
	for _, r := range list {
		var rules []string
		for i := range r.Findings {
			rules = append(rules, r.Findings[i].Rule)
		}
		g.row(fmt.Sprint(r.Stream), r.Client.AddrPort().String(), r.Server.AddrPort().String(), r.Close.String(), prose.Safe(strings.Join(rules, " ")))
	}
	var b bytes.Buffer
	g.write(&b, Style{})
	if more := all - len(list); more > 0 {
		fmt.Fprintf(&b, "  and %s more\n", prose.Number(int64(more)))
	}
	return strings.TrimRight(b.String(), "\n")
}
