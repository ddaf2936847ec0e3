package cli

import (
	"fmt"

	"finwait/analyzer/model"
)

// maxNames bounds the names of captures that are compared between stored runs.
const maxNames = 20_000

// sources tells captures of one name apart, which stored runs of several hosts have: what
// the second and later ones call a.pcap becomes "a.pcap of runs/h2.parquet" as they are read,
// and what the first one calls so when all are read.
type sources struct {
	first map[string]int    // capture: the place among the arguments of what named it first
	files []string          // the arguments: runs, and captures, which are their own name
	again map[string]string // captures that another one named, too, and what tells that from it
	order []string          // the keys of again as they came
}

// begin takes in that what is read next is of an argument.
func (s *sources) begin(file string) { s.files = append(s.files, file) }

// name returns how a capture is called from here on that the present argument names.
func (s *sources) name(capture string) string {
	here := len(s.files) - 1
	first, known := s.first[capture]
	switch {
	case !known && len(s.first) < maxNames:
		if s.first == nil {
			s.first, s.again = map[string]int{}, map[string]string{}
		}
		s.first[capture] = here
	case known && first != here:
		of := behind(s.files[here])
		if s.again[capture] == "" {
			s.again[capture], s.order = of, append(s.order, capture)
		}
		return capture + of
	}
	return capture
}

// behind is what stands behind the name of a capture of a run.
func behind(run string) string { return " of " + run }

// settle gives captures of the first run the names that tell them apart.
func (s *sources) settle(sum *model.Summary) {
	settled := func(capture *string) {
		if s.again[*capture] == "" {
			return
		}
		if run := s.files[s.first[*capture]]; run != *capture {
			*capture += behind(run)
		}
	}
	for i := range sum.By {
		if sum.By[i].By == "file" {
			settled(&sum.By[i].Key)
		}
	}
	for i := range sum.Findings {
		for j := range sum.Findings[i].Examples {
			settled(&sum.Findings[i].Examples[j].File)
		}
	}
	if sum.WorstMoment != nil {
		settled(&sum.WorstMoment.File)
	}
}

// caveat says which captures have one name; "" where none do.
func (s *sources) caveat() string {
	if len(s.order) == 0 {
		return ""
	}
	capture := s.order[0]
	more := ""
	if n := len(s.order) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more likewise)", n)
	}
	of := s.again[capture]
	return fmt.Sprintf("more than one capture is called %s%s: here each has its run behind its name, as in %q; leave out %q where you run a command on the capture itself",
		capture, more, capture+of, of)
}
