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
	text := [30]byte([]byte("0000-00-00T00:00:00.000000000Z"))
	twoDigits(text[0:], year/100)
	twoDigits(text[2:], year%100)
	twoDigits(text[5:], month)
	twoDigits(text[8:], dom)
	twoDigits(text[11:], of/3600)
	twoDigits(text[14:], of/60%60)
	twoDigits(text[17:], of%60)
	text[20] = '0' + byte(n/1e8)
	twoDigits(text[21:], n/1e6%100)
	twoDigits(text[23:], n/1e4%100)
	twoDigits(text[25:], n/100%100)
	twoDigits(text[27:], n%100)
	return append(dst, text[:]...)
}

const hundred = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

// twoDigits begins b with the decimal digits of v, which is less than 100.
func twoDigits(b []byte, v uint32) {
	copy(b[:2], hundred[2*v:2*v+2])
}

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
