package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Append appends s as a decimal number of seconds: exact to the nanosecond,
// without exponent and without trailing zeros.
func (s Seconds) Append(dst []byte) []byte {
	u := uint64(s)
	if s < 0 {
		dst = append(dst, '-')
		u = -u
	}
	dst = strconv.AppendUint(dst, u/1e9, 10)
	frac := u % 1e9
	if frac == 0 {
		return dst
	}
	text := [10]byte{'.'}
	end := len(text)
	if frac%1000 == 0 { // most clocks of captures tick in microseconds
		frac /= 1000
		end -= 3
	}
	for i, rest := end-1, uint32(frac); i > 0; i-- {
		text[i] = '0' + byte(rest%10)
		rest /= 10
	}
	for text[end-1] == '0' {
		end--
	}
	return append(dst, text[:end]...)
}

// String returns s as Append writes it.
func (s Seconds) String() string { return string(s.Append(nil)) }

// MarshalJSON returns s as a JSON number.
func (s Seconds) MarshalJSON() ([]byte, error) { return s.Append(make([]byte, 0, 24)), nil }

// UnmarshalJSON takes any JSON number of seconds. Decimals beyond the ninth are
// dropped.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	text := string(b)
	if text == "null" {
		return nil
	}
	if strings.ContainsAny(text, "eE") { // other programs rewrite 0.000025 so
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) > math.MaxInt64/1e9 {
			return fmt.Errorf("seconds: bad number %q", text)
		}
		*s = Seconds(math.Round(f * 1e9))
		return nil
	}
	digits, negative := strings.CutPrefix(text, "-")
	whole, frac, _ := strings.Cut(digits, ".")
	frac = (frac + "000000000")[:9]
	sec, err := strconv.ParseUint(whole, 10, 63)
	nano, err2 := strconv.ParseUint(frac, 10, 63)
	most := uint64(math.MaxInt64)
	if negative {
		most++
	}
	if err != nil || err2 != nil || sec > most/1e9 || sec*1e9+nano > most {
		return fmt.Errorf("seconds: bad number %q", text)
	}
	*s = Seconds(sec*1e9 + nano)
	if negative {
		*s = -*s // the least is its own opposite
	}
	return nil
}

// Duration returns s in the standard library's form.
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// Words writes a duration for people, with three digits: 42.6 ms, 2.16 s, 16m 40s.
func (s Seconds) Words() string {
	d := s.Duration()
	switch {
	case d < 0:
		return "-" + (-s).Words()
	case d == 0:
		return "0 s"
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d)
	case d < 999500*time.Nanosecond:
		return Digits3(float64(d)/1e3) + " µs"
	case d < 999500*time.Microsecond:
		return Digits3(float64(d)/1e6) + " ms"
	case d < 999500*time.Millisecond:
		return Digits3(float64(d)/1e9) + " s"
	case d < 100*time.Minute:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm %02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 100*time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh %02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	d = d.Round(time.Hour)
	return fmt.Sprintf("%dd %02dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// Digits3 formats 1 ≤ v < 1000 with three digits.
func Digits3(v float64) string {
	switch {
	case v < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
