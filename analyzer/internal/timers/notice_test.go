package timers_test

import "testing"

// A server that says close_notify on an idle connection leaves the first FIN to its client: the
// timeout is the server's all the same. Where the client says it first, it is the client's.
func TestCloseNotifyFirst(t *testing.T) {
	hello := []string{
		`0.020 A ACK data "\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" len 205`,
		`0.030 B ACK data "\x16\x03\x03\x05\x00\x02\x00\x00\x4e\x03\x03" len 1285`,
		`0.040 A ACK data "\x16\x03\x03\x00\x60" len 101`,
		`0.045 B ACK data "\x16\x03\x03\x00\x60" len 101`,
		`0.050 A ACK data "\x17\x03\x03\x00\x80" len 133`,
		`0.060 B ACK data "\x17\x03\x03\x01\x00" len 261`,
		`0.0601 A ACK`,
	}
	const alert = ` ACK data "\x15\x03\x03\x00\x1a" len 31`
	for _, c := range []struct {
		kind  string
		lines []string
	}{
		{"server-idle-timeout", []string{"3.060 B" + alert, "3.0601 A FIN,ACK", "3.070 B FIN,ACK", "3.0701 A ACK"}},
		{"server-idle-timeout", []string{"3.060 B" + alert, "3.0601 A" + alert, "3.0602 A FIN,ACK", "3.070 B FIN,ACK", "3.0701 A ACK"}},
		{"client-idle-timeout", []string{"3.050 A" + alert, "3.0501 A FIN,ACK", "3.060 B" + alert, "3.0601 B FIN,ACK", "3.0602 A ACK"}},
	} {
		timers, _ := infer(t, "", connections(t, 0.0001, append(hello[:len(hello):len(hello)], c.lines...)...))
		if len(timers) != 1 || timers[0].Kind.String() != c.kind {
			t.Errorf("%v: %+v, want one %s", c.lines, timers, c.kind)
		} else if v := timers[0].Value.Duration().Seconds(); v < 2.95 || v > 3.05 {
			t.Errorf("%v: %s of %.3f s", c.lines, c.kind, v)
		}
	}
}
