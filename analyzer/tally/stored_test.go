package tally

import (
	"regexp"
	"testing"

	"finwait/analyzer/model"
)

// What was gathered elsewhere and is damaged is an error, and nothing that a summary trips over.
func TestDamagedAggregate(t *testing.T) {
	var a Aggregate
	a.Explain(Grouping{Explains: func(cause, effect string) bool { return cause == "FIN201" && effect == "FIN203" }})
	for i := range 2 {
		a.Add(found(i, 1, i, finding("FIN201", model.Warning, 5), finding("FIN203", model.Warning, 5)))
	}
	text, err := a.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"version":5`, `"version":4`},
		{`"folds":{"FIN203":{[^}]*}}`, `"folds":{"FIN203":null}`},
		{`"values":\[5,5\],`, `"values":[5],`},
		{`"lots":\[\d+,\d+\],"values":\[5,5\],"N":2`, `"lots":[],"values":[],"N":2`},
		{`"places":\[\[0,0,1\],\[0,1,2\]\]`, `"places":[[0,0,1]]`},
		{`"examples":.*"places":\[\[0,0,1\],\[0,1,2\]\]`, `"examples":[]},"places":[]`},
	} {
		bad := regexp.MustCompile(change[0]).ReplaceAllString(string(text), change[1])
		if bad == string(text) {
			t.Fatalf("nothing to change: %s\n%s", change[0], text)
		}
		var restored Aggregate
		if err := restored.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s is taken", change[1])
		}
	}
}
