package pair

import "finwait/reassembly/frame"

// usual is how long segments took lately: a mean and a mean deviation, smoothed as round
// trips are (RFC 6298 §2).
type usual struct {
	mean, deviation frame.Time
	n               int
}

func (u *usual) see(d frame.Time) {
	if u.n++; u.n == 1 {
		u.mean, u.deviation = d, 0
		return
	}
	off := d - u.mean
	u.mean += off / 8
	u.deviation += (max(off, -off) - u.deviation) / 4
}

// leastUnusual is what clocks and queues of hosts make of delays that are all the same.
const leastUnusual = second / 5000

// fits reports whether a delay is like those before.
func (u *usual) fits(d frame.Time) bool {
	const few = 4
	off := d - u.mean
	return u.n < few || max(off, -off) <= 4*u.deviation+leastUnusual
}
