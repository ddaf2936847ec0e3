package monitoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"finwait/reassembly/pktscript"
)

// sample is a stored value: a series, and a time in milliseconds.
type sample struct {
	series string
	ms     int64
}

// What promtool makes blocks of, and Prometheus serves, are the rows of the JSON
// Lines: none dropped, none moved.
func TestPrometheusStoresEverySample(t *testing.T) {
	need(t, "promtool", "prometheus")
	need(t, "prometheus", "prometheus")
	for _, step := range steps {
		t.Run(step.String(), func(t *testing.T) {
			dir := t.TempDir()
			want := map[sample]string{}
			for _, capture := range append([]string{old(t)}, captures...) {
				file := filepath.Join(dir, filepath.Base(capture)+".om")
				text := timeline(t, capture, "openmetrics", step)
				if err := os.WriteFile(file, text, 0o666); err != nil {
					t.Fatal(err)
				}
				seriesEndInZero(t, string(text))
				run(t, "", "promtool", "tsdb", "create-blocks-from", "openmetrics", file, filepath.Join(dir, "data"))
				fitting := step
				if step == 0 { // the step that finwait chooses for Prometheus
					fitting = stepOf(t, string(text))
				}
				for _, r := range rowsOf(t, timeline(t, capture, "jsonl", fitting)) {
					want[sample{r.Host + " " + r.Side + " " + r.State, r.Time.UnixMilli()}] = strconv.FormatInt(r.Sockets, 10)
				}
			}
			got := stored(t, filepath.Join(dir, "data"))
			if len(want) == 0 || !maps.Equal(got, want) {
				t.Errorf("%d samples are stored, and there are %d", len(got), len(want))
				for s, v := range want {
					if got[s] != v {
						t.Errorf("%s at %d: %q is stored, want %s", s.series, s.ms, got[s], v)
						break
					}
				}
			}
			t.Logf("%d samples", len(want))
		})
	}
}

// stepOf returns the least time between two samples.
func stepOf(t *testing.T, openMetrics string) time.Duration {
	t.Helper()
	var times []int64
	for line := range strings.Lines(openMetrics) {
		if fields := strings.Fields(line); fields[0] != "#" {
			f, err := strconv.ParseFloat(fields[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, int64(f*1000))
		}
	}
	slices.Sort(times)
	times = slices.Compact(times)
	least := int64(1 << 62)
	for i := range times[1:] {
		least = min(least, times[i+1]-times[i])
	}
	return time.Duration(least) * time.Millisecond
}

func seriesEndInZero(t *testing.T, openMetrics string) {
	t.Helper()
	last := map[string]string{}
	for line := range strings.Lines(openMetrics) {
		if fields := strings.Fields(line); fields[0] != "#" {
			last[fields[0]] = fields[1]
		}
	}
	for series, value := range last {
		if value != "0" {
			t.Errorf("%s ends with %s", series, value)
		}
	}
}

// stored starts a server over blocks and returns all that it has.
func stored(t *testing.T, data string) map[sample]string {
	t.Helper()
	address := serve(t, data)
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	// A range selector, by an instant query: a range query would repeat old values.
	query(t, address, "finwait_tcp_sockets[100y]", time.Now().AddDate(20, 0, 0), &answer)
	out := map[sample]string{}
	for _, series := range answer.Data.Result {
		m := series.Metric
		for _, v := range series.Values {
			out[sample{m["host"] + " " + m["side"] + " " + m["state"], int64(v[0].(float64)*1000 + 0.5)}] = v[1].(string)
		}
	}
	return out
}

// serve starts a Prometheus over a directory of blocks.
func serve(t *testing.T, data string) (address string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	rules, err := filepath.Abs("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte("rule_files: ["+strconv.Quote(rules)+"]\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	address = "127.0.0.1:" + freePort(t)
	start(t, "prometheus", "--config.file="+config, "--storage.tsdb.path="+data,
		"--storage.tsdb.retention.time=100y", "--web.listen-address="+address)
	eventually(t, "prometheus is not ready", func() error {
		r, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return err
		}
		defer r.Body.Close()
		if r.StatusCode != http.StatusOK {
			return fmt.Errorf("%s", r.Status)
		}
		return nil
	})
	return address
}

func query(t *testing.T, address, expr string, at time.Time, answer any) {
	t.Helper()
	r, err := http.Get(fmt.Sprintf("http://%s/api/v1/query?query=%s&time=%.3f", address, url.QueryEscape(expr), float64(at.UnixMilli())/1000))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", expr, r.Status)
	}
	if err := json.NewDecoder(r.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}

// HELP, units and names are in order. promtool check metrics reads the classic text
// format: without # UNIT and # EOF, times in milliseconds, one sample of a series.
func TestPromtoolChecksMetrics(t *testing.T) {
	need(t, "promtool", "prometheus")
	last := map[string]string{}
	var classic strings.Builder
	for line := range strings.Lines(string(timeline(t, "go-timeout.pcap", "openmetrics", 0))) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# HELP"), strings.HasPrefix(line, "# TYPE"):
			classic.WriteString(line)
		case fields[0] != "#":
			last[fields[0]] = fields[1]
		}
	}
	for _, series := range slices.Sorted(maps.Keys(last)) {
		fmt.Fprintln(&classic, series, last[series])
	}
	if said := run(t, classic.String(), "promtool", "check", "metrics"); said != "" {
		t.Errorf("promtool check metrics says\n%s", said)
	}
}

