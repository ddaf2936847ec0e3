package check

import (
	"fmt"
	"slices"
	"strings"

	"finwait/analyzer"
	"finwait/analyzer/query"
	"finwait/analyzer/report"
)

// Kind says what a Problem is about.
type Kind string

// The kinds of problems.
const (
	GoldenChanged  Kind = "golden-changed"
	GoldenMissing  Kind = "golden-missing"
	GoldenBroken   Kind = "golden-broken"
	GoldenStray    Kind = "golden-stray"
	Unreadable     Kind = "unreadable"
	AssertionFails Kind = "assertion"
	NewFinding     Kind = "finding"
)

// Problem is something for which a check fails.
type Problem struct {
	Kind   Kind
	Title  string   // what failed, in a few words
	Lines  []string // in which way
	Diff   string   // of the golden record, or ""
	Mend   string   // what to do about it, or ""
	Rule   string   // of a finding
	Stream *uint32  // the first one concerned, if that can be told
	Frames []int64
}

// Result is what was checked of one capture, or what a stray golden record is.
type Result struct {
	Path     string
	File     *analyzer.FileInfo // nil for a stray golden record
	Problems []Problem
	Passed   []string // what was checked and holds
	Findings []Found
	Golden   []byte // what the golden record should hold; nil where that is not known
}

// Failed reports whether there is a problem.
func (r *Result) Failed() bool { return len(r.Problems) > 0 }

// Found is a finding in a capture.
type Found struct {
	Record      *analyzer.Record
	Finding     *analyzer.Finding
	Fingerprint string
	Known       bool   // in the baseline
	Ignored     string // the reason, or ""
	Accepted    bool   // in the golden record
}

// Capture is one capture as it was analyzed.
type Capture struct {
	Path    string
	Records []*analyzer.Record
	Summary *analyzer.Summary
	Rules   []string // IDs of those that were asked
	Golden  []byte   // what stands beside it; nil where nothing does
	Problem error    // why it could not be read to its end
	Unread  error    // why its golden record could not be read
}

// Checker checks captures.
type Checker struct {
	Baseline Baseline          // nil where there is none
	FailOn   analyzer.Severity // findings that are a problem though the golden record has them
}

// Check checks one capture.
func (c *Checker) Check(in *Capture, config *Config) *Result {
	res := &Result{Path: in.Path}
	if len(in.Summary.Files) > 0 {
		res.File = &in.Summary.Files[0]
	}
	if in.Problem != nil {
		res.Problems = append(res.Problems, Problem{
			Kind: Unreadable, Title: "unreadable capture", Lines: []string{report.Safe(in.Problem.Error())},
			Mend: "record it anew, or remove it with its golden record: rm " + report.ShellWord(in.Path) + " " + report.ShellWord(in.Path+Suffix),
		})
		return res
	}
	if in.Unread != nil {
		res.Problems = append(res.Problems, Problem{
			Kind: Unreadable, Title: "unreadable golden record", Lines: []string{report.Safe(in.Unread.Error())},
			Mend: "let it be read, or write it anew: rm -r " + report.ShellWord(in.Path+Suffix) + "; " + updateCommand(in.Path),
		})
		return res
	}
	slices.SortStableFunc(in.Records, func(a, b *analyzer.Record) int { return int(int64(a.Stream) - int64(b.Stream)) })
	conns, streams, verdicts := c.connections(in, config, res)
	golden := newGolden(in.Rules, streams, verdicts)
	res.Golden = golden.Text()
	c.checkGolden(in, conns, res)
	c.checkAssertions(in, config, res)
	c.checkFindings(res)
	return res
}

// connections prepares the comparison, and gathers the findings.
func (c *Checker) connections(in *Capture, config *Config, res *Result) (conns []connection, streams []uint32, verdicts []Verdict) {
	counts := fingerprints{}
	for _, r := range in.Records {
		var ignored, known []*analyzer.Finding
		for i := range r.Findings {
			f := &r.Findings[i]
			found := Found{Record: r, Finding: f, Fingerprint: counts.next(r, f)}
			found.Known = c.Baseline[found.Fingerprint]
			if reason, ok := config.reasonFor(r, f); ok {
				found.Ignored = reason
				ignored = append(ignored, f)
			}
			if found.Known {
				known = append(known, f)
			}
			res.Findings = append(res.Findings, found)
		}
		without := func(lists ...[]*analyzer.Finding) Verdict {
			return NewVerdict(r, func(f *analyzer.Finding) bool {
				return !slices.ContainsFunc(lists, func(l []*analyzer.Finding) bool { return slices.Contains(l, f) })
			})
		}
		conn := connection{record: r, is: without(ignored)}
		if ignored != nil {
			conn.also = append(conn.also, without())
		}
		if known != nil {
			conn.also = append(conn.also, without(ignored, known))
		}
		conns, streams, verdicts = append(conns, conn), append(streams, r.Stream), append(verdicts, conn.is)
	}
	return conns, streams, verdicts
}

func updateCommand(path string) string { return "finwait check --update " + report.ShellWord(path) }

