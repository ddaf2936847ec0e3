package frame

import (
	"fmt"
	"math"
	"time"
)

// Time is a capture timestamp: nanoseconds since the Unix epoch, in UTC.
// Timestamps outside the years 1678 to 2261 are held at that border.
type Time int64

// TimeOf returns t as a Time, held at the border where it does not fit.
func TimeOf(t time.Time) Time {
	const minSeconds, maxSeconds = math.MinInt64 / 1_000_000_000, math.MaxInt64 / 1_000_000_000
	switch sec := t.Unix(); {
	case sec <= minSeconds:
		return math.MinInt64
	case sec >= maxSeconds:
		return math.MaxInt64
	default:
		return Time(sec*1_000_000_000 + int64(t.Nanosecond()))
	}
}

// Std returns t in the standard library's form, in UTC.
func (t Time) Std() time.Time { return time.Unix(0, int64(t)).UTC() }

// Sub returns t - u, held at the longest time.Duration.
func (t Time) Sub(u Time) time.Duration {
	d := t - u
	if (t^u)&(t^d) < 0 { // it overflowed
		if t < u {
			return math.MinInt64
		}
		return math.MaxInt64
	}
	return time.Duration(d)
}

// Append appends t in RFC 3339 form, in UTC, always with 9 decimals.
func (t Time) Append(dst []byte) []byte {
	sec, n := uint64(t)/1e9, uint32(uint64(t)%1e9)
	day, of := uint32(sec/86400), uint32(sec%86400) // of the day
	days := day + epoch
	if t < 0 {
		days, of, n = beforeEpoch(t)
	}
	year, month, dom := civil(days)
	dst = append(dst, "0000-00-00T00:00:00.000000000Z"...)
	text := (*[30]byte)(dst[len(dst)-30:])
	*(*[2]byte)(text[0:]) = digits[year/100]
	*(*[2]byte)(text[2:]) = digits[year%100]
	*(*[2]byte)(text[5:]) = digits[month]
	*(*[2]byte)(text[8:]) = digits[dom]
	*(*[2]byte)(text[11:]) = digits[of/3600]
	*(*[2]byte)(text[14:]) = digits[of/60%60]
	*(*[2]byte)(text[17:]) = digits[of%60]
	text[20] = '0' + byte(n/1e8)
	*(*[2]byte)(text[21:]) = digits[n/1e6%100]
	*(*[2]byte)(text[23:]) = digits[n/1e4%100]
	*(*[2]byte)(text[25:]) = digits[n/100%100]
	*(*[2]byte)(text[27:]) = digits[n%100]
	return dst
}

// digits are the two decimal digits of each number below 100.
var digits = func() (d [100][2]byte) {
	for i := range d {
		d[i] = [2]byte{'0' + byte(i/10), '0' + byte(i%10)}
	}
	return d
}()

// String returns t as Append writes it.
func (t Time) String() string { return string(t.Append(nil)) }

// MarshalJSON returns t as a JSON string in the form of Append.
func (t Time) MarshalJSON() ([]byte, error) {
	dst := append(make([]byte, 0, 32), '"')
	return append(t.Append(dst), '"'), nil
}

// UnmarshalJSON takes any RFC 3339 time, whatever its zone and decimals, as TimeOf does.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var std time.Time
	if err := std.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("capture time: %w", err)
	}
	*t = TimeOf(std)
	return nil
}

// epoch is 1970-01-01 in days from 0000-03-01.
const epoch = 719468

// beforeEpoch splits a time before 1970 into days from 0000-03-01, seconds and
// nanoseconds.
func beforeEpoch(t Time) (days, sec, nano uint32) {
	const day = 86400
	s, n := int64(t)/1e9, int64(t)%1e9
	if n < 0 {
		s, n = s-1, n+1e9
	}
	s += epoch * day
	return uint32(s / day), uint32(s % day), uint32(n)
}

// civil returns the Gregorian date of a day counted from 0000-03-01, as in
// Neri and Schneider, Euclidean affine functions and their application to
// calendar algorithms, 2022.
func civil(days uint32) (year, month, dom uint32) {
	n1 := 4*days + 3
	century, n2 := n1/146097, n1%146097|3
	p := 2939745 * uint64(n2)
	yearOf, doy := uint32(p>>32), uint32(p)/2939745/4 // of the century; of a year that begins in March
	n3 := 2141*doy + 197913
	year, month, dom = 100*century+yearOf, n3>>16, n3&0xffff/2141+1
	if doy >= 306 {
		year, month = year+1, month-12
	}
	return year, month, dom
}
