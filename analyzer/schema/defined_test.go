package schema

import (
	"strings"
	"testing"

	"finwait/reassembly/conn"
)

// Each word of close says how a connection ended, which no reader guesses: help and the schema
// define all of them.
func TestCloseIsDefined(t *testing.T) {
	for _, f := range Fields() {
		if f.Name != "close" {
			continue
		}
		for _, word := range conn.Close(0).Words() {
			if !strings.Contains(f.About, " "+word+" (") {
				t.Errorf("%s is not defined in %q", word, f.About)
			}
		}
		return
	}
	t.Error("no field close")
}
