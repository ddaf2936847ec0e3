package capture

import (
	"math"
	"math/bits"
)

// clock turns the raw timestamps of a pcapng interface into Time. pcapgo's own
// arithmetic is not used: it rounds its factor where a resolution is a power of
// two, and overflows or divides by zero where one is very fine.
type clock struct {
	mul    uint64 // nanoseconds of a unit, where a unit is at least one
	div    uint64 // units of a nanosecond, where it is less; 0 for a power of two
	shift  uint   // a unit is 2^-shift seconds; valid if mul and div are 0
	offset int64  // if_tsoffset in seconds
}

// newClock takes the option if_tsresol (pcapng §4.2: 10^-n seconds, or 2^-n if
// the upper bit is set) and if_tsoffset in seconds.
func newClock(tsresol uint8, offset int64) clock {
	c := clock{offset: offset}
	switch n := uint(tsresol & 0x7f); {
	case tsresol&0x80 != 0:
		c.shift = n
	case n <= 9:
		c.mul = pow10(9 - n)
	case n-9 <= 19:
		c.div = pow10(n - 9)
	default:
		c.shift = 127 // so fine that 64 bits of it are less than a nanosecond
	}
	return c
}

func pow10(n uint) uint64 {
	v := uint64(1)
	for range n {
		v *= 10
	}
	return v
}

// time converts raw units since the epoch. It rounds down, as Wireshark does,
// and holds what does not fit at the border.
func (c *clock) time(raw uint64) Time {
	hi, ns := uint64(0), raw
	switch {
	case c.mul != 0:
		hi, ns = bits.Mul64(raw, c.mul)
	case c.div != 0:
		ns = raw / c.div
	default:
		hi, ns = bits.Mul64(raw, 1e9)
		if c.shift < 64 {
			hi, ns = hi>>c.shift, ns>>c.shift|hi<<(64-c.shift)
		} else {
			hi, ns = 0, hi>>(c.shift-64)
		}
	}
	if hi != 0 || ns > math.MaxInt64 {
		ns = math.MaxInt64
	}
	if c.offset == 0 {
		return Time(ns)
	}
	return addSeconds(int64(ns), c.offset)
}

// addSeconds returns ns + 1e9*sec, held at the border.
func addSeconds(ns, sec int64) Time {
	switch {
	case sec > maxSeconds:
		return math.MaxInt64
	case sec < minSeconds:
		return math.MinInt64 // ns is not negative and fits: the sum is below 1970
	}
	off := sec * 1_000_000_000
	if off > 0 && ns > math.MaxInt64-off {
		return math.MaxInt64
	}
	return Time(ns + off)
}
