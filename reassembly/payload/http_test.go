package payload

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"finwait/reassembly/seqnum"
)

var heads = []string{
	"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
	"POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 12\r\n\r\n",
	"POST /x HTTP/1.1\r\nhost: a.example\r\nCONTENT-LENGTH:12\r\n\r\n",
	"PUT /x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: Chunked\r\n\r\n",
	"DELETE * HTTP/1.0\nHost: a.example\n\n",
	"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
	"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh:  7 \r\nX: y\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n",
	"HTTP/1.0 200 OK\r\n\r\n",
	"HTTP/1.1 204 No Content\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
	"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\n",
	"HTTP/1.1 200 OK\r\nSet-Cookie: " + strings.Repeat("x", 3000) + "\r\nContent-Length: 7\r\n\r\n",
	"GET /" + strings.Repeat("x", 3000) + " HTTP/1.1\r\nHost: a.example\r\n\r\n",
}

// dialog feeds a store with what two sides said in turn, client first, in pieces that
// cut cuts, and returns what is recognised.
func dialog(cut func(octets []byte) int, turns ...string) *Dialog {
	x := NewStore()
	var i uint32
	var frame int64
	var at [2]seqnum.Offset
	for n, text := range turns {
		for side, octets := uint8(n%2), []byte(text); len(octets) > 0; {
			piece := octets[:cut(octets)]
			octets = octets[len(piece):]
			frame++
			x.Add(&i, &Piece{
				Frame: frame, Side: side, Size: uint32(len(piece)), Octets: piece, At: 1 + at[side], Fresh: int64(len(piece)),
			})
			at[side] += seqnum.Offset(len(piece))
		}
	}
	v, d := x.Value(i), &Dialog{}
	v.Dialog(0, d)
	out := d.Clone()
	return &out
}

// whole leaves a turn in one piece.
func whole(octets []byte) int { return len(octets) }

// read returns the message that one side's text begins with.
func read(text string) Message { return dialog(whole, text).Last[Client].First() }

// What is read of a head is what net/http reads.
func TestHeadsAreReadAsNetHTTPReadsThem(t *testing.T) {
	for _, text := range heads {
		m := read(text + "rest")
		if !m.Whole() || int(m.Head) != len(text) {
			t.Errorf("%q: %+v", text, m)
			continue
		}
		r := bufio.NewReader(strings.NewReader(text))
		var length int64
		var chunked []string
		var about any
		if m.Form == Response {
			resp, err := http.ReadResponse(r, &http.Request{Method: http.MethodGet})
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			length, chunked, about = resp.ContentLength, resp.TransferEncoding, resp.StatusCode == int(m.Status)
		} else {
			req, err := http.ReadRequest(r)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			length, chunked, about = req.ContentLength, req.TransferEncoding, req.Method == m.Method.String()
		}
		body, known := m.Body(MethodGet)
		if about != true || m.Chunked != (len(chunked) == 1) || known != (length >= 0) || known && body != length {
			t.Errorf("%q: %+v with a body of %d, %v; net/http says %d %v", text, m, body, known, length, chunked)
		}
	}
}

// A head that is cut off anywhere is not whole, and what stands in its lines holds.
func TestCutHeads(t *testing.T) {
	for _, text := range heads {
		for n := range len(text) {
			if m := read(text[:n]); m.Whole() {
				t.Errorf("%q is whole", text[:n])
			}
		}
	}
	if m := read("HTTP/1.1 200 OK\r\nContent-Length: 700\r\nServ"); m.Form != Response || m.Length != 700 || m.Whole() {
		t.Errorf("%+v", m)
	}
}

func TestWhatIsNoHead(t *testing.T) {
	for _, text := range []string{
		"get / HTTP/1.1\r\n\r\n", "GET / FTP\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200\t\r\n\r\n", "HTTP/1.1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HELO a.example\r\n", "\x16\x03\x01", "GET me", "\nGET / HTTP/1.1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
	} {
		if m := read(text); m.Form == Request || m.Form == Response || m.Whole() {
			t.Errorf("%q: %+v", text, m)
		}
	}
	for _, text := range []string{"G", "GET", "GET ", "GET h", "CONNECT ", "HTTP", "HTTP/1"} {
		if d := dialog(whole, text); d.Last[Client].First().Form != Unread || len(d.Last[Client].Messages) != 1 || d.Protocol != ProtocolUnknown {
			t.Errorf("%q may yet begin a message: %+v", text, d)
		}
	}
}

