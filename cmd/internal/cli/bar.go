package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	barWidth = 10            // columns
	wipe     = "\r\x1b[2K\r" // ECMA-48 8.3.41 erases the line
)

// progressBar is one line of a terminal that is drawn again and again.
type progressBar struct {
	to    io.Writer
	total int64 // octets
	began time.Time
}

// draw draws that n octets have been read by now; name is what is being read.
func (b *progressBar) draw(name string, n int64, now time.Time) {
	done := int(n * barWidth / b.total)
	line := fmt.Sprintf("%s %3d%% [%s%s] %s/%s", name, n*100/b.total,
		strings.Repeat("█", done), strings.Repeat(" ", barWidth-done), octets(n), octets(b.total))
	if took := now.Sub(b.began); took > 0 && n > 0 {
		pace := float64(n) / took.Seconds()
		line += fmt.Sprintf(", %s/s, %s", octets(int64(pace)), clock(float64(b.total-n)/pace))
	}
	fmt.Fprint(b.to, wipe, line) // who cannot see it misses nothing
}

// clear takes the line away.
func (b *progressBar) clear() { fmt.Fprint(b.to, wipe) }

// octets writes a number of octets in the unit that suits it (IEC 80000-13).
func octets(n int64) string {
	v, unit := float64(n), 0
	for ; v >= 1000 && unit < 4; unit++ {
		v /= 1024
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.*f %ciB", precision(v), v, "KMGT"[unit-1])
}

// precision is how many decimals make three digits.
func precision(v float64) int {
	switch {
	case v < 10:
		return 2
	case v < 100:
		return 1
	}
	return 0
}

// clock writes how many seconds are left.
func clock(left float64) string {
	const most = 100 * 3600
	s := int64(min(left+0.5, most))
	switch {
	case s == most:
		return "days"
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