// The alert rules are rules, and fire on the captures that show what they are about.
func TestAlertRules(t *testing.T) {
	need(t, "promtool", "prometheus")
	run(t, "", "promtool", "check", "rules", "alerts.yml")
	dir := t.TempDir()
	file := filepath.Join(dir, "x.om")
	if err := os.WriteFile(file, timeline(t, "go-timeout.pcap", "openmetrics", 0), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, "", "promtool", "tsdb", "create-blocks-from", "openmetrics", file, filepath.Join(dir, "data"))
	rows := rowsOf(t, timeline(t, "go-timeout.pcap", "jsonl", 0))
	address := serve(t, filepath.Join(dir, "data"))
	for _, expr := range expressions(t) {
		expr = strings.ReplaceAll(expr, "> 100", "> 10") // the capture has twelve
		var answer struct{ Data struct{ Result []any } }
		query(t, address, expr, rows[len(rows)/2].Time, &answer)
		if len(answer.Data.Result) == 0 {
			t.Errorf("%s finds nothing", expr)
		}
	}
}

// expressions returns those of alerts.yml.
func expressions(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, expr, ok := strings.Cut(line, "expr: "); ok {
			list = append(list, strings.TrimSpace(expr))
		}
	}
	if len(list) < 2 {
		t.Fatalf("alerts.yml has %d expressions", len(list))
	}
	return list
}

// The dashboard asks for nothing but the gauge, with labels that it has.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			Title, Type string
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	targets := 0
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			targets++
			if !strings.Contains(target.Expr, "finwait_tcp_sockets{") {
				t.Errorf("panel %q asks for %s", p.Title, target.Expr)
			}
		}
	}
	if targets < 3 {
		t.Errorf("%d expressions in the dashboard", targets)
	}
}

// old writes a capture of 2004. Until that November a float64 of seconds, times 1000,
// is not always the whole number of milliseconds that was written.
func old(t *testing.T) string {
	t.Helper()
	script, err := pktscript.Parse("old", []byte(`start 2004-06-01T00:00:00Z
A 192.0.2.1:40000
B 198.51.100.7:443
0.000  A SYN
0.010  B SYN,ACK
0.011  A ACK
1.000  A FIN,ACK
1.010  B ACK
9.000  end
`))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := script.Write(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "old.pcap")
	if err := os.WriteFile(file, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}
