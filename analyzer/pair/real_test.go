package pair

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/driver"
)

// compare compares two captures and wants no error.
func compare(t *testing.T, a, b string) *Result {
	t.Helper()
	problem := func(err error) { t.Error(err) }
	r, err := Run(context.Background(), []string{a}, []string{b}, Options{Driver: driver.Options{Problem: problem}, Segments: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Both hosts of a recording have one clock, and both captures hold all of it: whatever is
// not delivered was lost by the recorder's path, and nothing was forged.
func TestRecordings(t *testing.T) {
	files, err := filepath.Glob("../../testdata/real/*.server.pcap")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings (%v)", err)
	}
	for _, server := range files {
		client := strings.Replace(server, ".server.pcap", ".pcap", 1)
		t.Run(strings.TrimSuffix(filepath.Base(client), ".pcap"), func(t *testing.T) {
			r := compare(t, client, server)
			if r.Matched == 0 || r.OnlyA != 0 || r.OnlyB != 0 || r.Translated != 0 {
				t.Errorf("matched %d, only A %d, only B %d, translated %d", r.Matched, r.OnlyA, r.OnlyB, r.Translated)
			}
			o := &r.Offset
			off := time.Duration(max(o.At, -o.At))
			if o.Known && (off > time.Duration(o.Error)+time.Microsecond || off > time.Millisecond || o.Drift != 0) {
				t.Errorf("offset %v, error %v, drift %v", off, time.Duration(o.Error), o.Drift)
			}
			for _, p := range r.Paths {
				if c := p.Counts; c.Forged+c.Duplicated+c.NotCaptured+c.Unknown != 0 {
					t.Errorf("%+v", c)
				}
			}
			if err := r.Each(func(f *Flow) error { acknowledged(t, f); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
}

// acknowledged checks that nothing was acknowledged that is said to be lost, unless a copy
// of it was delivered.
func acknowledged(t *testing.T, f *Flow) {
	t.Helper()
	type position struct {
		direction string
		seq, len  uint32
		flags     string
	}
	came := map[position]bool{}
	for i := range f.Rows {
		if s := &f.Rows[i]; s.Fate == Delivered {
			came[position{s.Direction, s.Seq, s.Len, s.Flags}] = true
		}
	}
	for i := range f.Rows {
		s := &f.Rows[i]
		if s.Fate == Delivered && (s.DelayS == nil) != (s.AFrame == nil || s.BFrame == nil) && f.DelayS.ToServer != nil {
			t.Errorf("segment %d: no delay", s.Seq)
		}
		if s.Fate != Lost || s.Len == 0 || came[position{s.Direction, s.Seq, s.Len, s.Flags}] {
			continue
		}
		if f.Close.String() == "graceful" {
			t.Errorf("stream %d: payload at %d is lost for good, and the connection ended in order", f.A.Stream, s.Seq)
		}
	}
}

// A connection that has a finding in both directions is one connection.
func TestOverviewCountsConnections(t *testing.T) {
	r := compare(t, "../../testdata/real/pair/loss-20.a.pcap", "../../testdata/real/pair/loss-20.b.pcap")
	var v Overview
	twice := false
	err := r.Each(func(f *Flow) error {
		n := 0
		for i := range f.Findings {
			if f.Findings[i].Rule == "FIN604" {
				n++
			}
		}
		twice = twice || n > 1
		v.Add(f)
		return nil
	})
	if err != nil || !twice {
		t.Fatalf("no connection lost segments both ways (%v): not much of a test", err)
	}
	for _, rule := range v.Rules {
		if rule.N > r.Matched {
			t.Errorf("%s: %d connections of %d", rule.Rule, rule.N, r.Matched)
		}
	}
}
