package driver

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"finwait/analyzer/model"
)

// quiet is a Handler that wants nothing.
type quiet struct{}

func (quiet) Record(*model.Record) error { return nil }
func (quiet) File(*model.FileInfo) error { return nil }
func (quiet) Close(*model.Summary) error { return nil }

// TestMerge: outcomes that were stored, sent and merged say what one run over all says.
func TestMerge(t *testing.T) {
	files, err := filepath.Glob("../../testdata/real/*.pcap*")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d recordings: %v", len(files), err)
	}
	for _, by := range []string{"", "server"} {
		o := Options{By: by}
		merged := NewOutcome(o)
		for n := range 10 {
			part := outcome(t, o, files[n*len(files)/10:(n+1)*len(files)/10])
			if by == "" { // rows are merged, and not stored
				part = sent(t, part)
			}
			merged.Merge(part)
		}
		if got, want := words(t, merged), words(t, outcome(t, o, files)); !bytes.Equal(got, want) {
			t.Errorf("by %q: merged it is\n%.3000s\nwant\n%.3000s", by, got, want)
		}
	}
}

func outcome(t *testing.T, o Options, files []string) *Outcome {
	t.Helper()
	out, err := Run(context.Background(), files, o, quiet{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sent stores an outcome and takes it back.
func sent(t *testing.T, o *Outcome) *Outcome {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	back := new(Outcome)
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	return back
}

func words(t *testing.T, o *Outcome) []byte {
	t.Helper()
	text, err := json.MarshalIndent(o.Summary(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}
