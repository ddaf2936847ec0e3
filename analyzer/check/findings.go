package check

import (
	"fmt"

	"finwait/analyzer/model"
)

// ofFile gathers what is found of the capture as a whole.
func (c *Checker) ofFile(in *Capture, config *Config, res *Result) {
	for i := range in.Summary.Findings {
		g := &in.Summary.Findings[i]
		if g.Connections > 0 {
			continue
		}
		found := foundOfFile{FindingGroup: g, Fingerprint: fileFingerprint(in.Path, g.Rule)}
		found.Known = c.Baseline.knows(found.Fingerprint)
		found.Ignored, _ = config.reasonForFile(g.Rule)
		res.OfFile = append(res.OfFile, found)
	}
}

// checkFindings looks for findings that nobody knows of. Those of a rule are one
// problem.
func (c *Checker) checkFindings(res *Result) {
	if c.FailOn == model.NoSeverity {
		return
	}
	var ids []string
	byRule := map[string]*Problem{}
	more := map[string][]uint32{}
	problem := func(rule, name string, severity model.Severity) *Problem {
		p := byRule[rule]
		if p == nil {
			p = &Problem{Kind: NewFinding, Rule: rule, Title: severity.String() + " " + rule + " " + name, Mend: "what it means: finwait explain " + rule}
			byRule[rule], ids = p, append(ids, rule)
		}
		return p
	}
	counts := func(severity model.Severity, known bool, ignored string) bool {
		return severity >= c.FailOn && !known && ignored == ""
	}
	for i := range res.OfFile {
		if f := &res.OfFile[i]; counts(f.Severity, f.Known, f.Ignored) {
			p := problem(f.Rule, f.Name, f.Severity)
			p.Lines = append(p.Lines, f.Message)
		}
	}
	for i := range res.Findings {
		f := &res.Findings[i]
		if !counts(f.Finding.Severity, f.Known, f.Ignored) {
			continue
		}
		f.Accepted = false // the check fails for it, though the golden record has it
		p := problem(f.Finding.Rule, f.Finding.Name, f.Finding.Severity)
		if len(p.Lines) >= maxTold {
			more[f.Finding.Rule] = append(more[f.Finding.Rule], f.Record.Stream)
			continue
		}
		p.Lines = append(p.Lines, fmt.Sprintf("stream %d: %s%s", f.Record.Stream, f.Finding.Message, framesWords(f.Finding.Frames)))
		if p.Stream == nil {
			p.Stream, p.Frames = &f.Record.Stream, f.Finding.Frames
		}
	}
	for _, id := range ids {
		p := byRule[id]
		if rest := more[id]; rest != nil {
			p.Lines = append(p.Lines, streamsWords(rest)+" as well")
		}
		res.Problems = append(res.Problems, *p)
	}
	if ids == nil {
		res.Passed = append(res.Passed, "findings")
	}
}
