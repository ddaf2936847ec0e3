package cli

import (
	"bytes"
	"testing"
	"time"
	"unicode/utf8"
)

func TestBarFitsItsLine(t *testing.T) {
	began := time.Unix(1000, 0)
	for _, c := range []struct {
		n, total int64
		after    time.Duration
		want     string
	}{
		{0, 1000, 0, "name   0% [          ] 0 B/0.98 KiB"},
		{999, 1000, time.Second, "name  99% [█████████ ] 999 B/0.98 KiB, 999 B/s, 0:00"},
		{1 << 29, 1 << 30, 4 * time.Second, "name  50% [█████     ] 512 MiB/1.00 GiB, 128 MiB/s, 0:04"},
		{1, 1 << 40, time.Second, "name   0% [          ] 1 B/1.00 TiB, 1 B/s, days"},
		{999 << 20, 999 << 30, 10 * time.Second, "name   0% [          ] 999 MiB/999 GiB, 99.9 MiB/s, 2:50:30"},
		{99 << 30, 100 << 30, 4000 * time.Second, "name  99% [█████████ ] 99.0 GiB/100 GiB, 25.3 MiB/s, 0:40"},
	} {
		var out bytes.Buffer
		b := &progressBar{to: &out, total: c.total, began: began}
		b.draw("name", c.n, began.Add(c.after))
		if got := out.String(); got != wipe+c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if n := progressName - len("name") + utf8.RuneCountInString(c.want); n > progressWidth {
			t.Errorf("%q takes %d columns with a longer name", c.want, n)
		}
	}
}
