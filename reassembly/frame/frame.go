// Package frame names the packet records of a capture and their times. It knows
// nothing of files: what follows connections does not depend on who reads them.
package frame

// Frame is one packet record, wherever it comes from.
type Frame struct {
	Number int // 1-based within the capture, as in Wireshark
	Time   Time
}

// Gap is a time in which a capture was paused, or the host that captured suspended: what
// happened meanwhile is not known.
type Gap struct{ From, To Time } // of the packets before and after it
