package driver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"finwait/reassembly/capture"
)

// pcapng returns the capture of a script with its packets in the blocks that block
// makes of each.
func pcapng(t *testing.T, script string, block func(*capture.Packet) []byte) []byte {
	t.Helper()
	r, err := capture.NewReader("test", bytes.NewReader(pcap(t, script)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	section := binary.LittleEndian.AppendUint32(nil, 0x1a2b3c4d)
	section = append(section, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255)
	b := ngBlock(0x0a0d0d0a, section)
	var p capture.Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		if p.Number == 1 {
			b = append(b, ngBlock(1, []byte{byte(p.Link), 0, 0, 0, 0, 0, 0, 0})...)
		}
		b = append(b, block(&p)...)
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return b
}

func ngBlock(typ uint32, body []byte) []byte {
	size := uint32(12 + (len(body)+3)&^3)
	b := binary.LittleEndian.AppendUint32(nil, typ)
	b = binary.LittleEndian.AppendUint32(b, size)
	b = append(b, body...)
	b = append(b, make([]byte, -len(body)&3)...)
	return binary.LittleEndian.AppendUint32(b, size)
}

func simplePacket(p *capture.Packet) []byte {
	return ngBlock(3, append(binary.LittleEndian.AppendUint32(nil, uint32(p.Length)), p.Data...))
}

func enhancedPacket(p *capture.Packet) []byte {
	micros := uint64(p.Time) / 1000
	b := make([]byte, 4, 64) // interface 0
	for _, v := range []uint32{uint32(micros >> 32), uint32(micros), uint32(len(p.Data)), uint32(p.Length)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return ngBlock(6, append(b, p.Data...))
}

// What Wireshark numbers as a frame, though it is no packet, is counted under a
// reason of its own, and has no time.
func TestNotPacketsAreCounted(t *testing.T) {
	file := write(t, "x", pcapng(t, graceful, func(p *capture.Packet) []byte {
		return append(ngBlock(0xbad, []byte("PEN and more")), enhancedPacket(p)...)
	}))
	for name, o := range map[string]Options{
		"all":    {},
		"window": {Window: Window{Before: Bound{set: true, offset: true, ns: 2e9}}},
	} {
		g, _, problems := runAll(t, o, file)
		f, r := &g.files[0], g.records[0]
		if f.Packets != 14 || f.Skipped["not-packet"] != 7 || f.Untimed != 0 || *f.First != r.First.Time || r.First.Frame != 2 || *r.FIN.Client.Frame != 8 || len(problems) != 0 {
			t.Errorf("%s: %+v, %+v, %v", name, f, r.FIN.Client, problems)
		}
		var frames []int
		choice := NewChoice(false)
		choice.Look(r, true)
		choice.LookFile(f)
		_, err := Extract(t.Context(), []string{file}, o, choice, func() io.Reader { return nil }, func(f *Frame) error {
			frames = append(frames, f.Number)
			return nil
		})
		if err != nil || len(frames) != int(f.TCPPackets) || frames[0] != 2 {
			t.Errorf("%s: frames %v, %v", name, frames, err)
		}
	}
}

// Packets without a time do not make one for their capture.
func TestPacketsWithoutTime(t *testing.T) {
	file := write(t, "x", pcapng(t, graceful, simplePacket))
	g, outcome, problems := runAll(t, Options{}, file)
	if f := &g.files[0]; f.Packets != 7 || f.Untimed != 7 || f.First != nil || f.Last != nil || !f.Complete {
		t.Errorf("%+v", f)
	}
	if len(problems) != 1 || !errors.Is(problems[0], ErrNoTime) || outcome.Unreadable != 0 || outcome.CutShort != 0 {
		t.Errorf("%v, %+v", problems, outcome)
	}
	file = write(t, "y", pcapng(t, graceful, func(p *capture.Packet) []byte {
		if p.Number == 1 {
			return simplePacket(p)
		}
		return enhancedPacket(p)
	}))
	g, _, _ = runAll(t, Options{}, file)
	if f := &g.files[0]; f.Untimed != 1 || f.First == nil || *f.First < 1e9 || f.Last.Sub(*f.First) > 1e10 {
		t.Errorf("%+v", f)
	}
}
