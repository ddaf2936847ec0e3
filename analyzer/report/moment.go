package report

import (
	"slices"
	"strconv"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// momentWords words the worst moment, counted from the capture's first packet.
func momentWords(s *model.Summary) string {
	m := s.WorstMoment
	if m == nil {
		return ""
	}
	text := prose.Count(m.Sockets, "socket") + " in " + m.State.String() + " on " + prose.Safe(m.Host)
	if first := firstPacket(s, m.File); first != nil {
		text += " at " + exactWords(m.Time.Sub(*first))
	}
	if len(s.Files) > 1 && m.File != "" {
		text += " of " + prose.Safe(m.File)
	}
	return text
}

// exactWords words an offset to the microsecond: at a rounded one other sockets may be
// there, and people hand it to ss --at.
func exactWords(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Microsecond).Seconds(), 'f', -1, 64) + " s"
}

// firstPacket returns the time of the first packet of a capture, of all where file is
// "".
func firstPacket(s *model.Summary, file string) (first *model.Time) {
	for i := range s.Files {
		f := &s.Files[i]
		if f.First != nil && (file == "" || f.File == file) && (first == nil || *f.First < *first) {
			first = f.First
		}
	}
	return first
}

// momentCommand is what shows the sockets of the worst moment, joined being all
// captures where they were read as one.
func momentCommand(s *model.Summary, joined []string) string {
	m := s.WorstMoment
	if m == nil {
		return ""
	}
	files := []string{m.File}
	command := "finwait ss"
	if m.File == "" {
		if files = joined; len(files) == 0 && len(s.Files) == 1 {
			files = []string{s.Files[0].File}
		} else {
			command += " --join"
		}
	}
	if len(files) == 0 || slices.Contains(files, "-") {
		return ""
	}
	return command + " " + fileWords(files) + " --at " + prose.ShortTime(m.Time) + " --host " + prose.Safe(m.Host)
}
