package query

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

func role(r conn.Role) *conn.Role            { return &r }
func seconds(d time.Duration) *model.Seconds { s := model.Seconds(d); return &s }

func record() *model.Record {
	return &model.Record{
		Stream: 3, Close: conn.CloseHalfClosed, FirstCloser: role(conn.Client), HalfClosedS: seconds(1500 * time.Millisecond),
		Client:  model.Endpoint{IP: netip.MustParseAddr("192.0.2.1"), Port: 40000},
		Server:  model.Endpoint{IP: netip.MustParseAddr("198.51.100.7"), Port: 443},
		First:   model.Point{Frame: 1, Time: capture.Time(1700000000e9)},
		VLAN:    []uint16{12},
		Caveats: conn.MidStreamStart,
		Findings: []model.Finding{
			{Rule: "FIN101", Severity: model.Warning, Frames: []int64{3, 4}},
			{Rule: "FIN202", Severity: model.Error, DurationS: seconds(3 * time.Second)},
		},
		States: model.Sides[[]model.Stay]{Server: []model.Stay{{State: tcpstate.CloseWait, DurationS: model.Seconds(2e9)}}},
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
		q, err := Compile(c.text, nil)
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
		{`"x" in findings`, 4, `write any(findings, .name == "x")`, ""},
		{`FIN207 in findings`, 0, `write any(findings, .rule == "FIN207")`, ""},
		{`"FIN207" in findings`, 9, `write any(findings, .rule == "FIN207")`, ""},
		{`findings == "error"`, 9, `write any(findings, .severity == "error")`, ""},
		{`findings.rule == "FIN207"`, 9, "write any(findings, .rule …)", ""},
		{`any(findings, rule == "FIN207")`, 14, "there is any(findings, .rule …)", ""},
		{`"FIN_WAIT2" in states.client`, 12, `write any(states.client, .state == "FIN-WAIT-2")`, ""},
		{`stream == 1 && close = "reset"`, 21, "no operator =; write ==", ""},
		{`close =~ "reset"`, 6, "write matches", ""},
		{`close <> "reset"`, 7, "write !=", ""},
		{`close == "open" AND stream == 1`, 16, "write and", ""},
		{`close == reset`, 9, `text stands in quotes: "reset"`, ""},
		{`close == reset-after-fin`, 9, `text stands in quotes: "reset-after-fin"`, ""},
		{`any(states.client, .state == FIN_WAIT2)`, 29, `text stands in quotes: "FIN-WAIT-2"`, ""},
		{`half_closed > 1`, 0, "no field half_closed", "half_closed_s"},
		{`half_closed_s > 1s`, 17, "seconds, without unit", ""},
		{`half_closed_s > "1"`, 14, "write 1 without quotes", ""},
		{`port == 443`, 0, "there is client.port, server.port", ""},
		{`server == "192.0.2.1"`, 7, "it has .ip, .port", ""},
		{`server.ip == 192.0.2.1`, 18, `in quotes: "192.0.2.1"`, ""},
		{`server.ip == 2001:db8::1`, 17, `in quotes: "2001:db8::1"`, ""},
		{`first.time > "2026-01-01"`, 11, `write date("2026-01-01")`, ""},
		{`caveats == "duplicates"`, 8, `write "duplicates" in caveats`, ""},
		{`rst`, 0, "write rst != nil", ""},
		{`findings`, 0, "write len(findings) > 0", ""},
		{`rst && stream == 1`, 4, "write rst != nil", ""},
		{`not close == "reset"`, 0, "write not (close …)", ""},

		// What is never true is a mistake, too.
		{`close == "Reset"`, 9, `close is never "Reset"`, "reset"},
		{`first_closer in ["client", "sever"]`, 27, `first_closer is never "sever"`, "server"},
		{`rst.kind != "x"`, 12, `rst.kind is never "x"`, "abort"},
		{`any(states.server, .state == "CLOSE_WAIT")`, 29, `.state is never "CLOSE_WAIT"`, "CLOSE-WAIT"},
		{`"capture-ends" in caveats`, 0, `caveats is never "capture-ends"`, "capture-end"},
		{``, 0, "", ""},
	} {
		_, err := Compile(c.text, nil)
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

// What an error says to write can be written.
func TestHintsCompile(t *testing.T) {
	advice := regexp.MustCompile(`write (.* in caveats|any\(.*"\)|\S+ != nil|len\(\S+\) > 0)$`)
	for text, want := range map[string]string{
		`FIN207 in findings`:            `any(findings, .rule == "FIN207")`,
		`"error" in findings`:           `any(findings, .severity == "error")`,
		`states.client == "CLOSE_WAIT"`: `any(states.client, .state == "CLOSE-WAIT")`,
		`caveats == "duplicates"`:       `"duplicates" in caveats`,
		`fin.client`:                    `fin.client != nil`,
		`missing_fin or stream == 1`:    `len(missing_fin) > 0`,
	} {
		_, err := Compile(text, nil)
		m := advice.FindStringSubmatch(fmt.Sprint(err))
		if m == nil || m[1] != want {
			t.Errorf("%s: %v, want %s", text, err, want)
			continue
		}
		if _, err := Compile(m[1], nil); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
}

func TestErrorWhileMatching(t *testing.T) {
	for text, want := range map[string]string{
		`teardown_s + 1 > 2`:                            "null",
		`upper(rst.by) == "SERVER"`:                     `write (NAME ?? "")`,
		`len(rst.by) == 0`:                              `write (NAME ?? "")`,
		`app.alerts[0] == "x"`:                          `write (NAME ?? "")`,
		`find(findings, .rule == "FIN999").name == "x"`: "what .name belongs to is null here",
		`findings[9].rule == ""`:                        "index out of range",
	} {
		q, err := Compile(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Match(record()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

// What the error says to write goes.
func TestNullAsText(t *testing.T) {
	for _, text := range []string{`upper(rst.by ?? "") == ""`, `len(rst.by ?? "") == 0`, `(app.alerts[0] ?? "") == ""`} {
		q, err := Compile(text, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if ok, err := q.Match(record()); !ok || err != nil {
			t.Errorf("%s: %v, %v", text, ok, err)
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
	q, err := Compile(`server.port == 443 && close == "half-closed" && half_closed_s > 1`, nil)
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
