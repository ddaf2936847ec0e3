package check

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/analyzer/report/prose"
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
	Useless        Kind = "useless" // it is to decide something, and decides nothing
	Interrupted    Kind = "interrupted"
)

// Problem is something for which a check fails.
type Problem struct {
	Kind   Kind
	Title  string   // what failed, in a few words
	Lines  []string // in which way
	Cut    bool     // the capture that it is about lacks its end
	Diff   string   // of the golden record, or ""
	Mend   string   // what to do about it, or ""
	Rule   string   // of a finding
	Line   int      // in the file that the result is about; 0 where that is no text
	Stream *uint32  // the first one concerned, if that can be told
	Frames []int64
}

// Result is what was checked of one capture, or what is wrong with what was agreed on.
type Result struct {
	Path       string
	Agreement  bool            // it is about what was agreed on, and about no capture that there is
	File       *model.FileInfo // nil where no capture was read
	Problems   []Problem
	Passed     []string // what was checked and holds
	MorePassed int      // assertions that hold, too, and are only counted
	Findings   []Found
	OfFile     []foundOfFile
	Golden     []byte // what the golden record should hold; nil where that is not known
}

// Failed reports whether there is a problem.
func (r *Result) Failed() bool { return len(r.Problems) > 0 }

// Found is a finding in a capture.
type Found struct {
	Record      *model.Record
	Finding     *model.Finding
	Fingerprint string
	Known       bool   // in the baseline
	Ignored     string // the reason, or ""
	Accepted    bool   // in the golden record
}

// foundOfFile is what is found of a capture as a whole.
type foundOfFile struct {
	*model.FindingGroup
	Fingerprint string
	Known       bool   // in the baseline
	Ignored     string // the reason, or ""
}

// Capture is one capture as it was analyzed.
type Capture struct {
	Path    string
	Records []*model.Record
	Summary *model.Summary
	Rules   []string // IDs of those that were asked
	Scope   *Scope   // what of the configuration is about it
	Golden  []byte   // what stands beside it; nil where nothing does
	Problem error    // why it could not be read to its end
	Cut     bool     // it is cut short in its last record
	Unread  error    // why its golden record could not be read
}

// Checker checks captures.
type Checker struct {
	Baseline *Baseline      // nil where there is none
	FailOn   model.Severity // findings that are a problem though the golden record has them

	budget *query.Budget // of all assertions
	failed int           // assertions that failed, less what captures add
	held   int           // and those that hold
}

// Check checks one capture.
func (c *Checker) Check(in *Capture, config *Config) *Result {
	res := &Result{Path: in.Path}
	if len(in.Summary.Files) > 0 {
		res.File = &in.Summary.Files[0]
	}
	if errors.Is(in.Problem, fs.ErrNotExist) {
		res.Problems = append(res.Problems, Problem{
			Kind: Unreadable, Title: "unreadable capture", Lines: []string{prose.Safe(in.Problem.Error())},
			Mend: "correct the name; if the capture is gone for good, remove its golden record, if there is one: " + prose.ShellWord(in.Path+Suffix),
		})
		return res
	}
	if in.Problem != nil {
		res.Problems = append(res.Problems, Problem{
			Kind: Unreadable, Title: "unreadable capture", Lines: []string{prose.Safe(in.Problem.Error())},
			Mend: "record it anew, or remove it with its golden record: rm " + prose.ShellWord(in.Path) + " " + prose.ShellWord(in.Path+Suffix),
		})
		return res
	}
	if in.Unread != nil {
		res.Problems = append(res.Problems, Problem{
			Kind: Unreadable, Title: "unreadable golden record", Lines: []string{prose.Safe(in.Unread.Error())},
			Mend: "let it be read, or write it anew: rm -r " + prose.ShellWord(in.Path+Suffix) + "; " + updateCommand(in.Path),
		})
		return res
	}
	slices.SortStableFunc(in.Records, func(a, b *model.Record) int { return int(int64(a.Stream) - int64(b.Stream)) })
	conns, streams, verdicts := c.connections(in, config, res)
	golden := newGolden(in.Rules, streams, verdicts)
	res.Golden = golden.Text()
	c.ofFile(in, config, res)
	c.checkGolden(in, conns, res)
	c.checkAssertions(in, config, res)
	c.checkFindings(res)
	for i := range res.Problems {
		res.Problems[i].Cut = in.Cut
	}
	return res
}

