package main

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"finwait/analyzer/config"
	"finwait/analyzer/model"
)

// Settings are what the workers need to know of the command line.
type Settings struct {
	Output string
	Format string
	Join   bool // the captures are one, in time order
	Config *model.Config

	Captures int // how many there are
	Before   int // frames before the first capture: tests begin where 32 bits end
}

// readConfig returns the rules and thresholds that a finwait.yaml says, also one of another
// file system; the default ones where path is "".
func readConfig(ctx context.Context, path string) (*model.Config, error) {
	settings := model.DefaultConfig()
	if path == "" {
		return &settings, nil
	}
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	r, err := fs.OpenRead(ctx, path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, config.MaxSize+1))
	if err == nil && len(text) > config.MaxSize {
		err = fmt.Errorf("more than %d octets", config.MaxSize)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file, err := config.Parse(path, text, new(config.Cost))
	if err != nil {
		return nil, err
	}
	file.Apply(&settings)
	return &settings, nil
}

func (s *Settings) check() error {
	switch {
	case s.Output == "":
		return &usageError{"--output names no prefix"}
	case s.Format != "jsonl" && s.Format != "parquet":
		return &usageError{fmt.Sprintf("unknown format %q: jsonl and parquet are known", s.Format)}
	}
	return nil
}

// part names the records of one capture.
func (s *Settings) part(i int) string { return fmt.Sprintf("%s-%05d.%s", s.Output, i, s.Format) }

// sharedPart names records of connections that cross captures.
func (s *Settings) sharedPart(i int) string {
	return fmt.Sprintf("%s-across-%05d.%s", s.Output, i, s.Format)
}

func (s *Settings) report() string { return s.Output + ".report.json" }

// problems names what could not be read.
func (s *Settings) problems() string { return s.Output + ".problems.jsonl" }
