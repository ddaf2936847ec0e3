// Package frame names the packet records of a capture and their times. It knows
// nothing of files: what follows connections does not depend on who reads them.
package frame

// Frame is one packet record, wherever it comes from.
type Frame struct {
	Number int // 1-based within the capture, as in Wireshark
	Time   Time
}
