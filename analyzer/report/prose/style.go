package prose

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

// Columns returns how wide text may be.
func (s Style) Columns() int {
	if s.Width <= 0 {
		return 120
	}
	return max(s.Width, MinWidth)
}

func (s Style) Bold(text string) string   { return s.Paint("1", text) }
func (s Style) Yellow(text string) string { return s.Paint("33", text) }

// State paints text in the colour of the state of that name.
func (s Style) State(name, text string) string {
	var state tcpstate.State
	if name != "" && state.UnmarshalText([]byte(name)) == nil && state != tcpstate.Closed {
		return s.Paint("1;"+page.StateColor(state).SGR, text)
	}
	return s.Bold(text)
}

// Severity paints text as grave as the severity is.
func (s Style) Severity(severity model.Severity, text string) string {
	switch severity {
	case model.Error:
		return s.Paint("1;31", text)
	case model.Warning:
		return s.Paint("33", text)
	}
	return s.Paint("36", text)
}

// Paint wraps text in an SGR sequence (ECMA-48 8.3.117), if colours are wanted.
func (s Style) Paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
