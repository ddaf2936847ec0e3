package check

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/reassembly/conn"
)

func assertion(t *testing.T, files, text string) Assertion {
	t.Helper()
	a, err := query.CompileAssertion(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Assertion{Name: "a name", Files: files, Message: "what it means", Where: "finwait.yaml:3", Assertion: a}
}

func TestAssertionsSayWhatIsWrong(t *testing.T) {
	config := &Config{Assertions: []Assertion{
		assertion(t, "", `all(flows, .close == "graceful")`),
		assertion(t, "b*", `false`),
		assertion(t, "a.pcap", `len(flows) == 2`),
		assertion(t, "", `max(map(filter(flows, false), .stream)) < 1`),
	}}
	in := capture(graceful(0), leaking(3))
	in.Golden = agreed(graceful(0), leaking(3))
	res := judge(new(Checker), in, config)
	if len(res.Problems) != 2 {
		t.Fatalf("%+v", res.Problems)
	}
	want := "what it means\nfinwait.yaml:3: all(flows, .close == \"graceful\")\nstream 3: .close is \"half-closed\", frames 12, 15"
	if got := strings.Join(res.Problems[0].Lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := res.Problems[1].Lines[2]; !strings.Contains(got, "it has no value here") {
		t.Error(got)
	}
}

func server(text string) Server {
	s, _ := ParseServer(text)
	return s
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, dir, capture string
		want                  bool
	}{
		{"", ".", "x/a.pcap", true},
		{"*.pcap", ".", "x/y/a.pcap", true},
		{"a.pcap", "x", "x/a.pcap", true},
		{"y/*.pcap", "x", "x/y/a.pcap", true},
		{"x/y/*.pcap", ".", "x/y/a.pcap", true},
		{"y/*.pcap", "x", "x/a.pcap", false},
		{"**/a.pcap", ".", "x/y/a.pcap", true},
		{"x/**", ".", "x/y/a.pcap", true},
		{"x/**/a.pcap", ".", "x/a.pcap", true},
		{"z/**", ".", "x/y/a.pcap", false},
		{"*.pcapng", ".", "a.pcap", false},
		{"./x/*.pcap", ".", "./x/a.pcap", true},
	} {
		config := &Config{Dir: c.dir}
		if got, _ := config.place(c.capture).matches(c.pattern); got != c.want {
			t.Errorf("%s in %s, %s: %v", c.pattern, c.dir, c.capture, got)
		}
	}
}

func TestServers(t *testing.T) {
	four := model.Endpoint{IP: netip.MustParseAddr("192.0.2.1"), Port: 80}
	six := model.Endpoint{IP: netip.MustParseAddr("2001:db8::1"), Port: 80}
	for text, want := range map[string][2]bool{
		"":                 {true, true},
		":80":              {true, true},
		"80":               {true, true},
		"192.0.2.1":        {true, false},
		"192.0.2.1:80":     {true, false},
		"192.0.2.1:81":     {false, false},
		"[2001:db8::1]:80": {false, true}, "2001:db8::1": {false, true},
		"2001:db8::1:80": {false, true}, "2001:db8::1:81": {false, false},
		":0": {false, false}, "192.0.2.1:0": {false, false},
	} {
		s, ok := ParseServer(text)
		if got := [2]bool{s.is(four), s.is(six)}; got != want || !ok {
			t.Errorf("%q: %v, want %v; valid %v", text, got, want, ok)
		}
	}
	for _, text := range []string{"example.com", ":99999", "192.0.2.1:", ":"} {
		if _, ok := ParseServer(text); ok {
			t.Errorf("%q is no address, and passes", text)
		}
	}
}

func TestIgnoredFindingsDoNotCount(t *testing.T) {
	config := &Config{
		Ignored:    []Ignored{{Rules: []string{"FIN202"}, Server: server(":443"), Reason: "a known leak"}},
		Assertions: []Assertion{assertion(t, "", "len(findings) == 0")},
	}
	in := capture(leaking(0))
	in.Golden = agreed(leaking(0)) // made before it was ignored
	res := judge(&Checker{FailOn: model.Warning}, in, config)
	if res.Failed() {
		t.Errorf("%+v", res.Problems)
	}
	if bytes.Contains(res.Golden, []byte(`"FIN202 close`)) {
		t.Errorf("the golden record holds it: %s", res.Golden)
	}
}

func TestBaseline(t *testing.T) {
	in := capture(leaking(0), leaking(1))
	in.Golden = agreed(graceful(0), graceful(1))
	for _, r := range in.Records {
		r.Close, r.MissingFIN, r.Flags = conn.CloseGraceful, nil, ">S <S. >F. <F." // only the finding is new
	}
	var sarif bytes.Buffer
	res := judge(&Checker{FailOn: model.Warning}, in, new(Config))
	if len(res.Problems) != 2 {
		t.Fatalf("%+v", res.Problems)
	}
	if err := WriteSARIF(&sarif, nil, []*Result{res}, false); err != nil {
		t.Fatal(err)
	}
	known, err := ReadBaseline("x.sarif", sarif.Bytes())
	if err != nil || len(known.order) != 2 { // the same connection and rule, the first and the second
		t.Fatalf("%v (%v)", known, err)
	}
	checker := &Checker{FailOn: model.Warning, Baseline: known}
	if res := judge(checker, in, new(Config)); res.Failed() {
		t.Errorf("%+v", res.Problems)
	}
	jsonl := in.Records[0].AppendJSON(nil)
	jsonl = bytes.Replace(jsonl, []byte(`"schema":""`), []byte(`"schema":"finwait.flow/1"`), 1)
	if known, err := ReadBaseline("x.jsonl", jsonl); err != nil || len(known.order) != 1 {
		t.Errorf("%v (%v)", known, err)
	}
	for _, text := range []string{"", "{}", "x"} {
		if known, err := ReadBaseline("x", []byte(text)); err == nil {
			t.Errorf("%q: %v", text, known)
		}
	}
}

// awkward are results of every kind, with text that formats must escape.
func awkward() []*Result {
	changed := capture(leaking(0))
	changed.Golden = agreed(graceful(0))
	changed.Path = "a <&>\"%,:\x1b\n.pcap"
	broken := capture()
	broken.Problem = errors.New("packet 7: \x00 ]]> is no length")
	good := capture(graceful(0))
	good.Golden = agreed(graceful(0))
	checker := &Checker{FailOn: model.Info}
	return []*Result{
		judge(checker, changed, new(Config)), judge(checker, broken, new(Config)),
		judge(checker, good, new(Config)), Stray("b.pcap" + Suffix),
	}
}

func TestGitHub(t *testing.T) {
	var b bytes.Buffer
	for _, r := range awkward() {
		if err := WriteGitHub(&b, r); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "::error file=") || strings.Count(line, "::") != 2 {
			t.Errorf("%q", line)
		}
	}
	if want := `file=a <&>"%25%2C%3A\x1b\x0a.pcap,title=`; !strings.Contains(lines[0], want) {
		t.Errorf("%q, want %q", lines[0], want)
	}
}

