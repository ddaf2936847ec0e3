package exchange

import (
	"strings"
	"testing"
	"time"

	"finwait/reassembly"
	"finwait/reassembly/conn"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

// of follows one connection, whose segments after the handshake are lines of a packet
// script, and hands its Exchanges and the segment with which one side closed first to f.
func of(t *testing.T, lines string, f func(s *Exchanges, closing *conn.Mark)) {
	t.Helper()
	const opening = "A 192.0.2.1:40000\nB 198.51.100.7:8080\n0.000 A SYN\n0.010 B SYN,ACK\n0.0101 A ACK\n"
	script, err := pktscript.Parse(t.Name(), []byte(opening+lines))
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		var s Exchanges
		s.Of(c)
		closing := s.Closing()
		if closing == nil {
			t.Fatal("nobody closed first")
		}
		seen = true
		f(&s, closing)
	})
	var seg segment.Segment
	d := segment.NewDecoder()
	for i, p := range script.Packets() {
		p.Number = i + 1
		if d.Decode(p.Link, p.Data, p.Length, &seg) == segment.Decoded {
			tracker.Add(p.Frame(), &seg)
		}
	}
	tracker.Flush()
	if !seen {
		t.Fatal("no connection")
	}
}

// Segments of a script.
const (
	get    = `PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"`
	answer = `PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"`
	half   = `PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"`
	post   = `PSH,ACK data "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"`
	begun  = `PSH,ACK data "GET / HTTP/1.1\r\nHos"`

	hello    = `0.011 A PSH,ACK data "\x16\x03\x01\x00\xc8" len 205` + "\n" + `0.021 B PSH,ACK data "\x16\x03\x03\x00\x64" len 105` + "\n"
	shaken   = `0.022 A PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51` + "\n" + `0.032 B PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51` + "\n"
	sealedUp = hello + shaken
	request  = `PSH,ACK data "\x17\x03\x03\x00\x70" len 117`
	reply    = `PSH,ACK data "\x17\x03\x03\x00\xf0" len 245`
	away     = `PSH,ACK data "\x17\x03\x03\x00\x22" len 39`
	alert    = `PSH,ACK data "\x15\x03\x03\x00\x1a" len 31`
)

// What had come of the last request when the client closed.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, lines string
		want        Answer
		got, late   int64
		whole       bool
	}{
		{"nothing asked", "1 A FIN,ACK\n1.01 B FIN,ACK\n", Unasked, 0, 0, true},
		{"no answer", "0.02 A " + get + "\n1 A FIN,ACK\n1.01 B ACK\n", Missing, 0, 0, true},
		{"an answer", "0.02 A " + get + "\n0.03 B " + answer + "\n1 A FIN,ACK\n1.01 B ACK\n", Complete, 40, 0, true},
		{"half of it", "0.02 A " + get + "\n0.03 B " + half + "\n1 A FIN,ACK\n1.01 B ACK\n", Partial, 40, 0, true},
		{"too late", "0.02 A " + get + "\n1 A FIN,ACK\n1.01 B " + answer + "\n1.02 A RST\n", Missing, 0, 40, true},
		{"a body that is cut short", "0.02 A " + post + "\n1 A FIN,ACK\n1.01 B ACK\n", Missing, 0, 0, false},
		{"a head that is cut short", "0.02 A " + begun + "\n1 A FIN,ACK\n1.01 B ACK\n", Missing, 0, 0, false},
		{"TLS, a hello", `0.011 A PSH,ACK data "\x16\x03\x01\x00\xc8" len 205` + "\n1 A FIN,ACK\n1.01 B ACK\n", Missing, 0, 0, true},
		{"TLS, no answer", sealedUp + "0.05 A " + request + "\n1 A FIN,ACK\n1.01 B ACK\n", Missing, 0, 0, true},
		{"TLS, an answer", sealedUp + "0.05 A " + request + "\n0.06 B " + reply + "\n1 A FIN,ACK\n1.01 B ACK\n", Unclear, 245, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			of(t, c.lines, func(s *Exchanges, closing *conn.Mark) {
				x := s.At(closing)
				if x.Answer != c.want || x.Got != c.got || x.Late != c.late || x.Whole != c.whole {
					t.Errorf("answer %d, got %d, late %d, whole %v; want %d, %d, %d, %v", x.Answer, x.Got, x.Late, x.Whole, c.want, c.got, c.late, c.whole)
				}
				if again := s.At(closing); again != x {
					t.Error("what is asked twice is worked out twice")
				}
			})
		})
	}
}

