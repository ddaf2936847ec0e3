package report

import (
	"fmt"
	"testing"
	"time"

	"finwait/analyzer/model"
)

// Of many captures those without anything that was asked for are only counted, and one
// that was not read to its end comes first, whatever was found in the others.
func TestFileListsOfMany(t *testing.T) {
	none, one := int64(0), int64(1)
	var files []model.FileInfo
	for i := range 30 {
		files = append(files, model.FileInfo{File: fmt.Sprintf("%d.pcap", i), Format: "pcap", TCPPackets: 9, Complete: true, Connections: &none, Unselected: 3})
	}
	corrupt := "packet 7: corrupt"
	files[3].Connections, files[3].Severities = &one, &model.Severities{Error: 5}
	files[8].Connections = &one
	files[11].Complete, files[11].Error = false, &corrupt
	l := newFileLists(files)
	var shown []string
	for _, f := range l.shown {
		shown = append(shown, f.File)
	}
	if got, want := fmt.Sprint(shown, l.others, l.noTCP), "[11.pcap 3.pcap 8.pcap] 27 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if l := newFileLists(files[:5]); len(l.shown) != 5 {
		t.Errorf("of few captures %d are shown", len(l.shown))
	}
}

// A span that no capture has is remarked on.
func TestFileLineOfSeveralClocks(t *testing.T) {
	for span, notes := range map[time.Duration]int{364 * 24 * time.Hour: 0, 50 * 365 * 24 * time.Hour: 1} {
		first, last := model.Time(0), model.Time(span)
		f := &model.FileInfo{File: "a.pcap", Format: "pcap", Complete: true, First: &first, Last: &last}
		if line := newFileLine(f, false); len(line.notes) != notes {
			t.Errorf("%v: %q", span, line.notes)
		}
	}
}