// The elements and attributes that both the schema of Ant and that of Jenkins'
// xUnit plugin allow, in the order of the former, and those that it requires.
// The schema of Jenkins is junit-10.xsd of its xunit-plugin.
var junitSchema = map[string]struct{ attributes, required, children string }{
	"testsuites": {"", "", "testsuite"},
	"testsuite": {
		"id package name timestamp hostname tests failures errors time", "id package name timestamp hostname tests failures errors time",
		"properties testcase system-out system-err",
	},
	"properties": {}, "system-out": {}, "system-err": {},
	"testcase": {"name classname time", "name classname time", "error failure"},
	"error":    {"message type", "type", ""},
	"failure":  {"message type", "type", ""},
}

// junitForms are what both schemas take for the values of some attributes.
var junitForms = map[string]*regexp.Regexp{
	"time":      regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]+)?$`),
	"timestamp": regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$`),
	"tests":     regexp.MustCompile(`^[0-9]+$`),
	"failures":  regexp.MustCompile(`^[0-9]+$`),
	"errors":    regexp.MustCompile(`^[0-9]+$`),
	"hostname":  regexp.MustCompile(`^.+$`),
}

// The numbers of a suite are those of what is in it.
func TestJUnitCounts(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJUnit(&b, awkward()); err != nil {
		t.Fatal(err)
	}
	var all struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Cases    []struct {
				Failure *string `xml:"failure"`
				Error   *string `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	for i, s := range all.Suites {
		failures, errors := 0, 0
		for _, c := range s.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != errors {
			t.Errorf("suite %d says %d tests, %d failures and %d errors; it has %d, %d and %d", i, s.Tests, s.Failures, s.Errors, len(s.Cases), failures, errors)
		}
	}
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJUnit(&b, awkward()); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(&b)
	var open []string
	cases := map[string]int{}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			cases[name]++
			schema, ok := junitSchema[name]
			if !ok || len(open) == 0 && name != "testsuites" {
				t.Errorf("element %s", name)
			}
			if len(open) > 0 && !hasWord(junitSchema[open[len(open)-1]].children, name) {
				t.Errorf("%s in %v", name, open)
			}
			seen := ""
			for _, a := range e.Attr {
				if seen += " " + a.Name.Local; !hasWord(schema.attributes, a.Name.Local) {
					t.Errorf("attribute %s of %s", a.Name.Local, name)
				}
				if form := junitForms[a.Name.Local]; form != nil && !form.MatchString(a.Value) {
					t.Errorf("%s of %s is %q", a.Name.Local, name, a.Value)
				}
			}
			for word := range strings.FieldsSeq(schema.required) {
				if !hasWord(seen, word) {
					t.Errorf("%s lacks %s", name, word)
				}
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
	if cases["testsuite"] != 4 || cases["failure"] != 3 || cases["error"] != 1 || cases["testcase"] != 6 {
		t.Errorf("%v", cases)
	}
}

func hasWord(list, word string) bool { return strings.Contains(" "+list+" ", " "+word+" ") }
