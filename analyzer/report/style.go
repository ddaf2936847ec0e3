package report

import (
	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/reassembly/tcpstate"
)

// Style is how text for people looks.
type Style struct {
	Color bool
	Width int // columns of the terminal; 0 where there is none

	// Warned says that the reader saw already why captures were not read to their end.
	Warned bool
}

// MinWidth is the least width, in columns, that text is laid out in.
const MinWidth = 60

// columns returns how wide text may be.
func (s Style) columns() int {
	if s.Width <= 0 {
		return 120
	}
	return max(s.Width, MinWidth)
}

func (s Style) bold(text string) string   { return s.paint("1", text) }
func (s Style) yellow(text string) string { return s.paint("33", text) }

// state paints text in the colour of the state of that name.
func (s Style) state(name, text string) string {
	var state tcpstate.State
	if name != "" && state.UnmarshalText([]byte(name)) == nil && state != tcpstate.Closed {
		return s.paint("1;"+page.StateColor(state).SGR, text)
	}
	return s.bold(text)
}

// severity paints text as grave as the severity is.
func (s Style) severity(severity model.Severity, text string) string {
	switch severity {
	case model.Error:
		return s.paint("1;31", text)
	case model.Warning:
		return s.paint("33", text)
	}
	return s.paint("36", text)
}

// paint wraps text in an SGR sequence (ECMA-48 8.3.117), if colours are wanted.
func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