// connections prepares the comparison, and gathers the findings.
func (c *Checker) connections(in *Capture, config *Config, res *Result) (conns []connection, streams []uint32, verdicts []Verdict) {
	counts := fingerprints{}
	for _, r := range in.Records {
		var ignored, known []*model.Finding
		for i := range r.Findings {
			f := &r.Findings[i]
			found := Found{Record: r, Finding: f, Fingerprint: counts.next(r.CommunityID, f.Rule)}
			found.Known = c.Baseline.knows(found.Fingerprint)
			if reason, ok := config.reasonFor(r, f); ok {
				found.Ignored = reason
				ignored = append(ignored, f)
			}
			if found.Known {
				known = append(known, f)
			}
			res.Findings = append(res.Findings, found)
		}
		without := func(lists ...[]*model.Finding) Verdict {
			return newVerdict(r, func(f *model.Finding) bool {
				return !slices.ContainsFunc(lists, func(l []*model.Finding) bool { return slices.Contains(l, f) })
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

func updateCommand(path string) string { return "finwait check --update " + prose.ShellWord(path) }

// checkGolden compares with the golden record.
func (c *Checker) checkGolden(in *Capture, conns []connection, res *Result) {
	const title = "golden record"
	path := prose.Safe(in.Path + Suffix)
	if in.Golden == nil {
		res.Problems = append(res.Problems, Problem{
			Kind: GoldenMissing, Title: "no " + title,
			Lines: []string{path + " does not exist"}, Mend: "to make it: " + updateCommand(in.Path),
		})
		return
	}
	broken := func(title, line string) {
		res.Problems = append(res.Problems, Problem{
			Kind: GoldenBroken, Title: title, Lines: []string{line}, Mend: "to make it anew: " + updateCommand(in.Path),
		})
	}
	golden, err := parseGolden(in.Golden)
	var want []*expected
	var tooMany int64
	if err == nil {
		want, tooMany, err = golden.expect(len(conns))
	}
	switch {
	case err != nil:
		broken("unreadable "+title, path+": "+err.Error())
		return
	case tooMany > 0:
		broken(title+": far too many connections", fmt.Sprintf("%s names %d; the capture has %d", path, tooMany, len(conns)))
		return
	}
	if left := golden.unasked(in.Rules); left != nil {
		broken(title+": made without rules that are asked now", path+" says nothing of "+strings.Join(left, ", "))
		return
	}
	changes := compare(golden, want, in.Rules, conns)
	changed := make(map[uint32]bool, len(changes))
	for i := range changes {
		changes[i].cut = in.Cut
		changed[changes[i].Stream] = true
	}
	for i := range res.Findings {
		res.Findings[i].Accepted = !changed[res.Findings[i].Record.Stream]
	}
	if len(changes) == 0 {
		res.Passed = append(res.Passed, title)
		return
	}
	p := Problem{
		Kind: GoldenChanged, Title: title + ": " + count(len(changes), "connection") + " changed", Lines: tellChanges(changes),
		Diff: unified(path, in.Golden, "now", res.Golden),
		Mend: "if that is meant: " + updateCommand(in.Path),
	}
	p.Stream, p.Frames = &changes[0].Stream, closingFrames(changes[0].Record)
	res.Problems = append(res.Problems, p)
}

// maxTold is how many connections a problem tells of one by one.
const maxTold = 5

// How many assertions are told one by one: those that fail of a capture, and of all,
// and those that hold.
const (
	maxFailed     = 100
	baseFailed    = 300
	captureFailed = 1 // each capture adds some
	baseHeld      = 10_000
	captureHeld   = 20
	maxToldText   = 500 // characters of each
)

// hold notes that an assertion holds.
func (c *Checker) hold(res *Result, a *Assertion) {
	if c.held++; c.held > baseHeld {
		res.MorePassed++
		c.held--
		return
	}
	res.Passed = append(res.Passed, a.title())
}

// checkAssertions checks what the configuration says of the capture.
func (c *Checker) checkAssertions(in *Capture, config *Config, res *Result) {
	c.failed, c.held = c.failed-captureFailed, c.held-captureHeld
	most := min(maxFailed, max(baseFailed-c.failed, 0))
	failed := 0
	var facts *query.Facts
	for _, a := range in.Scope.assertions {
		if a.Broken != nil {
			continue // told where it stands
		}
		if facts == nil {
			if c.budget == nil {
				c.budget = query.NewBudget()
			}
			facts = config.facts(c.budget, in)
		}
		holds, err := a.Holds(facts)
		if holds && err == nil {
			c.hold(res, a)
			continue
		}
		if failed++; failed > most {
			continue
		}
		p := Problem{Kind: AssertionFails, Title: a.title(), Lines: []string{a.Where + ": " + cut(a.Text, maxToldText)}}
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
	c.failed += min(failed, most)
	if more := failed - most; more > 0 {
		res.Problems = append(res.Problems, Problem{
			Kind: AssertionFails, Title: "further assertions", Lines: []string{count(more, "more assertion") + " of " + config.Path + " do not hold"},
		})
	}
}

// facts are what assertions see: everything but findings that are ignored.
func (c *Config) facts(budget *query.Budget, in *Capture) *query.Facts {
	records := make([]*model.Record, len(in.Records))
	for i, r := range in.Records {
		seen := *r
		seen.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f model.Finding) bool {
			_, ignored := c.reasonFor(r, &f)
			return ignored
		})
		records[i] = &seen
	}
	ofFile := slices.DeleteFunc(slices.Clone(in.Summary.Findings), func(g model.FindingGroup) bool {
		_, ignored := c.reasonForFile(g.Rule)
		return g.Connections > 0 || ignored
	})
	return query.NewFacts(budget, &in.Summary.Files[0], records, ofFile, in.Summary.Timers)
}

// tellWhy adds the values that make an assertion false, and the connections.
func tellWhy(p *Problem, why *query.Why, records []*model.Record) {
	told := map[uint32]bool{}
	line := func(stream uint32, text string) {
		told[stream] = true
		var frames []int64
		if i, ok := slices.BinarySearchFunc(records, stream, func(r *model.Record, n uint32) int {
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
	var rest []uint32
	for _, n := range why.Streams {
		switch {
		case told[n]:
		case len(told) < maxTold:
			line(n, "")
		default:
			rest = append(rest, n)
		}
	}
	if rest != nil {
		p.Lines = append(p.Lines, streamsWords(rest)+" as well")
	}
}

// Stray returns the result for a golden record without a capture.
func Stray(path string) *Result {
	return &Result{Path: path, Agreement: true, Problems: []Problem{{
		Kind: GoldenStray, Title: "stray golden record",
		Lines: []string{prose.Safe(strings.TrimSuffix(path, Suffix)) + " does not exist"},
		Mend:  "if the capture is gone for good: rm " + prose.ShellWord(path),
	}}}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
