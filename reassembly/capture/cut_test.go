package capture

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"testing"
)

// cut reads the first n octets of b and checks that the end is told rightly:
// clean at the given borders, cut short everywhere else, and no capture where not
// even the file header is whole.
func cut(t *testing.T, name string, b []byte, n int, borders []int, all []got) (read int) {
	t.Helper()
	packets, _, err := readAll(t, b[:n])
	for i, p := range packets {
		if p.data != all[i].data || p.Time != all[i].Time {
			t.Errorf("%s cut at %d: packet %d = %+v", name, n, i+1, p)
		}
	}
	var re *ReadError
	switch {
	case slices.Contains(borders, n):
		if err != nil {
			t.Errorf("%s cut at %d: %v", name, n, err)
		}
	case borders != nil && n < borders[0], borders == nil && errors.Is(err, ErrNotCapture):
		if !errors.Is(err, ErrNotCapture) || errors.Is(err, ErrCutShort) || len(packets) > 0 {
			t.Errorf("%s cut at %d: %v", name, n, err)
		}
	case !errors.Is(err, ErrCutShort):
		t.Errorf("%s cut at %d: %v", name, n, err)
	case len(packets) > 0 && (!errors.As(err, &re) || re.Packet != len(packets)+1 || re.Path != "-" || re.Offset > int64(len(b)) && borders != nil):
		t.Errorf("%s cut at %d: %+v", name, n, err)
	}
	return len(packets)
}

func TestCutEverywhere(t *testing.T) {
	for name, b := range samples() {
		all, _, err := readAll(t, b)
		if err != nil {
			t.Fatal(err)
		}
		var borders []int
		if name[:6] == "pcapng" {
			borders = append(borders, 28) // between section and interface
		}
		for _, p := range all {
			borders = append(borders, int(p.Offset))
		}
		borders = append(borders, len(b))
		for n := range len(b) + 1 {
			read := cut(t, name, b, n, borders, all)
			want := 0
			for _, border := range borders {
				if border <= n && border > int(all[0].Offset) {
					want++
				}
			}
			if read != want {
				t.Errorf("%s cut at %d: %d packets, want %d", name, n, read, want)
			}
		}
	}
}

// A compressed stream that stops gives what could be undone of it, and is cut
// short even where the packets end cleanly.
func TestCutCompressed(t *testing.T) {
	plain := samples()["pcap little"]
	all, _, _ := readAll(t, plain)
	files := map[string][]byte{"bzip2": bzip2Sample(t)}
	for codec, compress := range compressors {
		files[codec] = compress(plain)
	}
	for codec, b := range files {
		for n := 10; n < len(b); n++ { // shorter, it is not recognised
			cut(t, codec, b, n, nil, all)
		}
	}
}

// Most of a long compressed capture must come out of one that is cut.
func TestCutCompressedLong(t *testing.T) {
	var records []record
	for i := range 20_000 {
		records = append(records, record{sec: uint32(i), data: noise(i, 60)})
	}
	plain := pcapBytes(orders["little"], magicMicros, 0, 1, records...)
	for codec, compress := range compressors {
		b := compress(plain)
		packets, _, err := readAll(t, b[:len(b)*9/10])
		if !errors.Is(err, ErrCutShort) || len(packets) < len(records)/2 {
			t.Errorf("%s: %d packets, %v", codec, len(packets), err)
		}
	}
}

// noise is data that does not compress.
func noise(seed, n int) string {
	b := make([]byte, n)
	x := uint64(seed)*0x9e3779b97f4a7c15 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return string(b)
}

// What stands before a zstd checksum that is wrong or cut off comes out whole,
// whatever the number of processors.
func TestZstdChecksum(t *testing.T) {
	plain := samples()["pcap little"]
	all, _, _ := readAll(t, plain)
	whole := compressors["zstd"](plain)
	wrong := bytes.Clone(whole)
	wrong[len(wrong)-1] ^= 1
	for _, procs := range []int{1, 4} {
		before := runtime.GOMAXPROCS(procs)
		for missing := 1; missing <= 4; missing++ {
			packets, _, err := readAll(t, whole[:len(whole)-missing])
			if len(packets) != len(all) || !errors.Is(err, ErrCutShort) {
				t.Errorf("%d processors, %d octets missing: %d packets, %v", procs, missing, len(packets), err)
			}
		}
		packets, _, err := readAll(t, wrong)
		if len(packets) != len(all) || err == nil || errors.Is(err, ErrCutShort) {
			t.Errorf("%d processors, wrong checksum: %d packets, %v", procs, len(packets), err)
		}
		runtime.GOMAXPROCS(before)
	}
}
