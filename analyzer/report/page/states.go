package page

import (
	"fmt"
	"strings"

	"finwait/reassembly/tcpstate"
)

// Color is how a state looks.
type Color struct {
	Hex string // in pages, on light and on dark ground
	SGR string // in a terminal of 256 colours (ECMA-48 8.3.117)

	white bool // what is written on it is white
}

// colors are the same everywhere. People who do not see red, green or blue apart
// can still tell any two of them apart, which a test holds.
var colors = [tcpstate.NumStates]Color{
	tcpstate.Unknown:     {"#c9c9c9", "38;5;251", false},
	tcpstate.Closed:      {"#c9c9c9", "38;5;251", false},
	tcpstate.Listen:      {"#c9c9c9", "38;5;251", false},
	tcpstate.SynSent:     {"#4a93ff", "38;5;69", false},
	tcpstate.SynReceived: {"#125845", "38;5;29", true},
	tcpstate.Established: {"#2c4cdf", "38;5;27", true},
	tcpstate.FinWait1:    {"#eaa800", "38;5;214", false},
	tcpstate.FinWait2:    {"#b8310f", "38;5;130", true},
	tcpstate.CloseWait:   {"#703681", "38;5;97", true},
	tcpstate.Closing:     {"#9a7c5e", "38;5;137", false},
	tcpstate.LastAck:     {"#ca6dc2", "38;5;170", false},
	tcpstate.TimeWait:    {"#7a8285", "38;5;244", false},
}

// StateColor returns the colour of a state.
func StateColor(s tcpstate.State) Color { return colors[s] }

// StateClass returns the class of what has a state's colour: s6 is filled with
// that of FIN-WAIT-1.
func StateClass(s tcpstate.State) string { return fmt.Sprintf("s%d", s) }

// InkClass returns the class of text that stands on a state's colour.
func InkClass(s tcpstate.State) string {
	if colors[s].white {
		return "iw"
	}
	return "ib"
}

// stateRules are the colours as CSS.
func stateRules() string {
	var b strings.Builder
	for s, c := range colors {
		fmt.Fprintf(&b, ".s%d{fill:%s;background-color:%s}", s, c.Hex, c.Hex)
	}
	return b.String() + "\n"
}
