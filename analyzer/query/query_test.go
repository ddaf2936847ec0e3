package query

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"finwait/analyzer"
	"finwait/reassembly/capture"
)

func text(s string) *string                     { return &s }
func seconds(d time.Duration) *analyzer.Seconds { s := analyzer.Seconds(d); return &s }

func record() *analyzer.Record {
	return &analyzer.Record{
		Stream: 3, Close: "half-closed", FirstCloser: text("client"), HalfClosedS: seconds(1500 * time.Millisecond),
		Client:  analyzer.Endpoint{IP: netip.MustParseAddr("192.0.2.1"), Port: 40000},
		Server:  analyzer.Endpoint{IP: netip.MustParseAddr("198.51.100.7"), Port: 443},
		First:   analyzer.Point{Frame: 1, Time: capture.Time(1700000000e9)},
		VLAN:    []uint16{12},
		Caveats: []string{"mid-stream-start"},
		Findings: []analyzer.Finding{
			{Rule: "FIN101", Severity: "warning", Frames: []int64{3, 4}},
			{Rule: "FIN202", Severity: "error", DurationS: seconds(3 * time.Second)},
		},
		States: analyzer.Sides[[]analyzer.Stay]{Server: []analyzer.Stay{{State: "CLOSE-WAIT", DurationS: analyzer.Seconds(2e9)}}},
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{`server.port == 443 && close == "half-closed"`, true},
		{`server.port == 80`, false},
		{`client.ip == "192.0.2.1"`, true},
		{`(half_closed_s ?? 0) > 1`, true},
		{`half_closed_s > 1.4 and half_closed_s <= 1.5`, true},
		{`any(findings, .rule == "FIN101")`, true},
		{`any(findings, .duration_s >= 3)`, true},
		{`none(findings, .rule startsWith "FIN3")`, true},
		{`"mid-stream-start" in caveats`, true},
		{`12 in vlan`, true},
		{`first_closer == "client"`, true},
		{`any(states.server, .state == "CLOSE-WAIT" && .duration_s > 1)`, true},
		{`first.time > date("2023-01-01") and first.time < date("2024-01-01")`, true},
		{`stream in 2..4`, true},
		{`len(findings) == 2 and findings[0].rule == "FIN101"`, true},

		// What is null is nil, is in no order with anything, and has no fields.
		{`teardown_s > 1`, false},
		{`teardown_s <= 1`, false},
		{`1 > teardown_s`, false},
		{`teardown_s == nil`, true},
		{`(teardown_s ?? 0) < 1`, true},
		{`rst.kind == "reply"`, false},
		{`rst.count > 1`, false},
		{`rst == nil and fin.client.frame == nil and fin.client.frame != 4`, true},
		{`not (teardown_s > 1)`, true},
	} {
		q, err := Compile(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for range 2 { // nothing is left over from one record to the next
			if got, err := q.Match(record()); err != nil || got != c.want {
				t.Errorf("%s: %v, want %v (%v)", c.text, got, c.want, err)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text    string
		column  int
		message string
		known   string // one of the names that are offered
	}{
		{`clos == "open"`, 0, "no field clos", "close"},
		{`server.prt == 443`, 7, "no field prt here", "port"},
		{`any(findings, .rul == "FIN101")`, 15, "no field rul here", "rule"},
		{`fin.client.fram == 1`, 11, "no field fram here", "frame"},
		{`close == 1`, 6, "mismatched types string and int", ""},
		{`close == "open" and (`, 20, "unexpected token EOF", ""},
		{`close`, 0, "expected bool, but got string", ""},
		{`half_closed_s ?? 0 > 1`, 19, "cannot be mixed: wrap either by parentheses", ""},
		{`"x" in findings`, 4, "cannot use string as type object in array", ""},
		{``, 0, "", ""},
	} {
		_, err := Compile(c.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v", c.text, err)
			continue
		}
		if e.Column != c.column || !strings.Contains(e.Message, c.message) {
			t.Errorf("%s: column %d, %s; want %d, %s", c.text, e.Column, e.Message, c.column, c.message)
		}
		if c.known != "" && !strings.Contains(strings.Join(e.Nearest.Known, " "), c.known) {
			t.Errorf("%s: offers %q, want %s among them", c.text, e.Nearest.Known, c.known)
		}
	}
}

func TestErrorWhileMatching(t *testing.T) {
	for text, want := range map[string]string{
		`teardown_s + 1 > 2`:     "null",
		`findings[9].rule == ""`: "index out of range",
	} {
		q, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Match(record()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func TestPointer(t *testing.T) {
	e := &Error{Text: "close == \"é\" and\n\tclos", Line: 2, Column: 1}
	if got, want := e.Pointer(), "  \tclos\n  \t^"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkMatch(b *testing.B) {
	q, err := Compile(`server.port == 443 && close == "half-closed" && half_closed_s > 1`)
	if err != nil {
		b.Fatal(err)
	}
	r := record()
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := q.Match(r); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
