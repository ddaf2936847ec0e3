package page

import _ "embed"

// Where drawings over time have their axis, in pixels.
const (
	ChartWidth = 760
	BarLeft    = 56
	BarRight   = ChartWidth - 24
	CharWidth  = 6.6 // of the texts of a drawing, at most, on average
)

// Kit defines the templates that several pages use.
//
//go:embed kit.html
var Kit string
