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
	g := prose.Grid{Indent: "  ", Left: 4, Tail: 1}
	g.Head("  stream", "client", "server", "close", "findings")
	for _, r := range list {
		var rules []string
		for i := range r.Findings {
			rules = append(rules, r.Findings[i].Rule)
		}
		g.Row(fmt.Sprint(r.Stream), r.Client.AddrPort().String(), r.Server.AddrPort().String(), r.Close.String(), prose.Safe(strings.Join(rules, " ")))
	}
	var b bytes.Buffer
	g.Write(&b, prose.Style{})
	if more := all - len(list); more > 0 {
		fmt.Fprintf(&b, "  and %s more\n", prose.Number(int64(more)))
	}
	return strings.TrimRight(b.String(), "\n")
}
