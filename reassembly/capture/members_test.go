package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
)

// membersPlain is a capture of twelve packets, and where it is cut into three members:
// within records but for the first.
func membersPlain() (plain []byte, cuts [3]int) {
	var records []record
	for i := range 12 {
		records = append(records, record{sec: uint32(i), data: noise(i, 20+i)})
	}
	return pcapBytes(orders["little"], magicMicros, 0, 1, records...), [3]int{0, 150, 330}
}

// members returns membersPlain in three members of each compression, and where the
// second and the third begin.
func members(t *testing.T) map[string]membersFile {
	t.Helper()
	plain, cuts := membersPlain()
	files := map[string]membersFile{}
	for codec, compress := range compressors {
		a, b, c := compress(plain[:cuts[1]]), compress(plain[cuts[1]:cuts[2]]), compress(plain[cuts[2]:])
		files[codec] = membersFile{slices.Concat(a, b, c), [2]int{len(a), len(a) + len(b)}}
	}
	b, err := os.ReadFile("testdata/members.pcap.bz2")
	if err != nil {
		t.Fatal(err)
	}
	second := bytes.Index(b[1:], b[:4]) + 1
	files["bzip2"] = membersFile{b, [2]int{second, bytes.LastIndex(b, b[:4])}}
	return files
}

type membersFile struct {
	b      []byte
	starts [2]int
}

// member tells which member the octet at lies in, from 0.
func (f membersFile) member(at int) int {
	switch {
	case at < f.starts[0]:
		return 0
	case at < f.starts[1]:
		return 1
	}
	return 2
}

// undo decompresses b.
func undo(b []byte) ([]byte, error) {
	br, _, stop, err := decompress(bytes.NewReader(b))
	defer stop()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(br)
}

// Whichever octet of a compressed file is damaged, nothing is lost in silence: where not
// all comes out as it was, the file is damaged, and what the members before hold is kept.
// Few are taken for cut short: those in which a length says more than the file has.
func TestDamagedMembers(t *testing.T) {
	plain, cuts := membersPlain()
	for codec, f := range members(t) {
		if b, err := undo(f.b); err != nil || !bytes.Equal(b, plain) {
			t.Fatalf("%s: %d octets, %v", codec, len(b), err)
		}
		cut := 0
		for i := sniffLen; i < len(f.b); i++ {
			for _, flip := range [...]byte{1 << (i % 8), 0xff} {
				spoilt := bytes.Clone(f.b)
				spoilt[i] ^= flip
				b, err := undo(spoilt)
				if n := cuts[f.member(i)]; len(b) < n || !bytes.Equal(b[:n], plain[:n]) {
					t.Errorf("%s ^%#x at %d: %d octets of the members before", codec, flip, i, len(b))
				}
				if err == nil && !bytes.Equal(b, plain) {
					t.Errorf("%s ^%#x at %d: %d of %d octets in silence", codec, flip, i, len(b), len(plain))
				}
				if errors.Is(err, ErrCutShort) {
					cut++
				}
			}
		}
		if cut > len(f.b)/20 {
			t.Errorf("%s: %d kinds of damage are taken for a cut", codec, cut)
		}
	}
}

// Only zeros may follow the last member.
func TestBehindTheLastMember(t *testing.T) {
	for codec, f := range members(t) {
		for _, behind := range []string{"\x00\x00\x00\x00", string(make([]byte, 512)), string(make([]byte, 1<<20))} {
			if packets, _, err := readAll(t, append(bytes.Clone(f.b), behind...)); err != nil || len(packets) != 12 {
				t.Errorf("%s, %d zeros behind it: %d packets, %v", codec, len(behind), len(packets), err)
			}
		}
		for _, behind := range []string{"\x1e", "junk", "\x1f\x8a\x08\x00", "BZ0", string(make([]byte, 1<<20)) + "\x01"} {
			packets, _, err := readAll(t, append(bytes.Clone(f.b), behind...))
			if err == nil || errors.Is(err, ErrCutShort) || len(packets) != 12 {
				t.Errorf("%s, %d octets behind it: %d packets, %v", codec, len(behind), len(packets), err)
			}
		}
	}
}

// A file that stops within any of its members is cut short.
func TestCutMembers(t *testing.T) {
	plain, cuts := membersPlain()
	for codec, f := range members(t) {
		for n := sniffLen; n < len(f.b); n++ {
			b, err := undo(f.b[:n])
			if whole := n == f.starts[0] || n == f.starts[1]; whole != (err == nil) || !whole && !errors.Is(err, ErrCutShort) {
				t.Errorf("%s cut at %d of %d: %v", codec, n, len(f.b), err)
			}
			if least := cuts[f.member(n)]; len(b) < least || !bytes.HasPrefix(plain, b) {
				t.Errorf("%s cut at %d of %d: %d octets", codec, n, len(f.b), len(b))
			}
		}
	}
}
