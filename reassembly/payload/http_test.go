package payload

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
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
}

// What the reader says of a head is what net/http says of it.
func TestHeadsAreReadAsNetHTTPReadsThem(t *testing.T) {
	for _, text := range heads {
		m, ok := Read([]byte(text + "rest"))
		if !ok || !m.Whole || m.Head != len(text) {
			t.Errorf("%q: %+v, %v", text, m, ok)
			continue
		}
		r := bufio.NewReader(strings.NewReader(text))
		var length int64
		var chunked []string
		var about any
		if m.Response {
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
			if m, ok := Read([]byte(text[:n])); ok && m.Whole {
				t.Errorf("%q is whole", text[:n])
			}
		}
	}
	if m, ok := Read([]byte("HTTP/1.1 200 OK\r\nContent-Length: 700\r\nServ")); !ok || m.Length != 700 || m.Whole {
		t.Errorf("%+v, %v", m, ok)
	}
}

func TestWhatIsNoHead(t *testing.T) {
	for _, text := range []string{
		"", "GET", "GET ", "get / HTTP/1.1\r\n\r\n", "GET / FTP\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200\t\r\n\r\n", "HTTP/1.1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
	} {
		if m, ok := Read([]byte(text)); ok {
			t.Errorf("%q: %+v", text, m)
		}
	}
}

func TestChunks(t *testing.T) {
	for _, test := range []struct {
		body      string
		n         int
		ended, ok bool
	}{
		{"5\r\nhello\r\n0\r\n\r\nHTTP/1.1", 15, true, true},
		{"A;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", 36, true, true},
		{"5\r\nhello\r\n0\r\n", 13, false, true},
		{"5\r\nhel", 6, false, true},
		{"5\r\nhello", 8, false, true},
		{"5\r\nhelloo\r\n", 8, false, false},
		{"zz\r\n", 0, false, false},
		{"", 0, false, true},
	} {
		n, ended, ok := Chunks([]byte(test.body))
		if n != test.n || ended != test.ended || ok != test.ok {
			t.Errorf("%q: %d, %v, %v", test.body, n, ended, ok)
		}
	}
}

// Nothing that the network carries makes the reader fail, and of what net/http takes
// as a response it never says another length.
func FuzzRead(f *testing.F) {
	for _, text := range heads {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, ok := Read(b)
		if n, _, _ := Chunks(b); n > len(b) {
			t.Errorf("%d octets of %d", n, len(b))
		}
		if !ok || !m.Whole || !m.Response {
			return
		}
		if m.Head > len(b) {
			t.Fatalf("a head of %d octets in %d", m.Head, len(b))
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
