package check

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"time"
)

// The elements of a JUnit report, as far as the schemas of Ant and of Jenkins'
// xUnit plugin both allow them.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		ID         int         `xml:"id,attr"`
		Package    string      `xml:"package,attr"`
		Name       string      `xml:"name,attr"`
		Timestamp  string      `xml:"timestamp,attr"`
		Hostname   string      `xml:"hostname,attr"`
		Tests      int         `xml:"tests,attr"`
		Failures   int         `xml:"failures,attr"`
		Errors     int         `xml:"errors,attr"`
		Time       string      `xml:"time,attr"`
		Properties string      `xml:"properties"`
		Cases      []junitCase `xml:"testcase"`
		Out        string      `xml:"system-out"`
		Err        string      `xml:"system-err"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Error   *junitProblem `xml:"error"`
		Failure *junitProblem `xml:"failure"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results as a JUnit report: a suite per capture, a case per
// golden record, assertion and finding. No time of day is in it: a suite has the
// time of its capture's first packet.
func WriteJUnit(w io.Writer, results []*Result) error {
	all := junitSuites{}
	for i, r := range results {
		s := junitSuite{ID: i, Package: "finwait", Name: r.Path, Hostname: "localhost", Time: "0", Timestamp: "1970-01-01T00:00:00"}
		if r.File != nil && r.File.First != nil {
			s.Timestamp = r.File.First.Std().UTC().Format(time.RFC3339)[:len("2006-01-02T15:04:05")]
		}
		for j := range r.Problems {
			p := &r.Problems[j]
			c := junitCase{Name: caseName(p), Class: r.Path, Time: "0"}
			told := &junitProblem{Message: p.summary(), Type: string(p.Kind), Text: p.detail()}
			if p.Kind == Unreadable || p.Kind == Interrupted {
				c.Error = told
				s.Errors++
			} else {
				c.Failure = told
				s.Failures++
			}
			s.Cases = append(s.Cases, c)
		}
		for _, name := range r.Passed {
			s.Cases = append(s.Cases, junitCase{Name: name, Class: r.Path, Time: "0"})
		}
		s.Tests = len(s.Cases)
		all.Suites = append(all.Suites, s)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(&all); err != nil {
		return err
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, safeLines(b.String()))
	return err
}

// caseName names what failed as what passes is named, so that a history of runs
// shows one case.
func caseName(p *Problem) string {
	switch p.Kind {
	case GoldenChanged, GoldenMissing, GoldenBroken, GoldenStray:
		return "golden record"
	case Unreadable:
		return "capture"
	}
	return p.Title
}

// summary is the title with the first line of what there is to say.
func (p *Problem) summary() string {
	if len(p.Lines) == 0 {
		return p.Title
	}
	first, _, _ := strings.Cut(p.Lines[0], "\n")
	return p.Title + ": " + first
}
