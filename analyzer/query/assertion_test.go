package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

func testFacts() *Facts {
	graceful := &model.Record{Stream: 0, Close: conn.CloseGraceful, FirstCloser: role(conn.Client), HalfClosedS: seconds(200 * time.Millisecond)}
	return NewFacts(NewBudget(), &model.FileInfo{File: "a.pcap", Packets: 9, Complete: true, Skipped: map[string]int64{"not-tcp": 1}},
		[]*model.Record{graceful, record(), {Stream: 4, Close: conn.CloseOpen}},
		[]model.FindingGroup{{Rule: "FIN904", Name: "cut-short", Severity: model.Info}},
		[]model.Timer{{Kind: model.ClientTimeout, Value: new(model.Seconds(8e8)), Samples: 12}})
}

func TestHolds(t *testing.T) {
	f := testFacts()
	for expression, want := range map[string]bool{
		`all(flows, .close == "graceful")`:                         false,
		`max(map(flows, .half_closed_s ?? 0)) < 1`:                 false,
		`max(map(flows, .half_closed_s ?? 0)) < 2`:                 true,
		`len(findings) == 3`:                                       true,
		`any(findings, .rule == "FIN904" and .stream == nil)`:      true,
		`count(findings, .stream == 3) == 2`:                       true,
		`none(findings, .severity == "error")`:                     false,
		`all(findings, .server in ["198.51.100.7:443", nil])`:      true,
		`any(timers, .kind == "client-timeout" and .value_s < 1)`:  true,
		`file.complete and file.packets == 9`:                      true,
		`file.skipped["not-tcp"] == 1`:                             true,
		`count(flows, .first_closer == "client") == 2`:             true,
		`all(flows, .half_closed_s < 2)`:                           false, // null is in no order
		`none(flows, .rst.kind == "abort")`:                        true,
		`all(flows, all(.findings, .rule startsWith "FIN"))`:       true,
		`max(map(filter(flows, .close == "graceful"), .stream))<1`: true,
	} {
		a, err := CompileAssertion(expression, nil)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got, err := a.Holds(f); err != nil || got != want {
			t.Errorf("%s: %v, want %v (%v)", expression, got, want, err)
		}
	}
}

func TestAssertionErrors(t *testing.T) {
	for _, c := range []struct {
		text    string
		column  int
		message string
		known   string
	}{
		{`all(flow, .close == "x")`, 4, "no field flow", "flows"},
		{`ln(flows) == 1`, 0, "no field ln", "len"},
		{`all(flows, .clos == "x")`, 12, "no field clos here", "close"},
		{`all(flows, .server.prt == 1)`, 19, "no field prt here", "port"},
		{`all(timers, .knd == "x")`, 13, "no field knd here", "kind"},
		{`all(flows, any(.findings, .rul == ""))`, 27, "no field rul here", "rule"},
		{`file.complet`, 5, "no field complet here", "complete"},
		{`len(flows)`, 0, "expected bool, but got int", ""},
		{`max(map(flows, .half_closed_s)) < 1`, 16, "write (NAME ?? 0)", ""},
		{`FIN207 in findings`, 0, `any(findings, .rule == "FIN207")`, ""},
		{`none(findings, .severity == "eror")`, 28, `.severity is never "eror"`, "error"},
		{`all(flows, .close == "grateful")`, 21, `.close is never "grateful"`, "graceful"},
		{`let c = "grateful"; all(flows, .close != c)`, 8, `.close is never "grateful"`, "graceful"},
		{`let odd = ["open", "grateful"]; none(flows, .close in odd)`, 19, `.close is never "grateful"`, "graceful"},
		{`none(findings, let s = .severity; s == "eror")`, 39, `s is never "eror"`, "error"},
		{`none(flows, .missing_fin == ["client", "sever"])`, 39, `.missing_fin is never "sever"`, "server"},
		{`none(flows, .close == (len(flows) > 1 ? "open" : "grateful"))`, 49, `.close is never "grateful"`, "graceful"},
		{`none(flows, lower(.close) == "Graceful")`, 29, `lower(.close) is never "Graceful"`, "graceful"},
		{`none(flows, hasPrefix(.close, "half_"))`, 30, `.close is never "half_"`, "half-open"},
		{`(groupBy(flows, .close)["grateful"] ?? []) == []`, 24, `is never "grateful"`, "graceful"},
		{`flows == 1`, 6, "mismatched types", ""},
	} {
		_, err := CompileAssertion(c.text, nil)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v", c.text, err)
			continue
		}
		if e.Column != c.column || !strings.Contains(e.Message, c.message) || strings.Contains(e.Message, "struct") {
			t.Errorf("%s: column %d, %s; want %d, %s", c.text, e.Column, e.Message, c.column, c.message)
		}
		if c.known != "" && !slices.Contains(e.Nearest.Known, c.known) {
			t.Errorf("%s: offers %q, want %s among them", c.text, e.Nearest.Known, c.known)
		}
	}
}

func TestWhy(t *testing.T) {
	f := testFacts()
	for expression, want := range map[string]string{
		`all(flows, .close == "graceful")`:                                     `.close "half-closed" at 3; .close "open" at 4; streams [3 4]`,
		`none(findings, .severity == "error")`:                                 `.severity "error" at 3; streams [3]`,
		`max(map(flows, .half_closed_s ?? 0)) < 1`:                             `max(map(flows, .half_closed_s ?? 0)) 1.5; streams [3]`,
		`len(flows) == 2`:                                                      `len(flows) 3; streams []`,
		`count(flows, .close == "open") == 0`:                                  `count(flows, .close == "open") 1; streams [4]`,
		`len(filter(flows, .close == "open")) == 0`:                            `len(filter(flows, .close == "open")) 1; streams [4]`,
		`all(flows, .stream < 9) and all(flows, .teardown_s != nil)`:           `.teardown_s null at 0; .teardown_s null at 3; .teardown_s null at 4; streams [0 3 4]`,
		`all(flows, .close == "graceful" or .half_closed_s < 1)`:               `.close == "graceful" or .half_closed_s < 1 false at 3; .close == "graceful" or .half_closed_s < 1 false at 4; streams [3 4]`,
		`any(flows, .close == "reset")`:                                        `streams []`,
		`none(timers, .samples > 3)`:                                           `.samples 12; streams []`,
		`sum(map(flows, .half_closed_s ?? 0)) < 1`:                             `sum(map(flows, .half_closed_s ?? 0)) 1.7; streams []`,
		`file.format == "pcapng"`:                                              `file.format ""; streams []`,
		`len(flows) == 3 && first(findings).rule == "FIN999" && len(flows)==3`: `first(findings).rule "FIN904"; streams []`,
	} {
		a, err := CompileAssertion(expression, nil)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		why, got := a.Why(f), ""
		for _, v := range why.Values {
			got += v.Text + " " + v.Is
			if v.Stream != nil {
				got += fmt.Sprintf(" at %d", *v.Stream)
			}
			got += "; "
		}
		if got += fmt.Sprintf("streams %v", why.Streams); got != want {
			t.Errorf("%s\n  got  %s\n  want %s", expression, got, want)
		}
	}
}
