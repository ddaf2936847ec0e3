package pair

import (
	"testing"
	"time"
)

// What a lost answer costs is the network's, and what the server thinks is its own.
func TestWaits(t *testing.T) {
	const opening = `A 192.0.2.1:40000
B 198.51.100.7:443
0.000 A SYN ts 100 0
0.020 B SYN,ACK ts 900 100
0.021 A ACK ts 121 900
`
	for _, c := range []struct {
		name, script      string
		there, host, back time.Duration
	}{
		{"slow_server", `0.100 A ACK len 100 ts 200 900
0.620 B ACK len 300 ts 1490 200
0.621 A ACK ts 721 1490
2.0 end
`, 10 * time.Millisecond, 500 * time.Millisecond, 10 * time.Millisecond},
		{"answer_lost", `0.100 A ACK len 100 ts 200 900
0.220 B ACK len 300 ts 1090 200 # path lost
0.520 B ACK seq 1 len 300 ts 1390 200
0.521 A ACK ts 621 1390
2.0 end
`, 10 * time.Millisecond, 100 * time.Millisecond, 310 * time.Millisecond},
		{"request_lost", `0.100 A ACK len 100 ts 200 900 # path lost
0.400 A ACK seq 1 len 100 ts 500 900
0.520 B ACK len 300 ts 1390 500
0.521 A ACK ts 621 1390
2.0 end
`, 310 * time.Millisecond, 100 * time.Millisecond, 10 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, f := compareScript(t, c.name, opening+c.script)
			w := f.Waits
			if w == nil || w.Turns != 1 || w.ThereS == nil || w.BackS == nil {
				t.Fatalf("%+v", w)
			}
			for _, v := range []struct {
				name      string
				got, want time.Duration
			}{{"there", w.ThereS.Duration(), c.there}, {"host", w.HostS.Duration(), c.host}, {"back", w.BackS.Duration(), c.back}} {
				if d := v.got - v.want; max(d, -d) > 100*time.Microsecond {
					t.Errorf("%s: %v, want %v", v.name, v.got, v.want)
				}
			}
		})
	}
}
