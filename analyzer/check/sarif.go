package check

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// The parts of SARIF 2.1.0 that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string      `json:"id"`
		Name    string      `json:"name"`
		Short   sarifText   `json:"shortDescription"`
		Full    sarifText   `json:"fullDescription"`
		Help    sarifText   `json:"help"`
		Default sarifConfig `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		Rule         string             `json:"ruleId"`
		Index        int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Baseline     string             `json:"baselineState,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Properties   map[string]any     `json:"properties,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)

// sarifProblems describes the problems that are no findings.
var sarifProblems = []sarifRule{
	problemRule(GoldenChanged, "golden record", "The capture does not behave as its golden record says."),
	problemRule(GoldenMissing, "golden record missing", "No golden record stands beside the capture."),
	problemRule(GoldenBroken, "golden record unreadable", "The golden record beside the capture cannot be read."),
	problemRule(GoldenStray, "golden record stray", "A golden record stands beside no capture."),
	problemRule(Unreadable, "capture unreadable", "The capture cannot be read to its end."),
	problemRule(AssertionFails, "assertion", "An assertion of the configuration does not hold."),
	problemRule(Useless, "decides nothing", "What is to decide something decides nothing: it is about no capture, or ignores no finding."),
}

func problemRule(kind Kind, name, text string) sarifRule {
	return sarifRule{
		ID: string(kind), Name: name, Short: sarifText{text}, Full: sarifText{text},
		Help: sarifText{"finwait help check"}, Default: sarifConfig{"error"},
	}
}

// WriteSARIF writes findings and problems as SARIF 2.1.0. Findings that a
// baseline, an ignore or a golden record accepts are told as suppressed.
func WriteSARIF(w io.Writer, rules []*model.Rule, results []*Result, baseline bool) error {
	s := sarifWriter{baseline: baseline, index: map[string]int{}}
	s.run.Results = []sarifResult{}
	s.run.ColumnKind = "unicodeCodePoints"
	s.run.Tool.Driver.Name = "finwait"
	for _, r := range rules {
		s.rule(sarifRule{
			ID: r.ID, Name: r.Name, Short: sarifText{r.Doc.Title}, Full: sarifText{r.Doc.Text},
			Help: sarifText{r.Doc.Change}, Default: sarifConfig{level(r.Severity)},
		})
	}
	for _, r := range sarifProblems {
		s.rule(r)
	}
	invocation := sarifInvocation{Successful: true}
	for _, r := range results {
		for i := range r.Findings {
			s.finding(r, &r.Findings[i])
		}
		for i := range r.OfFile {
			s.ofFile(r, &r.OfFile[i])
		}
		for i := range r.Problems {
			switch p := &r.Problems[i]; p.Kind {
			case NewFinding: // told as a finding
			case Interrupted:
				invocation = sarifInvocation{Notifications: []sarifNotification{{"error", sarifText{p.summary()}}}}
			default:
				s.problem(r, p, i)
			}
		}
	}
	s.run.Invocations = []sarifInvocation{invocation}
	return prose.JSONEncoder(w, "  ").Encode(&sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{s.run},
	})
}

type sarifWriter struct {
	run      sarifRun
	index    map[string]int
	baseline bool
}

func (s *sarifWriter) rule(r sarifRule) {
	s.index[r.ID] = len(s.run.Tool.Driver.Rules)
	s.run.Tool.Driver.Rules = append(s.run.Tool.Driver.Rules, r)
}

// level returns what SARIF calls a severity.
func level(severity model.Severity) string {
	switch severity {
	case model.Error, model.Warning:
		return severity.String()
	}
	return "note"
}

func (s *sarifWriter) finding(r *Result, f *Found) {
	stream := strconv.FormatUint(uint64(f.Record.Stream), 10)
	out := sarifResult{
		Rule: f.Finding.Rule, Index: s.index[f.Finding.Rule], Level: level(f.Finding.Severity),
		Message:      sarifText{"stream " + stream + ": " + f.Finding.Message.String() + framesWords(f.Finding.Frames)},
		Locations:    []sarifLocation{location(r.Path, &f.Record.Stream)},
		Fingerprints: map[string]string{fingerprintKey: f.Fingerprint},
		Properties: map[string]any{
			"stream": f.Record.Stream, "frames": f.Finding.Frames, "communityId": f.Record.CommunityID,
			"client": f.Record.Client, "server": f.Record.Server,
		},
	}
	s.suppress(&out, f.Ignored, f.Known, f.Accepted)
	s.run.Results = append(s.run.Results, out)
}

// ofFile is a finding about the capture as a whole.
func (s *sarifWriter) ofFile(r *Result, f *foundOfFile) {
	out := sarifResult{
		Rule: f.Rule, Index: s.index[f.Rule], Level: level(f.Severity), Message: sarifText{f.Message},
		Locations: []sarifLocation{location(r.Path, nil)}, Fingerprints: map[string]string{fingerprintKey: f.Fingerprint},
	}
	s.suppress(&out, f.Ignored, f.Known, false)
	s.run.Results = append(s.run.Results, out)
}

// suppress says why a finding is accepted, if it is, and whether it was there before: in
// the baseline, or else in the golden record.
func (s *sarifWriter) suppress(out *sarifResult, ignored string, known, accepted bool) {
	out.Baseline = "new"
	if known || accepted && !s.baseline {
		out.Baseline = "unchanged"
	}
	for _, why := range []struct {
		holds bool
		text  string
	}{
		{ignored != "", ignored},
		{known, "it is in the baseline"},
		{accepted, "it is in the golden record"},
	} {
		if why.holds {
			out.Suppressions = append(out.Suppressions, sarifSuppression{"external", "accepted", why.text})
			break
		}
	}
}

func (s *sarifWriter) problem(r *Result, p *Problem, n int) {
	out := sarifResult{
		Rule: string(p.Kind), Index: s.index[string(p.Kind)], Level: "error",
		Message:      sarifText{p.Title + "\n" + strings.TrimSpace(p.detail())},
		Locations:    []sarifLocation{location(r.Path, p.Stream)},
		Fingerprints: map[string]string{"capturePathKindOrdinal/v1": filepath.ToSlash(r.Path) + "/" + string(p.Kind) + "/" + strconv.Itoa(n)},
	}
	if p.Line > 0 {
		out.Locations[0].Physical.Region = &sarifRegion{p.Line}
	}
	if p.Stream != nil {
		out.Properties = map[string]any{"stream": *p.Stream, "frames": slices.Concat([]int64{}, p.Frames)}
	}
	s.run.Results = append(s.run.Results, out)
}

// location is a capture: it has no lines. Where the path is relative it stays so,
// for whoever knows the top of the repository.
func location(path string, stream *uint32) sarifLocation {
	var l sarifLocation
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
	}
	l.Physical.Artifact.URI = u.String()
	if stream != nil {
		l.Logical = []sarifLogical{{"stream " + strconv.FormatUint(uint64(*stream), 10), "resource"}}
	}
	return l
}
