package pair

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"finwait/reassembly/segment"
)

// world is a path between two hosts, and what is captured at both of its ends.
type world struct {
	random            *rand.Rand
	loss, copies, old float64 // the probability of loss, of a copy, of being held up
	now               time.Duration
	events            []happening // in no order
	count             int
	captured          [2][]shot
	truth             map[[2]int]Fate // by index into captured; -1 for none
}

// happening is something that is due.
type happening struct {
	at time.Duration
	n  int
	do func()
}

// shot is a captured packet.
type shot struct {
	at   time.Duration
	data []byte
}

func (w *world) after(d time.Duration, do func()) {
	w.count++
	w.events = append(w.events, happening{w.now + d, w.count, do})
}

func (w *world) run() {
	for len(w.events) > 0 {
		i := 0
		for j := range w.events {
			if w.events[j].at < w.events[i].at || w.events[j].at == w.events[i].at && w.events[j].n < w.events[i].n {
				i = j
			}
		}
		e := w.events[i]
		w.events = slices.Delete(w.events, i, i+1)
		w.now = e.at
		e.do()
	}
}

func (w *world) capture(c int, data []byte) int {
	w.captured[c] = append(w.captured[c], shot{w.now, data})
	return len(w.captured[c]) - 1
}

// send takes a packet from the host at one end to the other, or not.
func (w *world) send(from int, data []byte, arrives func()) {
	sent := [2]int{-1, -1}
	sent[from] = w.capture(from, data)
	if w.random.Float64() < w.loss {
		w.truth[sent] = Lost
		return
	}
	delay := 5*time.Millisecond + time.Duration(w.random.IntN(200))*time.Microsecond
	if w.random.Float64() < w.old {
		delay += time.Duration(w.random.IntN(40)) * time.Millisecond
	}
	w.after(delay, func() {
		sent[1-from] = w.capture(1-from, data)
		w.truth[sent] = Delivered
		arrives()
	})
	if w.random.Float64() < w.copies {
		w.after(delay+time.Duration(1+w.random.IntN(5000))*time.Microsecond, func() {
			once := [2]int{-1, -1}
			once[1-from] = w.capture(1-from, data)
			w.truth[once] = Duplicated
			arrives()
		})
	}
}

// host is one end of a connection: a TCP that repeats what is not acknowledged.
type host struct {
	w                *world
	side             int
	port             uint16
	peer             *host
	isn, una, nxt    uint32 // relative to isn
	rcv              uint32 // relative to the peer's isn
	early            map[uint32]uint32
	total, fin       uint32 // octets to be sent; where the FIN is, 0 for nowhere yet
	id               uint16
	recent, clock    uint32
	timer, tries     int
	got, expects     uint32
	closed, peerDone bool
}

