package timelines

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/parquet/parquettest"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
	"finwait/reassembly/tcpstate"
)

// chartOf returns a chart of two states, under a name that has to be quoted.
func chartOf() *timeline.Chart {
	change := func(at int, sockets, min, max int64) timeline.Change {
		return timeline.Change{At: at, Counts: timeline.Counts{Sockets: sockets, Min: min, Max: max}}
	}
	return &timeline.Chart{
		File: "a \"b\",\u202ec\n.pcap", Step: time.Second, Start: 1.7e18, Moments: 4, Connections: 3, Sockets: 6,
		Series: []timeline.Series{
			{Host: "192.0.2.1", Side: "client", State: tcpstate.FinWait2, Changes: []timeline.Change{change(0, 1, 0, 1), change(2, 2, 2, 3), change(4, -3, -2, -4)}},
			{Host: "fd00::1", Side: "server", State: tcpstate.CloseWait, Changes: []timeline.Change{change(1, 5, 5, 5), change(3, -5, -5, -5)}},
		},
	}
}

func writtenAs(t *testing.T, format string, shape Shape) string {
	t.Helper()
	var b bytes.Buffer
	w := Find(format).New(&b, prose.Style{}, shape)
	if err := w.Chart(chartOf()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// All tables say the same.
func TestTimelineFormatsAgree(t *testing.T) {
	for _, shape := range []Shape{{}, {By: timeline.ByServer, Joined: true}, {By: timeline.ByNone}} {
		var want []map[string]any
		for line := range strings.Lines(writtenAs(t, "jsonl", shape)) {
			var row map[string]any
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatal(err)
			}
			want = append(want, row)
		}
		if len(want) != 8 {
			t.Fatalf("%d rows", len(want))
		}
		file, err := parquettest.Read([]byte(writtenAs(t, "parquet", shape)))
		if err != nil || len(file.Rows) != len(want) {
			t.Fatalf("%d rows, %v", len(file.Rows), err)
		}
		for i, row := range file.Rows {
			got := parquettest.Numbers(row).(map[string]any)
			got["time"] = model.Time(got["time"].(float64)).String()
			if g, w := fmt.Sprint(got), fmt.Sprint(want[i]); g != w {
				t.Errorf("row %d of Parquet is\n%s, want\n%s", i, g, w)
			}
		}
		for _, format := range []string{"csv", "tsv"} {
			r := csv.NewReader(strings.NewReader(writtenAs(t, format, shape)))
			if format == "tsv" {
				r.Comma, r.LazyQuotes = '\t', true
			}
			table, err := r.ReadAll()
			if err != nil || len(table) != len(want)+1 {
				t.Fatalf("%s: %d rows, %v", format, len(table), err)
			}
			for i, row := range table[1:] {
				got := map[string]any{}
				for n, cell := range row {
					got[table[0][n]] = cell
				}
				w := map[string]any{}
				for name, v := range want[i] {
					if f, ok := v.(float64); ok {
						v = strconv.FormatFloat(f, 'f', -1, 64)
					}
					w[name] = prose.Safe(fmt.Sprint(v))
				}
				if fmt.Sprint(got) != fmt.Sprint(w) {
					t.Errorf("row %d of %s is\n%v, want\n%v", i, format, got, w)
				}
			}
		}
	}
}

// What a stranger's file is called means nothing to OpenMetrics or Zabbix, nor to a
// terminal.
func TestTimelineNamesAreQuoted(t *testing.T) {
	om := writtenAs(t, "openmetrics", Shape{Several: true})
	if want := `finwait_tcp_sockets{file="a \"b\",\\u202ec\\x0a.pcap",host="192.0.2.1",side="client",state="FIN-WAIT-2"} 1 1700000000.000` + "\n"; !strings.Contains(om, want) {
		t.Errorf("%s\nlacks %s", om, want)
	}
	z := writtenAs(t, "zabbix", Shape{ZabbixHost: "a \"b\" \\\n", ZabbixKey: "k[{state}]"})
	if want := `"a \"b\" \\\\x0a" k[finwait2] 1700000000 0 1` + "\n"; !strings.HasPrefix(z, want) {
		t.Errorf("%s\nbegins not with %s", z, want)
	}
	if text := writtenAs(t, "text", Shape{}); strings.ContainsAny(text, "\u202e") || !strings.Contains(text, `a "b",\u202ec\x0a.pcap`) {
		t.Errorf("%q", text)
	}
}

// Prometheus, which reads a float64 and cuts, finds the very millisecond.
func TestPrometheusTime(t *testing.T) {
	for _, from := range []int64{0, 1e6, 1086048000000, 1795382193000, 4102444800000, -5000} {
		for ms := from; ms < from+5000; ms++ {
			text := string(appendPrometheusTime(nil, model.Time(ms*1e6)))
			f, err := strconv.ParseFloat(text, 64)
			if err != nil || int64(f*1000) != ms {
				t.Fatalf("%d ms became %s, which is %d ms", ms, text, int64(f*1000))
			}
		}
	}
}
