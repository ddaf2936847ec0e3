package main

import (
	"fmt"

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
