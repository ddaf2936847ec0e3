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
	of, n := uint32(sec), uint32(nano) // of the day
	twoDigits(text[0:], uint32(year)/100)
	twoDigits(text[2:], uint32(year)%100)
	twoDigits(text[5:], uint32(month))
	twoDigits(text[8:], uint32(dom))
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
	era, doe64 := floorDiv(day+719468, 146097) // eras of 400 years from 0000-03-01
	doe := uint32(doe64)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	shifted := (5*doy + 2) / 153 // 0 is March
	year, month = int64(yoe)+era*400, int64(shifted)+3
	if month > 12 {
		month, year = month-12, year+1
	}
	return year, month, int64(doy - (153*shifted+2)/5 + 1)
}
