package driver

import (
	"bytes"
	"cmp"
	"container/heap"
	"math"
	"slices"

	"finwait/reassembly/capture"
)

// merge reads several captures as one, in time order; packets of the same time
// come in the order in which their files were named. Packet numbers count
// through the whole.
//
// A capture is opened when the merge reaches its first packet and closed after
// its last, so that thousands of rotated files need few descriptors. Small ones
// are closed as soon as they are opened: thousands of those may overlap.
type merge struct {
	opener  *opener
	inputs  []*input       // as named
	begins  []capture.Time // of each the time of its first packet; the last time of all where there is none
	waiting []*part        // not yet open, by the time of their first packet
	open    parts
	last    *part // whose packet was handed out, and must be replaced
	number  int
	origins origins
}

// part is one input with the packet that is its next.
type part struct {
	*input
	index int // among the files as named
	head  capture.Packet
	held  []capture.Packet // read ahead: those after head
}

// maxHeld is how many octets of packets are read ahead when a capture is opened.
const maxHeld = 64 << 10

// openMerge looks at the first packet of each file.
func openMerge(o *opener, files []string) *merge {
	m := &merge{opener: o}
	for i, file := range files {
		p := &part{input: openInput(o.unmetered(), file), index: i}
		m.inputs, m.begins = append(m.inputs, p.input), append(m.begins, math.MaxInt64)
		if !p.read(&p.head) {
			continue
		}
		m.begins[i] = p.head.Time
		if p.reader.Size() == 0 { // no regular file, which cannot be opened again: it stays open
			m.open = append(m.open, p)
			continue
		}
		p.close()
		p.head.Data, p.opener = nil, o
		m.waiting = append(m.waiting, p)
	}
	heap.Init(&m.open)
	slices.SortStableFunc(m.waiting, func(a, b *part) int { return cmp.Compare(a.head.Time, b.head.Time) })
	return m
}

// begin opens a part that waits and reads on to its first packet; false means
// that it has none any more.
func (p *part) begin() bool {
	p.input.open()
	if !p.read(&p.head) {
		return false
	}
	own := bytes.Clone(p.head.Data)
	for size, next := len(own), p.head; size < maxHeld && p.read(&next); size += len(next.Data) {
		next.Data = bytes.Clone(next.Data)
		p.held = append(p.held, next)
	}
	p.head.Data = own
	return true
}

// advance makes the next packet the head; false means that there is none.
func (p *part) advance() bool {
	if len(p.held) > 0 {
		p.head, p.held = p.held[0], p.held[1:]
		return true
	}
	p.held = nil
	return p.read(&p.head)
}

// path names the only file; with several, nameFiles does it for each record.
func (m *merge) path() string { return m.inputs[0].file }

func (m *merge) dropped() bool { return slices.ContainsFunc(m.inputs, (*input).dropped) }

func (m *merge) until() (latest capture.Time, ok bool) {
	for _, in := range m.inputs {
		if t, has := in.until(); has && (!ok || t > latest) {
			latest, ok = t, true
		}
	}
	return latest, ok
}

func (m *merge) plain() (earliest capture.Time, ok bool) {
	for _, in := range m.inputs {
		if t, has := in.plain(); has && (!ok || t < earliest) {
			earliest, ok = t, true
		}
	}
	return earliest, ok
}

// close closes what is still open.
func (m *merge) close() {
	for _, in := range m.inputs {
		in.close()
	}
}

func (m *merge) next(p *capture.Packet) *input {
	m.advance()
	for len(m.waiting) > 0 && (len(m.open) == 0 || m.waiting[0].head.Time <= m.open[0].head.Time) {
		next := m.waiting[0]
		m.waiting = m.waiting[1:]
		if next.begin() {
			heap.Push(&m.open, next)
		}
	}
	if len(m.open) == 0 {
		return nil
	}
	m.last = m.open[0]
	*p = m.last.head
	m.last.count(p)
	m.number++
	p.Number = m.number
	m.origins.add(m.number, m.last.index)
	return m.last.input
}

// advance replaces the packet that was handed out last. That could not be done
// earlier: its data is valid only until the next read.
func (m *merge) advance() {
	if m.last == nil || len(m.open) == 0 || m.open[0] != m.last {
		return
	}
	if m.last.advance() {
		heap.Fix(&m.open, 0)
	} else {
		heap.Pop(&m.open)
	}
}

// parts is a heap by time, then by file.
type parts []*part

func (h parts) Len() int      { return len(h) }
func (h parts) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h parts) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].head.Time, h[j].head.Time), cmp.Compare(h[i].index, h[j].index)) < 0
}

func (h *parts) Push(x any) { *h = append(*h, x.(*part)) }

func (h *parts) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