// checkGolden compares with the golden record.
func (c *Checker) checkGolden(in *Capture, conns []connection, res *Result) {
	const title = "golden record"
	path := report.Safe(in.Path + Suffix)
	if in.Golden == nil {
		res.Problems = append(res.Problems, Problem{
			Kind: GoldenMissing, Title: "no " + title,
			Lines: []string{path + " does not exist"}, Mend: "to make it: " + updateCommand(in.Path),
		})
		return
	}
	golden, err := parseGolden(in.Golden)
	var changes []Change
	if err == nil {
		changes, err = compare(golden, in.Rules, conns)
	}
	if err != nil {
		res.Problems = append(res.Problems, Problem{
			Kind: GoldenBroken, Title: "unreadable " + title, Lines: []string{path + ": " + err.Error()},
			Mend: "to make it anew: " + updateCommand(in.Path),
		})
		return
	}
	for i := range res.Findings {
		res.Findings[i].Accepted = !isChanged(changes, res.Findings[i].Record.Stream)
	}
	if len(changes) == 0 {
		res.Passed = append(res.Passed, title)
		return
	}
	p := Problem{
		Kind: GoldenChanged, Title: title + ": " + count(len(changes), "connection") + " changed",
		Diff: unified(path, in.Golden, "now", res.Golden),
		Mend: "if that is meant: " + updateCommand(in.Path),
	}
	p.Stream, p.Frames = &changes[0].Stream, closingFrames(changes[0].Record)
	for i := range changes {
		if i == maxTold {
			p.Lines = append(p.Lines, fmt.Sprintf("… and %s more", count(len(changes)-i, "connection")))
			break
		}
		p.Lines = append(p.Lines, changes[i].Words()...)
	}
	res.Problems = append(res.Problems, p)
}

// maxTold is how many connections a problem tells of.
const maxTold = 20

func isChanged(changes []Change, stream uint32) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Stream == stream })
}

// checkAssertions checks what the configuration says of the capture.
func (c *Checker) checkAssertions(in *Capture, config *Config, res *Result) {
	var facts *query.Facts
	for i := range config.Assertions {
		a := &config.Assertions[i]
		if !a.Applies(config.Dir, in.Path) {
			continue
		}
		if facts == nil {
			facts = config.facts(in)
		}
		title := "assertion " + a.Name
		holds, err := a.Holds(facts)
		if holds && err == nil {
			res.Passed = append(res.Passed, title)
			continue
		}
		p := Problem{Kind: AssertionFails, Title: title, Lines: []string{a.Where + ": " + a.Text}}
		if a.Message != "" {
			p.Lines = append([]string{a.Message}, p.Lines...)
		}
		if err != nil {
			p.Lines = append(p.Lines, "it has no value here: "+err.Error())
		} else {
			tellWhy(&p, a.Why(facts), in.Records)
		}
		res.Problems = append(res.Problems, p)
	}
}

// facts are what assertions see: everything but findings that are ignored.
func (c *Config) facts(in *Capture) *query.Facts {
	records := make([]*analyzer.Record, len(in.Records))
	for i, r := range in.Records {
		seen := *r
		seen.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f analyzer.Finding) bool {
			_, ignored := c.reasonFor(r, &f)
			return ignored
		})
		records[i] = &seen
	}
	ofFile := slices.DeleteFunc(slices.Clone(in.Summary.Findings), func(g analyzer.FindingGroup) bool {
		return g.Connections > 0 || c.ignoresFile(g.Rule)
	})
	return query.NewFacts(&in.Summary.Files[0], records, ofFile, in.Summary.Timers)
}

// tellWhy adds the values that make an assertion false, and the connections.
func tellWhy(p *Problem, why *query.Why, records []*analyzer.Record) {
	told := map[uint32]bool{}
	line := func(stream uint32, text string) {
		told[stream] = true
		var frames []int64
		if i, ok := slices.BinarySearchFunc(records, stream, func(r *analyzer.Record, n uint32) int {
			return int(int64(r.Stream) - int64(n))
		}); ok {
			frames = closingFrames(records[i])
		}
		if p.Stream == nil {
			p.Stream, p.Frames = &stream, frames
		}
		p.Lines = append(p.Lines, fmt.Sprintf("stream %d%s%s", stream, text, framesWords(frames)))
	}
	for _, v := range why.Values {
		if v.Stream == nil {
			p.Lines = append(p.Lines, v.Text+" is "+v.Is)
			continue
		}
		line(*v.Stream, ": "+v.Text+" is "+v.Is)
	}
	for i, n := range why.Streams {
		if len(told) >= maxTold {
			p.Lines = append(p.Lines, fmt.Sprintf("… and %s more", count(len(why.Streams)-i, "connection")))
			return
		}
		if !told[n] {
			line(n, "")
		}
	}
}

// checkFindings looks for findings that nobody knows of.
func (c *Checker) checkFindings(res *Result) {
	if c.FailOn == analyzer.NoSeverity {
		return
	}
	before := len(res.Problems)
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Finding.Severity < c.FailOn || f.Known || f.Ignored != "" {
			continue
		}
		res.Problems = append(res.Problems, Problem{
			Kind: NewFinding, Rule: f.Finding.Rule,
			Title:  f.Finding.Severity.String() + " " + f.Finding.Rule + " " + f.Finding.Name,
			Lines:  []string{fmt.Sprintf("stream %d: %s%s", f.Record.Stream, f.Finding.Message, framesWords(f.Finding.Frames))},
			Stream: &f.Record.Stream, Frames: f.Finding.Frames,
			Mend: "what it means: finwait explain " + f.Finding.Rule,
		})
	}
	if len(res.Problems) == before {
		res.Passed = append(res.Passed, "findings")
	}
}

// Stray returns the result for a golden record without a capture.
func Stray(path string) *Result {
	return &Result{Path: path, Problems: []Problem{{
		Kind: GoldenStray, Title: "stray golden record",
		Lines: []string{report.Safe(strings.TrimSuffix(path, Suffix)) + " does not exist"},
		Mend:  "if the capture is gone for good: rm " + report.ShellWord(path),
	}}}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
