package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/suggest"
	"finwait/reassembly/segment/filter"
)

func newFlagSet(name string) *pflag.FlagSet {
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.Usage = func() {}
	return fs
}

// choice is a flag that takes one of several words.
type choice struct {
	what  string // what is chosen: "format"
	value string
	words []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.ToUpper(c.what[strings.LastIndex(c.what, " ")+1:]) }

func (c *choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("unknown %s %q%s", c.what, word,
			suggest.OneOf(word, c.words))
	}
	c.value = word
	return nil
}

// severityChoice is a choice of a severity.
func severityChoice(value string) choice {
	c := choice{what: "severity", value: value}
	for s := model.NoSeverity; s <= model.Error; s++ {
		c.words = append(c.words, s.String())
	}
	return c
}

// severity returns the severity that was chosen; none where nothing was.
func (c *choice) severity() (s model.Severity) {
	_ = s.UnmarshalText([]byte(c.value)) // Set takes no other words
	return s
}

// numbers is a repeatable flag that takes stream numbers.
type numbers struct{ list []uint32 }

func (n *numbers) Type() string { return "N" }

func (n *numbers) String() string {
	var words []string
	for _, v := range n.list {
		words = append(words, strconv.FormatUint(uint64(v), 10))
	}
	return strings.Join(words, ",")
}

func (n *numbers) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no stream number", word)
		}
		n.list = append(n.list, uint32(v))
	}
	return nil
}

// jobs is a flag that takes how much is done at once; 0 as long as it is not set.
type jobs int

func (j *jobs) add(fs *pflag.FlagSet) {
	fs.VarP(j, "jobs", "j", "analyze `N` captures side by side; without it, as many as there are processors. The output is the same")
}

func (j *jobs) Type() string   { return "N" }
func (j *jobs) String() string { return "" }

func (j *jobs) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return fmt.Errorf("%q is no number from 1 on", text)
	}
	*j = jobs(n)
	return nil
}

// columns is a flag that takes how wide text is; 0 as long as it is not set.
type columns int

func (c *columns) Type() string   { return "N" }
func (c *columns) String() string { return "" }

func (c *columns) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n != 0 && n < prose.MinWidth {
		return fmt.Errorf("%q is no number of columns: at least %d, or 0", text, prose.MinWidth)
	}
	*c = columns(n)
	return nil
}

// of returns the width to lay out in; terminal is that of the terminal, 0 if there is
// none.
func (c columns) of(terminal int) int {
	if c > 0 {
		return int(c)
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return terminal
}

// bound is a flag that takes a capture time.
type bound struct {
	driver.Bound
	text string
}

func (b *bound) Type() string   { return "TIME" }
func (b *bound) String() string { return b.text }

func (b *bound) Set(text string) (err error) {
	b.text = text
	b.Bound, err = driver.ParseBound(text)
	return err
}

// filterFlag is a flag that takes a packet filter.
type filterFlag struct {
	*filter.Filter
	text string
}

func (f *filterFlag) Type() string   { return "EXPR" }
func (f *filterFlag) String() string { return f.text }

func (f *filterFlag) Set(text string) (err error) {
	f.text = text
	f.Filter, err = filter.Parse(text)
	return err
}

// flagError words what pflag found wrong, with a suggestion.
func flagError(cmd *command, fs *pflag.FlagSet, err error) error {
	text, hint := err.Error(), cmd.hint()
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := prose.Safe(unknown.GetSpecifiedName())
		if unknown.GetSpecifiedShortnames() != "" {
			text = fmt.Sprintf("unknown flag -%s", name)
			for _, output := range []string{"output", "write"} { // -o here, -w there
				if f := fs.Lookup(output); f != nil && (name == "o" || name == "w") {
					text += fmt.Sprintf("; did you mean -%s, --%s?", f.Shorthand, f.Name)
				}
			}
			break
		}
		var names []string
		fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		text = fmt.Sprintf("unknown flag --%s%s", name, suggest.DidYouMean(name, names, "--%s"))
	case errors.As(err, &invalid):
		text = fmt.Sprintf("--%s: %v", invalid.GetFlag().Name, invalid.Unwrap())
		if _, ok := invalid.GetFlag().Value.(*wheres); ok {
			hint = whereHint
		}
	}
	return &usageError{text: text, hint: hint}
}
