package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// span writes a duration as reports do; one less than 0, where the capture's clock was
// set back, as 0.
func span(d time.Duration) string { return model.Seconds(max(d, 0)).Words() }

// alertWords names the fatal alert of TLS that was sent in the clear; "" where none was.
func alertWords(c *conn.Conn) string {
	const fatal = 2
	for r := range conn.Role(2) {
		if a := &c.Dialog.Alerts[r]; a.Frame != 0 && a.Level == fatal {
			return fmt.Sprintf("the %s had sent the TLS alert %q", r, a.String())
		}
	}
	return ""
}

// octets writes an amount of payload.
func octets(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
