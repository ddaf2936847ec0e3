package schema

import (
	"slices"
	"testing"

	"finwait/reassembly/conn"
)

func TestFields(t *testing.T) {
	for _, want := range []Field{
		{Name: "handshake", Kind: "text", Words: conn.Handshake(0).Words()},
		{Name: "first_closer", Kind: "text or null", Words: []string{"client", "server", "both"}},
		{Name: "teardown_s", Kind: "seconds or null", About: "first FIN to the ACK of the second, or to the RST that ended it; null while open"},
		{Name: ".duration_s", Kind: "seconds", About: "see bound", Depth: 1},
		{Name: "missing_fin", Kind: "list of text", About: "sides without FIN where the other closed, or where the connection went idle", Words: []string{"client", "server"}},
		{Name: "packets.client, packets.server", Kind: "number", About: "what each side sent"},
		{Name: ".time", Kind: "time or null", Depth: 1},
		{Name: "states.client, states.server", Kind: "list of objects", About: "each endpoint's states as its kernel saw them (RFC 9293)"},
		{Name: ".implied", Kind: "true or false", About: "never captured, but acknowledged by the peer", Depth: 1},
	} {
		same := func(f Field) bool {
			return f.Name == want.Name && f.Kind == want.Kind && f.About == want.About && f.Depth == want.Depth && slices.Equal(f.Words, want.Words)
		}
		if !slices.ContainsFunc(Fields(), same) {
			t.Errorf("no field is like %+v", want)
		}
	}
}
