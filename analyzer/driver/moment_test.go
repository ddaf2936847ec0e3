package driver

import (
	"strings"
	"testing"
	"time"

	"finwait/reassembly/capture"
)

func TestParseMoment(t *testing.T) {
	const start = capture.Time(1e18)
	for text, want := range map[string]capture.Time{
		"1.5s": start + 15e8, "+1.5s": start + 15e8, "+2m": start + 120e9, "1000000001": 1000000001e9, "2001-09-09T01:46:41.5Z": 1000000001.5e9,
	} {
		m, err := ParseMoment(text)
		if err != nil || m.FromEnd || m.At(start) != want {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
	if m, err := ParseMoment("-5s"); err != nil || !m.FromEnd || m.BeforeEnd != 5*time.Second {
		t.Errorf("-5s: %+v, %v", m, err)
	}
	for _, text := range []string{"", "-", "-5", "--5s", "soon"} {
		if m, err := ParseMoment(text); err == nil || !strings.Contains(err.Error(), "-5s") {
			t.Errorf("%q: %+v, %v", text, m, err)
		}
	}
}

// Began is told the first packet before any record comes, and whatever the window.
func TestBegan(t *testing.T) {
	file := write(t, "x", pcap(t, graceful))
	for name, o := range map[string]Options{"all": {}, "window": {Window: Window{After: Bound{set: true, offset: true, ns: 1e9}}}} {
		var began []capture.Time
		o.Began = func(at capture.Time) { began = append(began, at) }
		g, _, _ := runAll(t, o, file)
		if len(began) != 1 || began[0] != *g.files[0].First {
			t.Errorf("%s: told %v, the first packet is of %v", name, began, g.files[0].First)
		}
	}
}
