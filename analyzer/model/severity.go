package model

import (
	"slices"

	"finwait/reassembly/enum"
)

// Severity orders findings. The zero Severity is none.
type Severity uint8

// The severities, from the least.
const (
	NoSeverity Severity = iota
	Info
	Warning
	Error
)

// NumSeverities is how many there are.
const NumSeverities = len(severityNames)

var severityNames = [...]string{"none", "info", "warning", "error"}

// String returns the name used in records.
func (s Severity) String() string { return severityNames[s] }

// AppendText appends the word.
func (s Severity) AppendText(dst []byte) ([]byte, error) { return append(dst, s.String()...), nil }

// MarshalText returns the word.
func (s Severity) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText takes a word.
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = enum.Parse[Severity](severityNames[:], text)
	return err
}

// Words returns the severities of findings, the gravest first.
func (Severity) Words() []string {
	words := slices.Clone(severityNames[1:])
	slices.Reverse(words)
	return words
}
