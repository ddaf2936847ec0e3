package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// pcapgoReader reads a capture with pcapgo.
func pcapgoReader(b []byte) (gopacket.ZeroCopyPacketDataSource, error) {
	if bytes.HasPrefix(b, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		return pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	}
	r, err := pcapgo.NewReader(bytes.NewReader(b))
	if err == nil {
		r.SetSnaplen(maxCaptured)
	}
	return r, err
}

// pcapgoNext reads a packet. A panic, to which hostile lengths lead, is an error.
func pcapgoNext(r gopacket.ZeroCopyPacketDataSource) (data []byte, ci gopacket.CaptureInfo, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("pcapgo: %v", v)
		}
	}()
	return r.ZeroCopyReadPacketData()
}

// likePcapgo holds what a Reader makes of a plain capture against pcapgo, packet by
// packet as far as both come, and returns how many packets that is, and how both end.
func likePcapgo(t *testing.T, b []byte) (count int, ours, theirs error) {
	t.Helper()
	if len(b) >= 12 && b[0] == 0x0a && !sound(b) {
		return 0, nil, nil // its lengths would have pcapgo allocate what they like
	}
	r, err := Open("-", bytes.NewReader(b))
	if err != nil {
		return 0, err, nil
	}
	defer r.Close()
	g, err := pcapgoReader(b)
	if err != nil {
		return 0, nil, err
	}
	var p Packet
	for {
		if ours = r.Next(&p); ours == nil && p.Link == segment.LinkNone {
			continue // an event, which pcapgo passes over
		}
		data, ci, err := pcapgoNext(g)
		if theirs = err; ours != nil || theirs != nil {
			return count, ours, theirs
		}
		count++
		if !bytes.Equal(p.Data, data) || p.Length != max(ci.Length, len(data)) {
			t.Fatalf("packet %d is %x of %d octets, and pcapgo reads %x of %d", p.Number, p.Data, p.Length, data, ci.Length)
		}
		if want := frame.TimeOf(ci.Timestamp); p.Time != want && !p.NoTime && pcapgoKnows(r, b, &p) {
			t.Fatalf("packet %d is of %v, and pcapgo says %v", p.Number, p.Time, want)
		}
	}
}

// pcapgoKnows reports whether pcapgo's arithmetic can tell the time of a packet: it
// overflows in pcapng where the resolution is not the usual one, and in pcap where there
// are more microseconds than four seconds have.
func pcapgoKnows(r *Reader, b []byte, p *Packet) bool {
	if r.info.Format == "pcapng" {
		return r.Interfaces()[p.Interface].clock == newClock(6, 0)
	}
	micros := binary.LittleEndian.Uint32(b[p.Offset+4:])
	if r.info.BigEndian {
		micros = binary.BigEndian.Uint32(b[p.Offset+4:])
	}
	return r.info.Format != "pcap" || micros <= math.MaxUint32/1000
}

// sound reports whether the blocks of a pcapng file are as long as they say.
func sound(b []byte) bool {
	r, err := Open("-", bytes.NewReader(b))
	if err != nil {
		return false
	}
	defer r.Close()
	var p Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
	}
	return err == io.EOF || errors.Is(err, ErrCutShort)
}

// eachCapture calls f with every plain capture of the module.
func eachCapture(t *testing.T, f func(name string, b []byte)) {
	t.Helper()
	for name, b := range samples() {
		f(name, b)
	}
	n := 0
	err := filepath.WalkDir("../../testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.Ext(path), ".pcap") {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && findCodec(b) == nil {
			n++
			f(path, b)
		}
		return err
	})
	if err != nil || n < 50 {
		t.Fatalf("%d captures: %v", n, err)
	}
}

func TestPcapgoReadsTheSame(t *testing.T) {
	packets := 0
	eachCapture(t, func(name string, b []byte) {
		count, ours, theirs := likePcapgo(t, b)
		if ours != io.EOF || theirs != io.EOF {
			t.Errorf("%s ends with %v, and pcapgo with %v", name, ours, theirs)
		}
		packets += count
	})
	t.Logf("%d packets", packets)
	if packets < 5000 {
		t.Errorf("only %d packets", packets)
	}
}

// Captures that are cut off or damaged: pcapgo comes no further, but for what it
// refuses and Wireshark shows.
func TestPcapgoReadsTheSameOfDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	packets := 0
	eachCapture(t, func(name string, b []byte) {
		for range 12 {
			d := bytes.Clone(b[:min(len(b), 200_000)])
			for range 1 + r.IntN(3) {
				d[r.IntN(len(d))] ^= 1 << r.IntN(8)
			}
			d = d[:len(d)-r.IntN(min(len(d), 300))]
			count, ours, theirs := likePcapgo(t, d)
			packets += count
			if ours != nil && theirs == nil && d[0] != 0x0a && !errors.Is(ours, ErrNotCapture) && count > 0 {
				t.Errorf("%s: %v after %d packets, and pcapgo goes on", name, ours, count)
			}
		}
	})
	t.Logf("%d packets", packets)
}
