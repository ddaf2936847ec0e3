package driver

import (
	"sync"

	"finwait/reassembly/capture"
)

// Meter tells how far files have been read, in octets as they are stored. Any
// goroutine may call Read; a nil Meter counts nothing. It costs something when a
// file is opened and closed, and nothing between.
type Meter struct {
	mu   sync.Mutex
	done int64 // octets of files that are closed
	open map[*capture.Reader]bool
	file string
}

// Read returns how many octets have been read, and the file that was opened last.
func (m *Meter) Read() (octets int64, file string) {
	if m == nil {
		return 0, ""
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	octets = m.done
	for r := range m.open {
		octets += r.Read()
	}
	return octets, m.file
}

func (m *Meter) begin(r *capture.Reader) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open == nil {
		m.open = map[*capture.Reader]bool{}
	}
	m.open[r], m.file = true, r.Path()
}

// end counts a file as read, though its end may have been of no interest.
func (m *Meter) end(r *capture.Reader) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open[r] {
		delete(m.open, r)
		m.done += r.Size()
	}
}
