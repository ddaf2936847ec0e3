package rules

import (
	"fmt"
	"time"

	analyzer "finwait/analyzer/model"
)

// span writes a duration as reports do; one less than 0, where the capture's clock was
// set back, as 0.
func span(d time.Duration) string { return analyzer.Seconds(max(d, 0)).Words() }

// octets writes an amount of payload.
func octets(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
