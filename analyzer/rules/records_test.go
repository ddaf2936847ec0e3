package rules

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

// judged returns the records of a capture, or of a packet script, with the
// findings of all rules.
func judged(t *testing.T, name string, data []byte) []*model.Record {
	t.Helper()
	return judgedBy(t, All, name, data)
}

// judgedBy is judged with other rules.
func judgedBy(t *testing.T, list []*model.Rule, name string, data []byte) []*model.Record {
	t.Helper()
	records, err := judgedUntil(t, list, name, data)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// judgedUntil is judgedBy of a capture that may be damaged: the records of what comes before
// that.
func judgedUntil(t *testing.T, list []*model.Rule, name string, data []byte) (records []*model.Record, damage error) {
	t.Helper()
	if filepath.Ext(name) == ".pkt" {
		script, err := pktscript.Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := script.Write(&file); err != nil {
			t.Fatal(err)
		}
		data = file.Bytes()
	}
	r, err := capture.Open("-", bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	config := model.DefaultConfig()
	judge := model.Judge(list, &config)
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		rec := model.NewRecord(name, c)
		judge(rec, c)
		if open := leftUnanswered(c); open != "" && len(rec.Findings) == 0 {
			t.Errorf("%s: stream %d: %s, and there is no finding", name, rec.Stream, open)
		}
		records = append(records, rec)
	})
	var p capture.Packet
	var s segment.Segment
	for d := segment.NewDecoder(); ; {
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			tracker.Flush()
			return records, nil
		} else if err != nil {
			tracker.Flush()
			return records, err
		}
		switch d.Decode(p.Link, p.Data, p.Length, &s) {
		case segment.Decoded:
			tracker.Add(p.Frame(), &s)
		case segment.ICMPError:
			tracker.Quote(p.Frame(), &s)
		default:
			tracker.Advance(p.Time)
		}
	}
}

// judgedFile is judged of a file.
func judgedFile(t *testing.T, file string) []*model.Record {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return judged(t, file, data)
}

// found lists the rules with findings in r, each once.
func found(r *model.Record) (ids []string) {
	for i := range r.Findings {
		if id := r.Findings[i].Rule; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// examples are all fixtures and recorded captures.
func examples(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"rules/*/*.pkt", "pkt/*.pkt", "real/*.pcap"} {
		list, _ := filepath.Glob(filepath.Join("../../testdata", pattern))
		if len(list) == 0 {
			t.Fatalf("testdata/%s: no such files", pattern)
		}
		files = append(files, list...)
	}
	return files
}

// What explain shows of a rule is true: the rule finds it in its own script.
func TestScripts(t *testing.T) {
	for _, r := range All {
		if r.Check == nil {
			continue
		}
		text := "A 192.0.2.1:40000\nB 198.51.100.7:443\n" + strings.TrimSpace(r.Doc.Script) + "\n"
		var ids []string
		for _, rec := range judged(t, r.ID+".pkt", []byte(text)) {
			ids = append(ids, found(rec)...)
		}
		if !slices.Contains(ids, r.ID) {
			t.Errorf("%s finds nothing in its own script, where there is %v", r.ID, ids)
		}
	}
}

// Every finding names a rule that exists, says something, and gives frames in
// the order of the capture.
func TestFindingsAreWhole(t *testing.T) {
	for _, file := range examples(t) {
		for _, rec := range judgedFile(t, file) {
			for i := range rec.Findings {
				f := &rec.Findings[i]
				switch {
				case f.Message.String() == "" || f.Advice.String() == "" || strings.Contains(f.Message.String(), "%!") || strings.HasSuffix(f.Message.String(), "."):
					t.Errorf("%s: stream %d: %s says %q", file, rec.Stream, f.Rule, f.Message)
				case strings.Contains(f.Message.String(), "  ") || strings.Contains(f.Message.String(), "-0"):
					t.Errorf("%s: stream %d: %s says %q", file, rec.Stream, f.Rule, f.Message)
				case !slices.IsSorted(f.Frames):
					t.Errorf("%s: stream %d: %s gives frames %v", file, rec.Stream, f.Rule, f.Frames)
				case f.DurationS != nil && *f.DurationS < 0:
					t.Errorf("%s: stream %d: %s took %v", file, rec.Stream, f.Rule, *f.DurationS)
				}
			}
		}
	}
}
