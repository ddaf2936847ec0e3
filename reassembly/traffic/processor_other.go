//go:build !unix

package traffic

import "time"

var begun = time.Now()

// Processor returns the time since the process began, for want of what its threads took.
func Processor() time.Duration { return time.Since(begun) }
