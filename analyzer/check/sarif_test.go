package check

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"finwait/analyzer/model"
	"finwait/analyzer/rules"
)

// sarifSchema is the schema that OASIS publishes, as it is.
const sarifSchema = "testdata/sarif-schema-2.1.0.json"

func validateSARIF(t *testing.T, text []byte) map[string]any {
	t.Helper()
	f, err := os.Open(sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	log, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(log); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	return log.(map[string]any)["runs"].([]any)[0].(map[string]any)
}

func TestSARIF(t *testing.T) {
	ignoring := &Config{Ignored: []Ignored{{Rules: []string{"FIN202"}, Reason: "it is known"}}}
	in := capture(leaking(0))
	results := append(awkward(), judge(&Checker{FailOn: model.Info}, in, ignoring))
	for _, baseline := range []bool{false, true} {
		var b bytes.Buffer
		if err := WriteSARIF(&b, rules.All, results, baseline); err != nil {
			t.Fatal(err)
		}
		run := validateSARIF(t, b.Bytes())
		list := run["results"].([]any)
		if len(list) != 6 {
			t.Errorf("%d results\n%s", len(list), &b)
		}
		suppressed := 0
		for _, r := range list {
			result := r.(map[string]any)
			if len(result["partialFingerprints"].(map[string]any)) == 0 {
				t.Errorf("no fingerprint: %v", result)
			}
			if result["suppressions"] != nil {
				suppressed++
			}
			if (result["baselineState"] != nil) != (result["ruleId"] == "FIN202") {
				t.Errorf("baseline: %v", result)
			}
		}
		if suppressed != 1 {
			t.Errorf("%d are suppressed", suppressed)
		}
	}
}

func TestCleanSARIFHasAnEmptyList(t *testing.T) {
	in := capture(graceful(0))
	in.Golden = agreed(graceful(0))
	var b bytes.Buffer
	if err := WriteSARIF(&b, rules.All, []*Result{judge(new(Checker), in, new(Config))}, false); err != nil {
		t.Fatal(err)
	}
	if list, ok := validateSARIF(t, b.Bytes())["results"].([]any); !ok || len(list) != 0 {
		t.Errorf("results %v", list)
	}
}
