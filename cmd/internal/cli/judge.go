package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/config"
	"finwait/analyzer/model"
	"finwait/analyzer/rules"
)

// judgeFlags say which rules run, and with what thresholds.
type judgeFlags struct {
	only, ignored ruleList
	thresholds    []*thresholdFlag
	config        string
	noConfig      bool
	strange       bool // what is found may be a stranger's

	read []string // the configuration files that were read
	cost config.Cost
}

func (f *judgeFlags) add(fs *pflag.FlagSet) {
	fs.Var(&f.only, "rule", "only the findings of this `RULE`: an ID, a name, or how IDs begin (FIN2); repeatable, or a,b")
	fs.Var(&f.ignored, "ignore-rule", "no findings of this `RULE`; repeatable, or a,b")
	fs.StringVar(&f.config, "config", "", "read rules and thresholds from `FILE` instead of the nearest "+config.Name)
	fs.BoolVar(&f.noConfig, "no-config", false, "read no "+config.Name)
	f.addThresholds(fs)
}

func (f *judgeFlags) addThresholds(fs *pflag.FlagSet) {
	defaults := model.DefaultConfig()
	for i := range model.Thresholds {
		t := &model.Thresholds[i]
		flag := &thresholdFlag{threshold: t, text: t.Value(&defaults)}
		f.thresholds = append(f.thresholds, flag)
		fs.Var(flag, t.Name, fmt.Sprintf("%s: %s", strings.Join(t.Rules, ", "), t.About))
	}
}

// load returns the configuration: that of the file nearest to the working
// directory, and what flags say instead.
func (f *judgeFlags) load() (*model.Config, error) {
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // without a directory there is nothing above it
	}
	config, _, err := f.loadAt(dir)
	return config, err
}

// loadAt returns the configuration for what is in dir, an absolute path, and the
// file that it comes from; nil where there is none.
func (f *judgeFlags) loadAt(dir string) (*model.Config, *config.File, error) {
	settings := model.DefaultConfig()
	path, err := f.file(dir)
	if err != nil {
		return nil, nil, err
	}
	var file *config.File
	if path != "" {
		if file, err = readConfig(path, &f.cost); err != nil {
			return nil, nil, &usageError{text: err.Error(), hint: configHint(err)}
		}
		file.Apply(&settings)
		f.read = append(f.read, path)
	}
	if f.only.ids != nil {
		settings.OnlyRules = f.only.ids
		settings.IgnoredRules = slices.DeleteFunc(settings.IgnoredRules, func(id string) bool { return slices.Contains(f.only.ids, id) })
	}
	settings.IgnoredRules = append(settings.IgnoredRules, f.ignored.ids...)
	for _, t := range f.thresholds {
		if t.set {
			if err := t.threshold.Set(&settings, t.text); err != nil {
				return nil, nil, &usageError{text: fmt.Sprintf("--%s: %v", t.threshold.Name, err)}
			}
		}
	}
	return &settings, file, nil
}

// configHint says where to read on about a mistake in a configuration.
func configHint(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, ": assert: "), strings.Contains(text, ": where: "):
		return whereHint
	case strings.Contains(text, "unknown rule"):
		return "'finwait explain' lists the rules."
	case strings.Contains(text, "is no duration"), strings.Contains(text, "is no number"):
		return "'finwait help thresholds' lists the thresholds."
	}
	return "'finwait help check' says what may stand in the file; --no-config does without it."
}

// file returns the path of the configuration file for what is in dir; "" where
// there is none.
func (f *judgeFlags) file(dir string) (string, error) {
	switch {
	case f.config != "" && f.noConfig:
		return "", &usageError{text: "--config and --no-config exclude each other"}
	case f.config != "":
		return f.config, nil
	case f.noConfig || dir == "":
		return "", nil
	}
	path, err := findConfig(dir, f.strange)
	if err != nil {
		return "", &usageError{text: lines(err), hint: "--config names a file, and --no-config does without"}
	}
	return path, nil
}

// narrowed reports whether flags leave out findings.
func (f *judgeFlags) narrowed() bool {
	changed := func(t *thresholdFlag) bool { return t.set }
	return f.only.ids != nil || f.ignored.ids != nil || slices.ContainsFunc(f.thresholds, changed)
}

// ruleList is a repeatable flag that takes rules.
type ruleList struct {
	ids  []string // nil until it is set
	text []string
}

func (l *ruleList) Type() string   { return "RULE" }
func (l *ruleList) String() string { return strings.Join(l.text, ",") }

func (l *ruleList) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		ids, err := rules.Select(strings.TrimSpace(word))
		if err != nil {
			return err
		}
		l.ids = append(l.ids, ids...)
	}
	l.text = append(l.text, text)
	return nil
}

// thresholdFlag is a flag that changes a threshold.
type thresholdFlag struct {
	threshold *model.Threshold
	text      string
	set       bool
}

func (f *thresholdFlag) Type() string   { return f.threshold.Kind() }
func (f *thresholdFlag) String() string { return f.text }

func (f *thresholdFlag) Set(text string) error {
	var scratch model.Config
	if err := f.threshold.Set(&scratch, text); err != nil {
		return err
	}
	f.text, f.set = text, true
	return nil
}