// exchanges are turns, client first, of which all messages can be told.
var exchanges = [][]string{
	{heads[0], heads[6] + "0123456"},
	{heads[0] + heads[1] + "0123456789ab" + heads[0], heads[7] + "0123456" + heads[11] + heads[6] + "0123456"},
	{heads[0], "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"},
	{heads[3] + "2\r\nok\r\n0\r\n\r\n" + heads[0], heads[13] + heads[6] + "0123456" + heads[14] + "0123456"},
	{"HEAD / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\n", heads[8] + heads[6], heads[0], heads[6] + "0123456"},
	{strings.Repeat(heads[0], 40), strings.Repeat(heads[10], 40)},
	{heads[15], heads[9] + "until the server closes"},
	{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", heads[6]},
	{"QUIT\r\n", "221 bye\r\n"},
	{"a1 LOGOUT\r\n"},
	{"</stream:stream>"},
}

// However a turn is cut into pieces, the same is recognised in it.
func TestPiecesMakeNoDifference(t *testing.T) {
	for _, turns := range exchanges {
		want := dialog(whole, turns...)
		for seed := range uint64(300) {
			r := rand.New(rand.NewPCG(seed, 5))
			most := 1 + r.IntN(1<<(seed%12))
			got := dialog(func(octets []byte) int { return min(1+r.IntN(most), len(octets)) }, turns...)
			for side := range got.Last {
				got.Last[side].StartFrame, got.Last[side].EndFrame = want.Last[side].StartFrame, want.Last[side].EndFrame
			}
			if want.Protocol == HTTP2 {
				continue // its preface has to come in one piece
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%q in pieces of %d: %+v, want %+v", turns, most, got, want)
			}
		}
	}
}

// What is counted, and where the messages of a turn end.
func TestMessages(t *testing.T) {
	for i, want := range []struct {
		counts [2]uint32
		lens   []int // of the messages of the server's last turn, -1 where that is not told
	}{
		{[2]uint32{1, 1}, []int{len(heads[6]) + 7}},
		{[2]uint32{3, 3}, []int{len(heads[7]) + 7, len(heads[11]), len(heads[6]) + 7}},
		{[2]uint32{1, 1}, []int{len(exchanges[2][1])}},
		{[2]uint32{2, 2}, []int{len(heads[13]), len(heads[6]) + 7, len(heads[14]) + 7}},
		{[2]uint32{3, 3}, []int{len(heads[6]) + 7}},
		{[2]uint32{40, 40}, nil},
		{[2]uint32{1, 1}, []int{-1}},
	} {
		d := dialog(whole, exchanges[i]...)
		if d.Messages != want.counts {
			t.Errorf("%q: %d messages, want %d", exchanges[i], d.Messages, want.counts)
		}
		list := d.Last[Server].Messages
		end := int64(0)
		for n, octets := range want.lens {
			if end += int64(octets); octets < 0 {
				end = -1
			}
			if n >= len(list) {
				t.Errorf("%q: %d messages are kept", exchanges[i], len(list))
				break
			}
			if at, ok := list[n].End(MethodGet); ok != (end >= 0) || ok && at != end {
				t.Errorf("%q: message %d ends at %d, %v, want %d", exchanges[i], n, at, ok, end)
			}
		}
	}
	if list := dialog(whole, exchanges[5]...).Last[Client].Messages; len(list) != maxMessages+1 || list[maxMessages-1].Loose || !list[maxMessages].Loose {
		t.Errorf("of 40 requests %d are kept", len(list))
	}
}

// A HEAD that is answered with a length, or in chunks, has no body in its answer.
func TestAnswersToHEADHaveNoBody(t *testing.T) {
	for _, m := range []Message{{Form: Response, Status: 200, Length: 7}, {Form: Response, Status: 200, Length: -1, Chunked: true}} {
		if n, ok := m.Body(MethodHead); n != 0 || !ok {
			t.Errorf("%+v: %d, %v", m, n, ok)
		}
	}
}

// Nothing that the network carries makes the reader fail, and of what net/http takes
// as a response it never says another length.
func FuzzRead(f *testing.F) {
	for _, text := range heads {
		f.Add([]byte(text), uint8(3))
	}
	for _, turns := range exchanges {
		f.Add([]byte(turns[len(turns)-1]), uint8(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		in := dialog(func(octets []byte) int { return min(1+int(size), len(octets)) }, string(b))
		for i := range in.Last[Client].Messages {
			if m := &in.Last[Client].Messages[i]; int64(m.At)+int64(m.Head) > int64(len(b)) {
				t.Errorf("%+v in %d octets", m, len(b))
			}
		}
		m := read(string(b))
		if m.Form != Response || !m.Whole() {
			return
		}
		r, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(b))), &http.Request{Method: http.MethodGet})
		if err != nil || len(r.TransferEncoding) > 0 || r.Header.Get("Transfer-Encoding") != "" {
			return
		}
		if body, known := m.Body(MethodGet); known && r.ContentLength >= 0 && body != r.ContentLength {
			t.Errorf("%q: %d, and net/http says %d", b, body, r.ContentLength)
		}
	})
}
