package driver

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"finwait/reassembly/capture"
)

// Window is a span of capture time: from After on, and before Before.
type Window struct {
	After, Before Bound
	start         capture.Time // of the first packet
	started       bool
	began         func(capture.Time) // is told the time of the first packet; nil for nobody
}

// Bound is one end of a Window: a time, or an offset from the first packet. The
// zero Bound is none.
type Bound struct {
	set    bool
	offset bool
	ns     int64 // since the epoch, or from the first packet
}

// holds reports whether a packet of time t lies within. The first call tells
// the time of the first packet.
func (w *Window) holds(t capture.Time) bool {
	if !w.After.set && !w.Before.set && w.began == nil {
		return true
	}
	if !w.started {
		w.start, w.started = t, true
		if w.began != nil {
			w.began(t)
		}
	}
	return (!w.After.set || t >= w.After.at(w.start)) && (!w.Before.set || t < w.Before.at(w.start))
}

// at returns the time of a bound, or the last that can be told.
func (b Bound) at(start capture.Time) capture.Time {
	t := capture.Time(b.ns)
	if !b.offset {
		return t
	}
	if t > math.MaxInt64-max(start, 0) { // offsets are not negative
		return math.MaxInt64
	}
	return start + t
}

// ParseBound reads a time in RFC 3339 form (without a zone it is UTC), in
// seconds since the epoch, or as an offset from the first packet such as +1.5s,
// 2m or 1h30m.
func ParseBound(text string) (Bound, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateTime, "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return Bound{set: true, ns: nanoseconds(t)}, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 && strings.ContainsAny(text, "nuµmsh") {
		return Bound{set: true, offset: true, ns: int64(d)}, nil
	}
	if ns, ok := parseEpoch(text); ok {
		return Bound{set: true, ns: ns}, nil
	}
	return Bound{}, fmt.Errorf(
		"%q is no time: write 2026-01-02T15:04:05Z, seconds since the epoch, or an offset from the first packet such as +1.5s or 2m", text)
}

// nanoseconds returns t since the epoch, or the nearest time that can be told.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// parseEpoch reads decimal seconds without rounding them through a float.
func parseEpoch(text string) (ns int64, ok bool) {
	whole, frac, _ := strings.Cut(text, ".")
	sec, err := strconv.ParseUint(whole, 10, 33)
	if err != nil || len(frac) > 9 {
		return 0, false
	}
	nano, err := strconv.ParseUint((frac + "000000000")[:9], 10, 32)
	return int64(sec)*1e9 + int64(nano), err == nil
}

// Moment is a time within a capture: a Bound, or so long before the end of
// observation.
type Moment struct {
	Bound     Bound
	FromEnd   bool
	BeforeEnd time.Duration // valid iff FromEnd
}

// At returns the time of a moment that is not told from the end, start being that of
// the first packet.
func (m Moment) At(start capture.Time) capture.Time { return m.Bound.at(start) }

// ParseMoment reads a time as ParseBound does, or an offset from the end such as -5s.
func ParseMoment(text string) (Moment, error) {
	if back, ok := strings.CutPrefix(text, "-"); ok {
		if d, err := time.ParseDuration(back); err == nil && d >= 0 {
			return Moment{FromEnd: true, BeforeEnd: d}, nil
		}
		return Moment{}, fmt.Errorf("%q is no time: write an offset from the end such as -5s, or one from the first packet such as +1.5s", text)
	}
	b, err := ParseBound(text)
	if err != nil {
		return Moment{}, fmt.Errorf("%w, or from the end such as -5s", err)
	}
	return Moment{Bound: b}, nil
}
