package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/capture"
	"finwait/reassembly/pktscript"
)

// finwait runs a command line that must end well, and returns what it prints.
func finwait(t *testing.T, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := Command{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr}
	if code := c.Main(args); code != exitOK {
		t.Fatalf("finwait %s: exit code %d\n%s", strings.Join(args, " "), code, &stderr)
	}
	return stdout.Bytes()
}

// captures are the recorded captures and those that scripts stand for.
func captures(t *testing.T) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"real/*.pcap", "pkt/*.pkt", "rules/*/*.pkt"} {
		found, err := filepath.Glob("../../../testdata/" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range found {
			if filepath.Ext(path) == ".pkt" {
				path = written(t, path)
			}
			paths = append(paths, path)
		}
	}
	return paths
}

func written(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	script, err := pktscript.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := script.Write(&b); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(path), ".pkt")+".pcap")
	if err := os.WriteFile(out, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// times returns the time of every frame of a capture.
func times(t *testing.T, path string) (list []capture.Time) {
	t.Helper()
	r, err := capture.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		var p capture.Packet
		if err := r.Next(&p); err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, capture.ErrCutShort) {
				t.Fatal(err)
			}
			return list
		}
		list = append(list, p.Time)
	}
}

var streamNumber = regexp.MustCompile(`stream \d+`)

// recordsOf returns the records of a capture, without the fields in left out, in the
// order of their first frames. A frame is named by its time.
func recordsOf(t *testing.T, path string, where, rules string, leftOut ...string) (list []map[string]any) {
	t.Helper()
	at := times(t, path)
	args := []string{"flows", "--no-config", "--quiet", "--format", "jsonl", "--sort", "stream", path}
	if rules != "" {
		args = append(args, "--rule", rules)
	}
	if where != "" {
		args = append(args, "--where", where)
	}
	for line := range bytes.Lines(finwait(t, args...)) {
		line = streamNumber.ReplaceAll(line, []byte("stream"))
		var r map[string]any
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		for _, name := range append(leftOut, "file", "stream") {
			delete(r, name)
		}
		list = append(list, byTime(r, at).(map[string]any))
	}
	return list
}

// byTime replaces the frame numbers in v.
func byTime(v any, at []capture.Time) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			switch n := inner.(type) {
			case float64:
				if key == "frame" || key == "ack_frame" || key == "reply_to" {
					v[key] = at[int(n)-1]
				}
			case []any:
				for i := range n {
					if frame, ok := n[i].(float64); ok && key == "frames" {
						n[i] = at[int(frame)-1]
					} else {
						n[i] = byTime(n[i], at)
					}
				}
			default:
				v[key] = byTime(inner, at)
			}
		}
	}
	return v
}

// among returns those of list that begin when one of wanted does: an incarnation
// that was in TIME-WAIT is extracted with the one that followed it.
func among(wanted, list []map[string]any) (found []map[string]any) {
	for _, r := range list {
		if slices.ContainsFunc(wanted, func(w map[string]any) bool { return reflect.DeepEqual(w["first"], r["first"]) }) {
			found = append(found, r)
		}
	}
	return found
}

// differs says in which fields two lists of records differ.
func differs(a, b []map[string]any) (list []string) {
	if len(a) != len(b) {
		return []string{fmt.Sprintf("%d records became %d", len(a), len(b))}
	}
	for i := range a {
		for key := range a[i] {
			if !reflect.DeepEqual(a[i][key], b[i][key]) {
				list = append(list, fmt.Sprintf("record %d: %s: %v became %v", i, key, a[i][key], b[i][key]))
			}
		}
	}
	slices.Sort(list)
	return list
}

// What finwait says of a connection does not depend on what else was captured, nor
// on the names of its ends; except that some rules look at payload, and that
// Wireshark's completeness knows of all incarnations on the same addresses.
func TestExtractedCapturesHaveTheSameRecords(t *testing.T) {
	const (
		odd     = "stream % 2 == 1"
		headers = "FIN102,FIN104,FIN210,FIN303,FIN402,FIN403,FIN501,FIN902,FIN903"
	)
	secret := []string{"community_id", "client", "server", "interface", "app", "waits"} // the last two are what payload shows
	tests := []struct {
		name         string
		where, rules string
		flags        []string
		leftOut      []string
	}{
		{"all", "", "", nil, nil},
		{"every other", odd, "", nil, []string{"completeness"}},
		{"headers only", "", headers, []string{"--headers-only"}, []string{"app", "waits", "zeek"}},
		{"anonymous", "", headers, []string{"--anonymize"}, secret},
		{"anonymous headers of every other", odd, "FIN104,FIN402", []string{"--anonymize", "--headers-only"}, append(secret, "zeek", "completeness")},
	}
	for i, path := range captures(t) {
		if testing.Short() && i%4 != 0 {
			continue
		}
		for _, test := range tests {
			out := filepath.Join(t.TempDir(), "out.pcapng")
			args := append([]string{"extract", "--no-config", "--quiet", path, "-w", out}, test.flags...)
			if test.where != "" {
				args = append(args, "--where", test.where)
			}
			finwait(t, args...)
			want := recordsOf(t, path, test.where, test.rules, test.leftOut...)
			for _, what := range differs(want, among(want, recordsOf(t, out, "", test.rules, test.leftOut...))) {
				t.Errorf("%s, %s: %s", filepath.Base(path), test.name, what)
			}
		}
	}
}
