//go:build unix

package traffic

import (
	"syscall"
	"time"
)

// Processor returns how long all threads of the process have run so far: work is judged
// by that where the machine has other things to do.
func Processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
