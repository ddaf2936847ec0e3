package analyzer_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"finwait/analyzer"
	"finwait/reassembly/capture"
)

const real = "../testdata/real/"

// nothing is a Handler that counts, and fails if it is told to.
type nothing struct {
	records int
	fail    error
}

func (n *nothing) Record(*analyzer.Record) error { n.records++; return n.fail }
func (n *nothing) File(*analyzer.FileInfo) error { return nil }
func (n *nothing) Close(*analyzer.Summary) error { return nil }

func TestRunTellsWhatCouldNotBeRead(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "no.pcap")
	files := []string{missing, real + "delayed-close.pcap"}
	var told []error
	for _, problem := range []func(error){nil, func(err error) { told = append(told, err) }} {
		summary, err := analyzer.Run(context.Background(), files, analyzer.Options{Problem: problem}, nil)
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
		if summary.Connections != 3 || len(summary.Files) != 2 {
			t.Errorf("%d connections of %d files", summary.Connections, len(summary.Files))
		}
	}
	if len(told) != 1 {
		t.Errorf("told %v", told)
	}
}

func TestRunTakesACaptureThatIsCutShort(t *testing.T) {
	whole, err := os.ReadFile(real + "delayed-close.pcap")
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.pcap")
	if err := os.WriteFile(cut, whole[:len(whole)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	var told error
	summary, err := analyzer.Run(context.Background(), []string{cut}, analyzer.Options{Problem: func(err error) { told = err }}, nil)
	if err != nil || !errors.Is(told, capture.ErrCutShort) || summary.Connections != 3 {
		t.Errorf("error %v, told %v, %d connections", err, told, summary.Connections)
	}
	if !slices.ContainsFunc(summary.Findings, func(f analyzer.FindingGroup) bool { return f.Rule == "FIN904" }) {
		t.Error("FIN904 is not found")
	}
}

func TestRunEnds(t *testing.T) {
	stop := errors.New("enough")
	n := &nothing{fail: stop}
	if _, err := analyzer.Run(context.Background(), []string{real}, analyzer.Options{}, n); !errors.Is(err, stop) || n.records != 1 {
		t.Errorf("error %v after %d records", err, n.records)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := analyzer.Run(ctx, []string{real}, analyzer.Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestRunWithoutRules(t *testing.T) {
	summary, err := analyzer.Run(context.Background(), []string{real + "close-wait-leak.pcap"}, analyzer.Options{Rules: []*analyzer.Rule{}}, nil)
	if err != nil || len(summary.Findings) != 0 || summary.Connections == 0 {
		t.Errorf("error %v, findings %v of %d connections", err, summary.Findings, summary.Connections)
	}
}
