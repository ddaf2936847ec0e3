package traffic

import "time"

// Bound returns what a test that counts processor time allows for work that is promised
// to take so long: half more, for a processor may share its core, and ten times that in
// the short tests, which the race detector runs.
func Bound(promised time.Duration, short bool) time.Duration {
	bound := promised * 3 / 2
	if short {
		bound *= 10
	}
	return bound
}
