//go:build record

package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	pcap "finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// An edit is what the recorder does to a capture after it was taken, to make
// of it what another host, clock or capture program would have written. The
// truth file tells it in words.
type edit struct {
	from, until time.Duration // keep what is captured from and until then, from the start; 0 for no limit
	loses       float64       // the probability that the capture lacks a packet of TCP, as where its kernel dropped it
	losesOnly   func(packet) bool
	offset      time.Duration // by which the clock is ahead
	ppm         float64       // by which it is fast, from the first packet on
	pcapng      bool
	tellsDrops  bool // in pcapng: the interface statistics count what is lacking
}

// words says what was done, for the truth file.
func (e edit) words() []string {
	words := []string{}
	add := func(done bool, format string, args ...any) {
		if done {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(e.from > 0, "begins %v after the start", e.from)
	add(e.until > 0, "ends %v after the start", e.until)
	add(e.loses > 0, "lacks packets as if its kernel had dropped them, with a probability of %v", e.loses)
	add(e.offset != 0, "clock ahead by %v", e.offset)
	add(e.ppm != 0, "clock fast by %v ppm", e.ppm)
	add(e.pcapng, "written anew as pcapng")
	add(e.tellsDrops, "its interface statistics count the packets that it lacks")
	return words
}

// An edited is a capture after its edit.
type edited struct {
	frames      []frame
	number      []int // per frame: its number in the file; 0 if it is not there
	first, last int64 // times that the file covers, by the clock that both captures had
	lacking     int
}

// apply decides which frames stay.
func (e edit) apply(frames []frame, start time.Time, seed uint64) (*edited, error) {
	out := &edited{frames: frames, number: make([]int, len(frames))}
	random := rand.New(rand.NewPCG(seed, 3))
	n := 0
	for i, f := range frames {
		at := time.Duration(f.time - start.UnixNano())
		if e.from > 0 && at < e.from || e.until > 0 && at > e.until {
			continue
		}
		if p, ok := parsePacket(f.ip); ok && e.loses > 0 && (e.losesOnly == nil || e.losesOnly(p)) && random.Float64() < e.loses {
			out.lacking++
			continue
		}
		n++
		if out.number[i] = n; n == 1 {
			out.first = f.time
		}
		out.last = f.time
	}
	if n == 0 {
		return nil, fmt.Errorf("the edit leaves nothing of a capture")
	}
	return out, nil
}

// clock tells a moment by the edited capture's clock.
func (e edit) clock(t, first int64) int64 {
	return t + int64(e.offset) + int64(float64(t-first)*e.ppm/1e6)
}

// write writes the frames that stay.
func (e edit) write(file string, c *edited, link segment.LinkType, snaplen int) error {
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	defer w.Close()
	buffered := bufio.NewWriter(w)
	put, finish := e.writer(buffered, c, link, snaplen)
	for i, f := range c.frames {
		if c.number[i] == 0 {
			continue
		}
		p := pcap.Packet{Number: c.number[i], Time: pcap.Time(e.clock(f.time, c.first)), Length: f.length, Data: f.data}
		if err := put(&p); err != nil {
			return err
		}
	}
	if err := finish(); err != nil {
		return err
	}
	return buffered.Flush()
}

func (e edit) writer(w *bufio.Writer, c *edited, link segment.LinkType, snaplen int) (put func(*pcap.Packet) error, finish func() error) {
	if !e.pcapng {
		out := pcap.NewWriter(w, link)
		return out.Write, out.Err
	}
	out := pcap.NewNgWriter(w)
	device := &pcap.Interface{Name: "eth0", Link: link, SnapLen: uint32(snaplen), Drops: uint64(c.lacking), HasDrops: e.tellsDrops}
	id, err := out.Interface(device)
	put = func(p *pcap.Packet) error { return out.Write(id, p) }
	finish = func() error { return out.Statistics(id, device, pcap.Time(e.clock(c.last, c.first))) }
	if err != nil {
		put = func(*pcap.Packet) error { return err }
	}
	return put, finish
}