func (h *host) packet(flags segment.Flags, seq, n uint32) []byte {
	h.id++
	p := make([]byte, 52+n)
	p[0], p[8], p[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	binary.BigEndian.PutUint16(p[4:], h.id)
	copy(p[12:], []byte{192, 0, 2, byte(1 + h.side)})
	copy(p[16:], []byte{192, 0, 2, byte(2 - h.side)})
	binary.BigEndian.PutUint16(p[20:], h.port)
	binary.BigEndian.PutUint16(p[22:], h.peer.port)
	binary.BigEndian.PutUint32(p[24:], h.isn+seq)
	if flags.Has(segment.ACK) {
		binary.BigEndian.PutUint32(p[28:], h.peer.isn+h.rcv)
	}
	p[32], p[33], p[34] = 8<<4, byte(flags), 0xfa
	copy(p[40:], []byte{1, 1, 8, 10})
	binary.BigEndian.PutUint32(p[44:], h.clock+uint32(h.w.now.Milliseconds()))
	binary.BigEndian.PutUint32(p[48:], h.recent)
	for i := range n {
		p[52+i] = byte(seq + i)
	}
	return p
}

func (h *host) send(flags segment.Flags, seq, n uint32) {
	data := h.packet(flags, seq, n)
	val := binary.BigEndian.Uint32(data[44:])
	ack := h.rcv
	h.w.send(h.side, data, func() { h.peer.take(flags, seq, n, ack, val) })
}

const mss = 1000

// push sends what may be sent: first what was never sent, and after a timeout the oldest.
func (h *host) push() {
	for h.nxt < 1+h.total && h.nxt-h.una < 6*mss {
		n := min(mss, 1+h.total-h.nxt)
		h.send(segment.ACK, h.nxt, n)
		h.nxt += n
	}
	if h.closed && h.fin == 0 && h.nxt == 1+h.total {
		h.fin = h.nxt
		h.send(segment.ACK|segment.FIN, h.nxt, 0)
		h.nxt++
	}
	h.arm()
}

func (h *host) arm() {
	h.timer++
	if h.una == h.nxt {
		h.tries = 0
		return
	}
	mine := h.timer
	h.w.after(200*time.Millisecond<<min(h.tries, 4), func() {
		if mine != h.timer || h.una == h.nxt || h.tries > 8 {
			return
		}
		h.tries++
		switch {
		case h.una == 0 && h.side == 0:
			h.send(segment.SYN, 0, 0)
		case h.una == 0:
			h.send(segment.SYN|segment.ACK, 0, 0)
		case h.fin != 0 && h.una == h.fin:
			h.send(segment.ACK|segment.FIN, h.fin, 0)
		default:
			h.send(segment.ACK, h.una, min(mss, 1+h.total-h.una))
		}
		h.arm()
	})
}

func (h *host) take(flags segment.Flags, seq, n, ack, val uint32) {
	if seq <= h.rcv && int32(val-h.recent) >= 0 || flags.Has(segment.SYN) {
		h.recent = val
	}
	if flags.Has(segment.ACK) && ack > h.una {
		h.una, h.tries = ack, 0
	}
	switch {
	case flags.Has(segment.SYN):
		h.rcv = max(h.rcv, 1)
		switch {
		case h.side == 1 && h.nxt == 0:
			h.nxt = 1
			h.send(segment.SYN|segment.ACK, 0, 0)
			h.arm()
		case h.side == 1:
			h.send(segment.SYN|segment.ACK, 0, 0)
		default:
			h.send(segment.ACK, h.nxt, 0)
			h.push()
		}
		return
	case n > 0 || flags.Has(segment.FIN):
		h.arrived(seq, n, flags.Has(segment.FIN))
		h.send(segment.ACK, h.nxt, 0)
		h.act()
	}
	h.push()
}

// arrived takes payload in, in order.
func (h *host) arrived(seq, n uint32, fin bool) {
	if fin {
		n++
	}
	h.early[seq] = max(h.early[seq], n)
	if fin {
		h.early[seq+n] = 0
		h.peer.fin = max(h.peer.fin, seq+n-1)
	}
	for {
		more, ok := h.early[h.rcv]
		if !ok || more == 0 {
			break
		}
		h.rcv += more
	}
	h.got = h.rcv - 1
	h.peerDone = h.peer.fin != 0 && h.rcv > h.peer.fin
}

// act is the program: the server answers the request, the client closes when it has the
// answer, the server when the client has.
func (h *host) act() {
	switch {
	case h.side == 1 && h.total == 0 && h.got >= h.expects:
		h.total = uint32(500 + h.w.random.IntN(12000))
		h.peer.expects = h.total
	case h.side == 0 && h.expects > 0 && h.got >= h.expects, h.side == 1 && h.peerDone:
		h.closed = true
	}
}

func (w *world) connect(i int) {
	client := &host{w: w, side: 0, port: uint16(40000 + i), isn: w.random.Uint32(), early: map[uint32]uint32{}, clock: w.random.Uint32()}
	server := &host{w: w, side: 1, port: 80, isn: w.random.Uint32(), early: map[uint32]uint32{}, clock: w.random.Uint32(), peer: client}
	client.peer, client.total = server, uint32(100+w.random.IntN(3000))
	server.expects = client.total
	client.nxt = 1
	client.send(segment.SYN, 0, 0)
	client.arm()
}

// write writes the capture of an end, in the order of time, and returns the frame of each
// packet.
func (w *world) write(t *testing.T, c int, ahead time.Duration) (path string, frames []int64) {
	t.Helper()
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 101, 0, 0, 0)
	order := make([]int, len(w.captured[c]))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(w.captured[c][x].at, w.captured[c][y].at) })
	frames = make([]int64, len(order))
	for n, i := range order {
		s := w.captured[c][i]
		frames[i] = int64(n + 1)
		at := time.Duration(1_700_000_000)*time.Second + s.at + ahead
		b = binary.LittleEndian.AppendUint32(b, uint32(at/time.Second))
		b = binary.LittleEndian.AppendUint32(b, uint32(at%time.Second))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s.data)))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s.data)))
		b = append(b, s.data...)
	}
	path = filepath.Join(t.TempDir(), fmt.Sprintf("%d.pcap", c))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, frames
}

