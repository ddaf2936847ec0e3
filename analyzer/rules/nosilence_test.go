package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	analyzer "finwait/analyzer/model"
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
func wantsAWord(rec *analyzer.Record) string {
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
