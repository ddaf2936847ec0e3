package report

import _ "embed"

// Where drawings over time have their axis, in pixels.
const (
	chartWidth = 760
	barLeft    = 56
	barRight   = chartWidth - 24
	charWidth  = 6.6 // of the texts of a drawing, at most, on average
)

//go:embed kit.html
var kitTemplate string
