package report

import (
	"fmt"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// joined returns the captures that were read as one; nil where each was read by itself, and
// standard input where they cannot be read again.
func joined(s *model.Summary) (files []string) {
	for i := range s.Runs {
		if s.Runs[i].Joined { // of captures that nobody names
			return []string{"-"}
		}
	}
	for i := range s.Files {
		if f := &s.Files[i]; f.Connections == nil && len(s.Files) > 1 {
			files = append(files, f.File)
		}
	}
	return files
}

// showCommand is what shows the example in full, joined being all captures where they
// were read as one; "" where it came from standard input, which cannot be read again.
func showCommand(e *model.Example, joined []string) string {
	command, files := "finwait show", []string{e.File}
	if len(joined) > 0 {
		command, files = "finwait show --join", joined
	}
	if slices.Contains(files, "-") {
		return ""
	}
	return fmt.Sprintf("%s %s --stream %d", command, fileWords(files), e.Stream)
}

// fileWords names files in a command: of many, the first and the last.
func fileWords(files []string) string {
	const most = 4 // files that a line names
	var words []string
	for i, file := range files {
		switch {
		case len(files) <= most || i == 0 || i == len(files)-1:
			words = append(words, prose.ShellWord(file))
		case i == 1:
			words = append(words, "…")
		}
	}
	return strings.Join(words, " ")
}
