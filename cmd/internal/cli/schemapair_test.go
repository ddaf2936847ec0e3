package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiledSchema compiles what schema prints.
func compiledSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, _ := says(t, exitOK, "schema", name)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each line that pair writes is as its schema says, and a word that there is not is none.
func TestPairIsAsItsSchemasSay(t *testing.T) {
	head, flow, segment := compiledSchema(t, "pair"), compiledSchema(t, "pair-flow"), compiledSchema(t, "pair-segment")
	files, err := filepath.Glob("../../../testdata/real/pair/*.b.pcap")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d recordings (%v)", len(files), err)
	}
	counts := map[*jsonschema.Schema]int{}
	var last []byte
	for _, b := range files {
		a := strings.TrimSuffix(b, ".b.pcap") + ".a.pcap"
		for line := range bytes.Lines(pairLines(t, "--segments", a, b).Bytes()) {
			var of struct {
				Schema string
				Fate   string
			}
			if err := json.Unmarshal(line, &of); err != nil {
				t.Fatal(err)
			}
			s := map[string]*jsonschema.Schema{"finwait.pair/1": head, "finwait.pair.flow/1": flow, "": segment}[of.Schema]
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(doc); err != nil {
				t.Fatalf("%s: %v\n%s", a, err, line)
			}
			counts[s]++
			if s == flow {
				last = line
			}
		}
	}
	if counts[head] != len(files) || counts[flow] < 100 || counts[segment] < 1000 {
		t.Errorf("%v lines", counts)
	}
	for _, change := range [][2]string{
		{`"states_from":{"client":"a"`, `"states_from":{"client":"c"`},
		{`"close":"graceful"`, `"close":"grateful"`},
	} {
		bad := bytes.ReplaceAll(last, []byte(change[0]), []byte(change[1]))
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bad))
		if err != nil || bytes.Equal(bad, last) {
			t.Fatalf("nothing changed (%v)\n%s", err, last)
		}
		if flow.Validate(doc) == nil {
			t.Errorf("%s is taken", change[1])
		}
	}
}