// Whatever a path loses, copies and holds up, the fates are those that it dealt.
func TestSimulatedPaths(t *testing.T) {
	all, right := 0, 0
	dealt := map[Fate]int{}
	for seed := range uint64(24) {
		w := &world{random: rand.New(rand.NewPCG(seed, 7)), truth: map[[2]int]Fate{}}
		w.loss, w.copies, w.old = 0.02*float64(seed%8), 0.02*float64(seed%3), 0.05*float64(seed%4)
		for i := range 12 {
			w.after(time.Duration(w.random.IntN(2000))*time.Millisecond, func() { w.connect(i) })
		}
		w.after(time.Minute, func() { // both captures last until here
			for c := range w.captured {
				w.capture(c, []byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 9, 192, 0, 2, 8, 0, 9, 0, 9, 0, 8, 0, 0})
			}
		})
		w.after(0, func() {
			for c := range w.captured {
				w.capture(c, []byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 9, 192, 0, 2, 8, 0, 9, 0, 9, 0, 8, 0, 0})
			}
		})
		w.run()
		shift := time.Duration(seed)*time.Hour - 1234567*time.Microsecond
		a, framesA := w.write(t, 0, 0)
		b, framesB := w.write(t, 1, shift)
		n, ok := judged(t, seed, w, a, b, [2][]int64{framesA, framesB}, shift)
		all, right = all+n, right+ok
		for _, fate := range w.truth {
			dealt[fate]++
		}
	}
	t.Logf("%d of %d fates are right: %v", right, all, dealt)
	if dealt[Lost] < 100 || dealt[Duplicated] < 100 {
		t.Errorf("the paths did too little: %v", dealt)
	}
	if float64(right) < 0.995*float64(all) {
		t.Errorf("only %d of %d fates are right", right, all)
	}
}

// judged compares two captures, and returns how many fates there are and how many are right.
func judged(t *testing.T, seed uint64, w *world, a, b string, frames [2][]int64, shift time.Duration) (all, right int) {
	t.Helper()
	r, err := Run(context.Background(), []string{a}, []string{b}, Options{Segments: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if off := time.Duration(r.Offset.At) - shift; !r.Offset.Known || max(off, -off) > time.Millisecond || max(off, -off) > time.Duration(r.Offset.Error) {
		t.Errorf("seed %d: the offset is wrong by %v, its error is %v", seed, off, time.Duration(r.Offset.Error))
	}
	found := map[[2]int64]Fate{}
	err = r.Each(func(f *Flow) error {
		for i := range f.Rows {
			var key [2]int64
			if s := &f.Rows[i]; s.AFrame != nil {
				key[0] = *s.AFrame
			}
			if s := &f.Rows[i]; s.BFrame != nil {
				key[1] = *s.BFrame
			}
			found[key] = f.Rows[i].Fate
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wrongLost := 0
	for at, fate := range w.truth {
		var key [2]int64
		for c := range at {
			if at[c] >= 0 {
				key[c] = frames[c][at[c]]
			}
		}
		all++
		switch got, ok := found[key]; {
		case ok && got == fate:
			right++
		case got == Forged:
			t.Errorf("seed %d: frames %v are called forged", seed, key)
		case ok && got == Lost:
			wrongLost++
		}
	}
	if wrongLost*1000 > all {
		t.Errorf("seed %d: %d of %d segments are called lost and were not", seed, wrongLost, all)
	}
	return all, right
}
