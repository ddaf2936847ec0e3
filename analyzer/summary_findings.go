package analyzer

import (
	"net/netip"
	"slices"
	"strings"
)

const (
	maxGroups   = 10000 // distinct (rule, server) pairs that are told apart
	maxExamples = 3
)

// Severity orders findings. The zero Severity is none.
type Severity uint8

// The severities, from the least.
const (
	NoSeverity Severity = iota
	Info
	Warning
	Error
)

var severityNames = [...]string{"none", "info", "warning", "error"}

// String returns the name used in records.
func (s Severity) String() string { return severityNames[s] }

// ParseSeverity returns the Severity of that name.
func ParseSeverity(name string) (Severity, bool) {
	i := slices.Index(severityNames[:], name)
	return Severity(max(i, 0)), i >= 0
}

// findingGroups gathers findings by rule and server endpoint. Beyond maxGroups
// of them, as in a scan of a whole network, the rest of a rule's findings share
// one group without a server.
type findingGroups struct {
	groups     map[groupKey]*FindingGroup
	bySeverity [len(severityNames)]int64
}

type groupKey struct {
	rule   string
	server netip.AddrPort
}

func (g *findingGroups) add(r *Record, f *Finding) {
	severity, _ := ParseSeverity(f.Severity)
	g.bySeverity[severity]++
	if g.groups == nil {
		g.groups = map[groupKey]*FindingGroup{}
	}
	key := groupKey{f.Rule, netip.AddrPortFrom(r.Server.IP, r.Server.Port)}
	group := g.groups[key]
	if group == nil && len(g.groups) >= maxGroups {
		key.server = netip.AddrPort{}
		group = g.groups[key]
	}
	if group == nil {
		group = &FindingGroup{Rule: f.Rule, Name: f.Name, Message: f.Message, Advice: f.Advice}
		if key.server.IsValid() {
			group.Server = key.server.String()
		}
		g.groups[key] = group
	}
	group.Connections++
	if worst, _ := ParseSeverity(group.Severity); group.Severity == "" || severity > worst {
		group.Severity = f.Severity
	}
	if len(group.Examples) < maxExamples {
		group.Examples = append(group.Examples, Example{r.File, r.Stream, append([]int64{}, f.Frames...)})
	}
}

func (g *findingGroups) count(severity Severity) int64 {
	var n int64
	for _, v := range g.bySeverity[severity:] {
		n += v
	}
	return n
}

// list returns the groups, the gravest first, then by rule and the number of
// connections.
func (g *findingGroups) list() []FindingGroup {
	out := make([]FindingGroup, 0, len(g.groups))
	for _, group := range g.groups {
		out = append(out, *group)
	}
	slices.SortFunc(out, func(a, b FindingGroup) int {
		worseA, _ := ParseSeverity(a.Severity)
		worseB, _ := ParseSeverity(b.Severity)
		if worseA != worseB {
			return int(worseB) - int(worseA)
		}
		if a.Rule != b.Rule {
			return strings.Compare(a.Rule, b.Rule)
		}
		if a.Connections != b.Connections {
			return int(b.Connections - a.Connections)
		}
		return strings.Compare(a.Server, b.Server)
	})
	return out
}
