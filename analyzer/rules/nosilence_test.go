package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// No ending goes without a word: a connection that was reset, refused, never answered or
// never closed has a finding. Where observation ended too soon to tell, an opening may have
// none.
func TestNoEndingWithoutAWord(t *testing.T) {
	for _, file := range examples(t) {
		for _, rec := range judgedFile(t, file) {
			if wants := wantsAWord(rec); wants != "" && len(rec.Findings) == 0 {
				t.Errorf("%s: stream %d is %s, and there is no finding", file, rec.Stream, wants)
			}
		}
	}
}

// wantsAWord says why a connection must have a finding; "" where it need not.
func wantsAWord(rec *model.Record) string {
	switch rec.Close {
	case conn.CloseReset, conn.CloseResetAfterFIN, conn.CloseRefused, conn.CloseHalfClosed:
		return rec.Close.String()
	case conn.CloseUnanswered, conn.CloseHalfOpen:
		if !rec.Caveats.Has(conn.CaptureEnd) {
			return rec.Close.String()
		}
	}
	return ""
}

// leftUnanswered says of a connection that is still open what had no answer although a kernel
// would have answered by then; "" where there is nothing like that.
func leftUnanswered(c *conn.Conn) string {
	const due = 1500 * time.Millisecond
	doubts := conn.OneDirection | conn.ControlOnly | conn.ClockStep | conn.CaptureGap | conn.Evicted
	if c.Close != conn.CloseOpen || c.Caveats&doubts != 0 || c.RST.Known {
		return ""
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		what := ""
		switch {
		case m.Is(conn.Probe):
			what = "a probe"
		case m.HasPayload() && m.End() > c.SndUna(conn.Role(m.Side)):
			what = "payload"
		}
		heard := slices.ContainsFunc(c.Marks[i+1:], func(o conn.Mark) bool { return o.Side != m.Side })
		if what != "" && !heard && c.Until.Sub(c.Last.Time) > max(due, 4*c.RTT) {
			return what + " had no answer"
		}
	}
	return ""
}

// Of the resets of public captures that were seen from their beginning, few stay unexplained.
// The captures are no part of the repository.
func TestFewResetsStayUnexplained(t *testing.T) {
	const dir = "../../../shared/corpus"
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Skipf("no public captures at %s", dir)
	}
	resets, unexplained, damaged := 0, 0, 0
	for _, e := range entries {
		if e.IsDir() || !strings.HasPrefix(filepath.Ext(e.Name()), ".pcap") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		records, err := judgedUntil(t, All, e.Name(), data)
		if err != nil {
			damaged++
		}
		for _, rec := range records {
			if wants := wantsAWord(rec); wants != "" && len(rec.Findings) == 0 {
				t.Errorf("%s: stream %d is %s, and there is no finding", e.Name(), rec.Stream, wants)
			}
			if rec.Close != conn.CloseReset && rec.Close != conn.CloseResetAfterFIN || rec.Caveats.Has(conn.MidStreamStart) {
				continue
			}
			resets++
			if slices.Contains(found(rec), "FIN308") {
				unexplained++
			}
		}
	}
	const most = 15 // percent
	if unexplained*100 > resets*most {
		t.Errorf("%d of %d resets are unexplained, more than %d %%", unexplained, resets, most)
	}
	t.Logf("%d of %d resets are unexplained; %d captures are damaged", unexplained, resets, damaged)
}
