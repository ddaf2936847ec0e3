package rules

import (
	"fmt"
	"strconv"
	"time"
)

// span writes a duration with three significant digits, as a person would; one
// less than 0, where the capture's clock was set back, as 0.
func span(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d >= 48*time.Hour:
		return fixed(d.Hours()/24, 0, " days")
	case d >= 2*time.Hour:
		return fixed(d.Hours(), 1, " h")
	case d >= 10*time.Minute:
		return fixed(d.Minutes(), 0, " min")
	case d >= 100*time.Second:
		return fixed(d.Seconds(), 0, " s")
	case d >= 10*time.Second:
		return fixed(d.Seconds(), 1, " s")
	case d >= time.Second:
		return fixed(d.Seconds(), 2, " s")
	case d >= 100*time.Millisecond:
		return fixed(d.Seconds()*1e3, 0, " ms")
	case d >= 10*time.Millisecond:
		return fixed(d.Seconds()*1e3, 1, " ms")
	case d >= time.Millisecond:
		return fixed(d.Seconds()*1e3, 2, " ms")
	}
	return fixed(d.Seconds()*1e6, 0, " µs")
}

// fixed writes a number with so many decimals and its unit.
func fixed(v float64, decimals int, unit string) string {
	var text [32]byte
	return string(append(strconv.AppendFloat(text[:0], v, 'f', decimals, 64), unit...))
}

// octets writes an amount of payload.
func octets(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
