package exchange

import (
	"testing"

	"finwait/reassembly/payload"
	"finwait/reassembly/seqnum"
)

// dialog returns the dialog of a request and its answer, in segments of so many octets.
func dialog(size int, request, answer string) *payload.Dialog {
	x, d := payload.NewStore(), new(payload.Dialog)
	var i uint32
	var frame int64
	for side, text := range []string{request, answer} {
		for at := 0; at < len(text); at += size {
			octets := []byte(text[at:min(at+size, len(text))])
			frame++
			x.Add(&i, &payload.Piece{
				Frame: frame, Side: uint8(side), Size: uint32(len(octets)), Octets: octets, At: 1 + seqnum.Offset(at), Fresh: int64(len(octets)),
			})
		}
	}
	v := x.Value(i)
	v.Dialog(0, d)
	return d
}

// Wherever a client stops to receive, it is known whether it had its whole answer.
func TestHowWholeAnAnswerIs(t *testing.T) {
	const get, head, ok = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
	const chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	for _, test := range []struct {
		name, request, answer string
		last                  Answer // of all of it; of less it is Partial
	}{
		{"length", get, ok, Complete},
		{"chunks", get, chunks, Complete},
		{"trailer", get, chunks[:len(chunks)-2] + "a: b\r\n\r\n", Complete},
		{"head cut off", get, ok[:30], Partial},
		{"HEAD", head, chunks[:len(chunks)-len("3\r\nabc\r\n0\r\n\r\n")], Complete},
		{"go-ahead", get, "HTTP/1.1 100 Continue\r\n\r\n" + ok, Complete},
		{"three at a time", get + get + get, ok + chunks + ok, Complete},
		{"two of three", get + get + get, ok + chunks, Partial},
	} {
		for _, size := range []int{1, 7, 1400} {
			d := dialog(size, test.request, test.answer)
			a := readRequests(&d.Last[payload.Client])
			for got := int64(1); got <= int64(len(test.answer)); got++ {
				want := Partial
				if got == int64(len(test.answer)) {
					want = test.last
				}
				if x := readResponses(&d.Last[payload.Server], got, &a, payload.EndingUnknown); x != want {
					t.Errorf("%s in segments of %d: %d of %d octets are answer %d, want %d", test.name, size, got, len(test.answer), x, want)
				}
			}
		}
	}
	d := dialog(1400, get, "HTTP/1.1 200 OK\r\n\r\nuntil the server closes")
	a := readRequests(&d.Last[payload.Client])
	if x := readResponses(&d.Last[payload.Server], 40, &a, payload.EndingUnknown); x != Unclear {
		t.Errorf("an answer without a length is %d", x)
	}
}
