package schema

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/records"
	"finwait/analyzer/tally"
	"finwait/reassembly"
)

// compiled returns a schema for validation. It is strict: members that the
// schema does not name are mistakes.
func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := Of(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	forbidMore(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func forbidMore(doc any) {
	switch v := doc.(type) {
	case map[string]any:
		if v["properties"] != nil && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, of := range v {
			forbidMore(of)
		}
	case []any:
		for _, of := range v {
			forbidMore(of)
		}
	}
}

func validate(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// analyze writes all recorded captures in a format, with what a summary tells apart.
func analyze(t *testing.T, by string, format func(*bytes.Buffer) model.Handler) []byte {
	t.Helper()
	files, err := filepath.Glob("../../testdata/real/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	config := model.DefaultConfig()
	var b bytes.Buffer
	_, err = driver.Run(context.Background(), files, driver.Options{
		Config: &config, By: by,
		Tracker: reassembly.Config{Idle: reassembly.DefaultIdle, MaxConnections: reassembly.DefaultMaxConnections},
		Problem: func(error) {},
	}, format(&b))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRecordsAreAsTheSchemaSays(t *testing.T) {
	s := compiled(t, "flow")
	lines := 0
	for line := range bytes.Lines(analyze(t, "", func(b *bytes.Buffer) model.Handler { return records.JSONL(b) })) {
		lines++
		validate(t, s, line)
	}
	if lines < 100 {
		t.Errorf("only %d records", lines)
	}
}

func TestTheReportIsAsTheSchemaSays(t *testing.T) {
	s := compiled(t, "report")
	for _, by := range append([]string{""}, tally.Keys...) {
		text := analyze(t, by, func(b *bytes.Buffer) model.Handler { return report.SummaryJSON(b) })
		validate(t, s, text)
		if has := bytes.Contains(text, []byte(`"by": [`)); has != (by != "") {
			t.Errorf("by %q: rows %v", by, has)
		}
	}
	var empty tally.Aggregate
	text, err := json.Marshal(empty.Summary())
	if err != nil {
		t.Fatal(err)
	}
	validate(t, s, text)
}

func TestTheSchemaIsNotTooKind(t *testing.T) {
	s := compiled(t, "flow")
	good := analyze(t, "", func(b *bytes.Buffer) model.Handler { return records.JSONL(b) })
	good, _, _ = bytes.Cut(good, []byte("\n"))
	for _, change := range [][2]string{
		{`"schema":"finwait.flow/1"`, `"schema":"finwait.flow/2"`},
		{`"handshake":"complete"`, `"handshake":"done"`},
		{`"stream":`, `"strom":`},
		{`"missing_fin":[`, `"missing_fin":["nobody",`},
		{`"roles":"syn"`, `"roles":null`},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Errorf("%s is not there", change[0])
		}
		bad = strings.Replace(bad, ",]", "]", 1)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(doc) == nil {
			t.Errorf("%s passes", change[1])
		}
	}
}
