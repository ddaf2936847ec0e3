package check

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"
	"time"
)

// The elements of a JUnit report, as far as the schemas of Ant and of Jenkins'
// xUnit plugin both allow them.
type (
	junitSuite struct {
		XMLName    xml.Name    `xml:"testsuite"`
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
	out := bufio.NewWriter(w)
	_, err := out.WriteString(xml.Header + "<testsuites>")
	for i, r := range results {
		if err == nil {
			err = writeSuite(out, suite(i, r))
		}
	}
	if err != nil {
		return err
	}
	if len(results) > 0 {
		_ = out.WriteByte('\n') // Flush tells
	}
	_, _ = out.WriteString("</testsuites>\n")
	return out.Flush()
}

// writeSuite writes one suite, so that no more than one is in memory.
func writeSuite(w *bufio.Writer, s *junitSuite) error {
	var b strings.Builder
	enc := xml.NewEncoder(&b)
	enc.Indent("  ", "  ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	_, err := w.WriteString("\n" + strings.TrimSuffix(safeLines(b.String()), "\n"))
	return err
}

func suite(id int, r *Result) *junitSuite {
	s := &junitSuite{ID: id, Package: "finwait", Name: r.Path, Hostname: "localhost", Time: "0", Timestamp: "1970-01-01T00:00:00"}
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
	if r.MorePassed > 0 {
		s.Cases = append(s.Cases, junitCase{Name: count(r.MorePassed, "further assertion"), Class: r.Path, Time: "0"})
	}
	s.Tests = len(s.Cases)
	return s
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
	first, more := p.firstLine()
	if text := first + more; text != "" {
		return p.Title + ": " + text
	}
	return p.Title
}

// firstLine returns the first line of what there is to say, and what one that sees no
// more has to know.
func (p *Problem) firstLine() (first, more string) {
	if len(p.Lines) > 0 {
		first, _, _ = strings.Cut(p.Lines[0], "\n")
	}
	if n := len(p.Lines) - 1; n > 0 && p.Kind == GoldenChanged { // each line is a change
		more = ", and " + count(n, "more line") + " in the log"
	}
	if p.Cut {
		more += "; the capture is cut short"
	}
	return first, more
}
