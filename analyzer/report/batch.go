package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// fileLists are the captures of a summary as people want to see them.
type fileLists struct {
	shown  []*model.FileInfo // of many, the gravest first
	more   []*model.FileInfo // what is left out
	unread []*model.FileInfo // not opened, or no captures
	noTCP  int64             // complete, and without a TCP segment
	others int64             // of many: with connections of which none was asked for
}

// newFileLists sorts out the captures. Few keep their order, and each its line.
func newFileLists(files []model.FileInfo) (l fileLists) {
	var without *model.FileInfo
	for i := range files {
		f := &files[i]
		switch {
		case len(files) > maxFiles && f.Error != nil && f.Format == "":
			l.unread = append(l.unread, f)
		case len(files) > maxFiles && isUnselected(f):
			l.others++
		case len(files) > 1 && isWithoutTCP(f):
			l.noTCP++
			without = f
		default:
			l.shown = append(l.shown, f)
		}
	}
	if l.noTCP == 1 { // one is named
		l.noTCP, l.shown = 0, append(l.shown, without)
		slices.SortFunc(l.shown, func(a, b *model.FileInfo) int { return cmp.Compare(indexOf(files, a), indexOf(files, b)) })
	}
	if len(files) > maxFiles {
		slices.SortStableFunc(l.shown, byGravity)
	}
	if len(l.shown) > maxFiles {
		l.shown, l.more = l.shown[:maxFiles], l.shown[maxFiles:]
	}
	return l
}

func indexOf(files []model.FileInfo, f *model.FileInfo) int {
	return slices.IndexFunc(files, func(o model.FileInfo) bool { return o.File == f.File })
}

// isWithoutTCP reports whether there is nothing to say of a capture but that.
func isWithoutTCP(f *model.FileInfo) bool {
	return f.TCPPackets == 0 && f.Error == nil && f.Complete && (f.Dropped == nil || *f.Dropped == 0) &&
		(f.Connections == nil || *f.Connections == 0)
}

// isUnselected reports whether a capture has nothing of what was asked for, and nothing
// is wrong with it.
func isUnselected(f *model.FileInfo) bool {
	return f.Connections != nil && *f.Connections == 0 && f.Unselected > 0 && f.Error == nil && f.Complete
}

// byGravity compares captures: what was not read to its end comes first, as in
// the table by file; then errors count most.
func byGravity(a, b *model.FileInfo) int {
	none := model.Severities{}
	of := func(f *model.FileInfo) *model.Severities {
		if f.Severities == nil {
			return &none
		}
		return f.Severities
	}
	broken := func(f *model.FileInfo) int {
		if f.Error != nil {
			return 1
		}
		return 0
	}
	x, y := of(a), of(b)
	return cmp.Or(cmp.Compare(broken(b), broken(a)), cmp.Compare(y.Error, x.Error), cmp.Compare(y.Warning, x.Warning), cmp.Compare(y.Info, x.Info))
}

// moreFiles says what is left out of the list of files, and how to see it.
func moreFiles(files []*model.FileInfo) string {
	if len(files) == 0 {
		return ""
	}
	text := fmt.Sprintf("and %s", prose.Count(int64(len(files)), "more file"))
	n := int64(0)
	for _, f := range files {
		if !f.Complete {
			n++
		}
	}
	if n > 0 {
		text += fmt.Sprintf(", %s of them not read to the end", prose.Number(n))
	}
	return text + "; --by file compares them, --format json has all"
}

// batch writes the report over many captures: what was found and how much there is,
// and only then the captures that are worth a look.
func (t *textReport) batch(b *bytes.Buffer, d *digest) {
	fmt.Fprintf(b, "%s\n", t.style.Bold(d.total))
	t.findings(b, d)
	t.closes(b, d)
	t.states(b, d)
	t.timers(b, d)
	t.by(b, d)
	if len(d.files) > 0 {
		fmt.Fprintf(b, "\n%s\n", t.style.Bold("Files worth a look"))
		t.fileLines(b, d)
	}
	t.caveats(b, d)
	if d.noTCP != "" {
		fmt.Fprintf(b, "\n%s\n", d.noTCP)
	}
	if len(d.unread) > 0 {
		fmt.Fprintf(b, "\n%s\n", t.style.Bold("Not read"))
		for _, line := range d.unread {
			fmt.Fprintf(b, "%s\n", line)
		}
	}
}

// unreadLines names what could not be read, with the reason.
func unreadLines(files []*model.FileInfo) (lines []string) {
	for i, f := range files {
		if i == maxFiles {
			return append(lines, fmt.Sprintf("and %s", prose.Count(int64(len(files)-i), "more file")))
		}
		line := newFileLine(f, true)
		lines = append(lines, line.name+": "+line.problem)
	}
	return lines
}