// How long nobody had sent payload before a close, and without what was said by way of
// goodbye. What crossed the close is none of it.
func TestLastPayload(t *testing.T) {
	const exchanged = "0.02 A " + get + "\n0.03 B " + answer + "\n0.031 A ACK\n"
	const sealedExchange = sealedUp + "0.05 A " + request + "\n0.06 B " + reply + "\n0.061 A ACK\n"
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	for _, c := range []struct {
		name, lines   string
		silence, idle time.Duration // with goodbyes, and without
		by, byIdle    conn.Role
	}{
		{"nothing was sent", "1 A FIN,ACK\n1.01 B FIN,ACK\n", ms(1000) - 10100*time.Microsecond, 0, conn.NoRole, conn.NoRole},
		{"an answer", exchanged + "1.03 B FIN,ACK\n1.04 A FIN,ACK\n", ms(1000), ms(1000), conn.Server, conn.Server},
		{"a word of regret", exchanged + "1.02 B PSH,ACK len 20\n1.03 B FIN,ACK\n1.04 A FIN,ACK\n", ms(10), ms(1000), conn.Server, conn.Server},
		{"more than a word", exchanged + "1.02 B PSH,ACK len 300\n1.03 B FIN,ACK\n1.04 A FIN,ACK\n", ms(10), ms(10), conn.Server, conn.Server},
		{"a word that answers", exchanged + "1.01 A PSH,ACK len 20\n1.02 B PSH,ACK len 20\n1.03 B FIN,ACK\n1.04 A FIN,ACK\n", ms(10), ms(10), conn.Server, conn.Server},
		{"the client's word", exchanged + "1.02 A PSH,ACK len 20\n1.03 B FIN,ACK\n1.04 A FIN,ACK\n", ms(10), ms(10), conn.Client, conn.Client},
		{"a request that crossed", exchanged + "1.03 B FIN,ACK\n1.031 A " + get + " ack 41\n1.04 A FIN,ACK\n", ms(1000), ms(1000), conn.Server, conn.Server},
		{"TLS, an alert", sealedExchange + "1.05 B " + alert + "\n1.06 B FIN,ACK\n1.07 A FIN,ACK\n", ms(1000), ms(1000), conn.Server, conn.Server},
		{"TLS, GOAWAY", sealedExchange + "0.1 A " + request + "\n0.11 B " + reply + "\n0.111 A " + away + "\n1.1 B " + away + "\n1.11 B FIN,ACK\n1.12 A FIN,ACK\n", ms(10), ms(999), conn.Server, conn.Client},
		{"TLS, an answer with the FIN", sealedExchange + "0.1 A " + request + "\n1.06 B FIN," + reply + "\n1.07 A FIN,ACK\n", 0, 0, conn.Server, conn.Server},
	} {
		t.Run(c.name, func(t *testing.T) {
			of(t, c.lines, func(s *Exchanges, closing *conn.Mark) {
				all, data := s.LastPayload(closing), s.LastData(closing)
				if all.By != c.by || data.By != c.byIdle {
					t.Errorf("%v sent last, without goodbyes %v; want %v, %v", all.By, data.By, c.by, c.byIdle)
				}
				if got := s.SilenceBefore(closing).Length; got != c.silence {
					t.Errorf("silence of %v, want %v", got, c.silence)
				}
				if got := closing.Time.Sub(data.At); c.byIdle != conn.NoRole && got != c.idle {
					t.Errorf("without goodbyes %v, want %v", got, c.idle)
				}
			})
		})
	}
}

// Housekeeping of a client in TLS ends no silence's cause: who sent last is not told.
func TestHousekeeping(t *testing.T) {
	of(t, sealedUp+"0.05 A "+request+"\n0.06 B "+reply+"\n0.07 A "+away+"\n1.07 A FIN,ACK\n1.08 B FIN,ACK\n", func(s *Exchanges, closing *conn.Mark) {
		if last := s.LastPayload(closing); !last.Idle || last.By != conn.Client {
			t.Errorf("%+v", last)
		}
		if silence := s.SilenceBefore(closing); silence.Last != conn.NoRole || silence.Length != time.Second {
			t.Errorf("%+v", silence)
		}
	})
}

// Whether a closer knew of an answer, and whether a request crossed its close.
func TestAnsweredAndCrossed(t *testing.T) {
	of(t, "0.02 A "+get+"\n0.03 B "+answer+"\n0.031 A ACK\n1 A FIN,ACK\n1.01 B FIN,ACK\n", func(s *Exchanges, closing *conn.Mark) {
		r := s.Request(closing.Frame)
		if r.Frame != 4 || !r.First || !r.Single || !s.Answered(r, closing) || s.Crossed(r, closing) || s.LateAfter(closing) != nil || s.Status() != 200 || !s.LooksWhole() {
			t.Errorf("%+v", r)
		}
	})
	of(t, "0.02 A "+get+"\n1 A FIN,ACK\n1.01 B "+answer+"\n1.02 A RST\n", func(s *Exchanges, closing *conn.Mark) {
		if r := s.Request(closing.Frame); s.Answered(r, closing) || s.LateAfter(closing) == nil {
			t.Error("an answer that comes when the client has closed")
		}
	})
	of(t, "1 B FIN,ACK\n1.001 A "+get+" ack 1\n1.02 A ACK\n", func(s *Exchanges, closing *conn.Mark) {
		if r := s.Request(99); !s.Crossed(r, closing) {
			t.Error("the server closed before the request came")
		}
	})
}

// What ends a conversation asks for nothing.
func TestLastWords(t *testing.T) {
	for lines, asks := range map[string]bool{
		"0.02 A " + get + "\n1 A FIN,ACK\n1.01 B ACK\n": true,
		"0.02 A PSH,ACK data \"220 ready\\r\\n\"\n0.03 B PSH,ACK data \"221 Bye\\r\\n\"\n0.04 A PSH,ACK data \"QUIT\\r\\n\"\n1 A FIN,ACK\n1.01 B ACK\n": false,
		sealedUp + "0.05 A " + request + "\n0.06 B " + reply + "\n0.07 A " + alert + "\n1 A FIN,ACK\n1.01 B ACK\n":                                      false,
	} {
		of(t, lines, func(s *Exchanges, closing *conn.Mark) {
			if got := s.Asks(conn.Client); got != asks {
				t.Errorf("%v, want %v: %s", got, asks, strings.ReplaceAll(lines, "\n", "; "))
			}
		})
	}
}
