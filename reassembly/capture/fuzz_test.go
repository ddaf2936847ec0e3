package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"finwait/reassembly/segment"
)

// FuzzOpen reads any octets as a capture. Whatever they are, the packets are
// within bounds, the end is an error of the promised kind, and what pcapgo
// delivered is what the guard let through.
func FuzzOpen(f *testing.F) {
	for _, b := range samples() {
		f.Add(b)
		for _, compress := range compressors {
			f.Add(compress(b))
		}
	}
	for _, o := range orders {
		n := &ng{order: o}
		n.section(option{1, []byte("c")}).iface(1, 3, option{optIfName, []byte("eth0")}, option{optTSResol, []byte{0x8a}})
		n.simple("abc", 3).obsolete(0, 0, 1, "abc", 9).statistics(0, option{optIfDropped, n.u64(1)}).block(77, []byte("x"))
		n.block(blockCustom, []byte("PEN ")).section().block(blockJournal, []byte("A=b")).iface(276, 0).packet(0, 1, "xyz", 3)
		f.Add(n.b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Open("-", bytes.NewReader(b))
		if err != nil {
			return
		}
		defer r.Close()
		var p Packet
		count, last := 0, int64(0)
		for err = r.Next(&p); err == nil; err = r.Next(&p) {
			count++
			if p.Number != count || len(p.Data) > maxCaptured || p.Length < len(p.Data) || p.Offset <= last {
				t.Fatalf("packet %d: %+v", count, p)
			}
			last = p.Offset
			if p.Link != segment.LinkNone && p.Interface >= len(r.Info().Interfaces) {
				t.Fatalf("packet %d of interface %d", count, p.Interface)
			}
			if count > 1<<20 {
				return // a bomb
			}
		}
		var re *ReadError
		if err != io.EOF && (!errors.As(err, &re) || re.Packet != count+1 || re.Offset < last) {
			t.Fatalf("error after packet %d at %d: %#v", count, last, err)
		}
		if s, ok := r.src.(*pcapngSource); ok {
			if err == io.EOF && s.g.packets != count {
				t.Fatalf("%d packets, but the guard saw %d", count, s.g.packets)
			}
			if err != io.EOF && re.Err != s.g.err {
				t.Fatalf("pcapgo found what the guard did not: %v, guard %v", err, s.g.err)
			}
		}
	})
}
