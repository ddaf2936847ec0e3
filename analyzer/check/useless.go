package check

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Unmet returns what of the configuration decided nothing in a whole run: that would
// be green by omission. withFindings says that findings were all there, so that an
// ignore that ignores nothing can be told.
func (c *Config) Unmet(withFindings bool) (problems []Problem) {
	add := func(line int, title, text, mend string) {
		problems = append(problems, Problem{Kind: Useless, Title: title, Line: line, Lines: []string{c.at(line) + ": " + text}, Mend: mend})
	}
	const noCapture = "no capture matches files: "
	for i := range c.Assertions {
		if a := &c.Assertions[i]; !a.met {
			add(a.Line, a.title()+" is about no capture", noCapture+or(a.Files, "*"), "mend the pattern, or remove the assertion")
		}
	}
	for i := range c.Selections {
		switch s := c.Selections[i]; {
		case !s.met:
			add(s.Number, "select is about no capture", noCapture+or(s.Files, "*"), "mend the pattern, or remove the entry")
		case withFindings && !s.took:
			add(s.Number, "select takes no connection", "where: "+s.Where+" holds for none, so nothing is checked", "mend the condition")
		}
	}
	for i := range c.Ignored {
		if ig := &c.Ignored[i]; withFindings && !ig.met {
			what := strings.Join(ig.Rules, ", ")
			if ig.Server != (Server{}) {
				what += " of " + ig.Server.String()
			}
			add(ig.Line, "ignore of "+what+" ignores nothing", "no such finding", "remove the entry")
		}
	}
	return problems
}

// Broken returns the assertions that ask for what there is not, such as a rule that
// does not exist: only those about captures that were looked at, or, if all, any.
func (c *Config) Broken(all bool) (problems []Problem) {
	for i := range c.Assertions {
		if a := &c.Assertions[i]; a.Broken != nil && (all || a.met) {
			problems = append(problems, Problem{
				Kind: Useless, Title: a.title() + " asks for what there is not", Line: a.Line,
				Lines: strings.Split(a.Broken.Error(), "\n"),
			})
		}
	}
	return problems
}

func (c *Config) at(line int) string { return fmt.Sprintf("%s:%d", c.Path, line) }

// NoCapture is the result for a path below which no capture is.
func NoCapture(path, why string) *Result {
	return &Result{Path: path, Agreement: true, Problems: []Problem{{
		Kind: Useless, Title: "no captures", Lines: []string{why}, Mend: "name captures, or directories of captures",
	}}}
}

// Stopped is the result for captures that an interrupt left out.
func Stopped(left, all int) *Result {
	return &Result{Path: "interrupted", Agreement: true, Problems: []Problem{{
		Kind: Interrupted, Title: "interrupted", Lines: []string{fmt.Sprintf("%d of %s not checked", left, count(all, "capture"))},
	}}}
}

// Covers reports whether dir is path or below it; both are seen from the working
// directory.
func Covers(path, dir string) bool {
	above, err1 := filepath.Abs(path)
	below, err2 := filepath.Abs(dir)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(above, below)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
