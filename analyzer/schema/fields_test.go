package schema

import (
	"slices"
	"testing"

	"finwait/reassembly"
)

func TestFields(t *testing.T) {
	for _, want := range []Field{
		{Name: "close", Kind: "text", Words: reassembly.Close(0).Words()},
		{Name: "first_closer", Kind: "text or null", Words: []string{"client", "server", "both"}},
		{Name: "teardown_s", Kind: "seconds or null", About: notes["Record.teardown_s"].text},
		{Name: ".duration_s", Kind: "seconds", About: notes["Stay.duration_s"].text, Depth: 1},
		{Name: "missing_fin", Kind: "list of text", About: notes["Record.missing_fin"].text, Words: []string{"client", "server"}},
		{Name: "packets.client, packets.server", Kind: "number", About: notes["Record.packets"].text},
		{Name: ".time", Kind: "time or null", Depth: 1},
		{Name: "states.client, states.server", Kind: "list of objects", About: notes["Record.states"].text},
		{Name: ".implied", Kind: "true or false", About: notes["FIN.implied"].text, Depth: 1},
	} {
		same := func(f Field) bool {
			return f.Name == want.Name && f.Kind == want.Kind && f.About == want.About && f.Depth == want.Depth && slices.Equal(f.Words, want.Words)
		}
		if !slices.ContainsFunc(Fields(), same) {
			t.Errorf("no field is like %+v", want)
		}
	}
}
