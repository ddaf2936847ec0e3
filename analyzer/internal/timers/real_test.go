package timers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"runtime"
	"testing"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
)

const real = "../../../testdata/real"

// infer returns what is inferred from captures, with one rule told of or all, and
// the whole summary.
func infer(t *testing.T, only string, files ...string) ([]model.Timer, string) {
	t.Helper()
	config := model.DefaultConfig()
	o := driver.Options{
		Config:  &config,
		Problem: func(err error) { t.Error(err) },
	}
	if only != "" {
		config.OnlyRules = []string{only}
	}
	var out bytes.Buffer
	if _, err := driver.Run(context.Background(), files, o, report.SummaryJSON(&out)); err != nil {
		t.Fatal(err)
	}
	var s model.Summary
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s.Timers, out.String()
}

// TestRecorded compares what is inferred with what was configured when the
// captures were recorded (testdata/record), to be met within 2 %. A capture
// that is not named holds no timer.
func TestRecorded(t *testing.T) {
	type want map[string]float64 // kind, seconds
	recorded := map[string]want{
		"accept-never-called": {"client-timeout": 0.8},
		"go-timeout":          {"client-timeout": 0.8, "handler-time": 3},
		"go-timeout-short":    {"client-timeout": 0.5, "handler-time": 1},
		"go-timeout-reaped":   {"client-timeout": 0.5, "handler-time": 4},
		"go-timeout-partial":  {"client-timeout": 0.8, "handler-time": 2},
		"go-timeout-delayed":  {"client-timeout": 0.6, "handler-time": 1.5},
		"nginx-idle-close":    {"server-idle-timeout": 2},
		"nginx-idle-race":     {"server-idle-timeout": 2},
		"slow-request":        {"request-timeout": 0.7},
		"body-never-comes":    {"request-timeout": 1},
		"idle-under-a-second": {"server-idle-timeout": 0.4},
		"node-keep-alive":     {"server-idle-timeout": 2}, // 1 s, and the second that node adds
		"conntrack-forgets":   {"path-idle-timeout": 4},   // no more than that silence
		"conntrack-resets":    {"path-idle-timeout": 4},
	}
	files, err := filepath.Glob(filepath.Join(real, "*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatal("no captures", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		name = name[:len(name)-len(".pcap")]
		scenario := name
		if ext := filepath.Ext(name); ext == ".server" {
			scenario = name[:len(name)-len(ext)]
		}
		for _, only := range []string{"", "FIN101"} { // which rules are told of makes no difference
			timers, _ := infer(t, only, file)
			left := recorded[scenario]
			if len(timers) != len(left) {
				t.Errorf("%s: %d timers, want %d: %+v", name, len(timers), len(left), timers)
			}
			for _, timer := range timers {
				configured := left[timer.Kind.String()]
				value := timer.Value
				if value == nil { // a bracket
					value = timer.High
				}
				if got := value.Duration().Seconds(); got < 0.98*configured || got > 1.02*configured {
					t.Errorf("%s: %s of %.3f s, configured %.3f s", name, timer.Kind, got, configured)
				}
			}
		}
	}
}

// TestOneProcessorOrMany runs many captures on one processor and on several.
func TestOneProcessorOrMany(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(real, "[a-n]*.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	was := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(was)
	_, one := infer(t, "", files...)
	runtime.GOMAXPROCS(8)
	if _, many := infer(t, "", files...); one != many {
		t.Error("the summary depends on the number of processors")
	}
}
