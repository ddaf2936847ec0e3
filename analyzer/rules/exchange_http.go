package rules

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"finwait/reassembly"
	"finwait/reassembly/conn"
	"finwait/reassembly/seqnum"
)

// http reads what was captured of the request and its answer.
func (x *exchange) http(c *reassembly.Conn, req, ans *reassembly.Turn) {
	requests, sure, whole := readRequests(req.Head(), req.Bytes)
	x.whole = whole
	if len(requests) == 0 && !x.httpBody(ans) {
		return
	}
	last := &http.Request{Method: http.MethodPost}
	if len(requests) > 0 {
		last = requests[len(requests)-1]
		x.what = method(last.Method) + " request"
	} else {
		requests, sure = append(requests, last), true
	}
	if last.Method == http.MethodConnect {
		x.answer = complete // from here on it is no HTTP
		return
	}
	if x.answer != unclear || x.got == 0 {
		return
	}
	head := ans.Head()
	end, at := c.Tail(reassembly.Server)
	if at != ans.At+seqnum.Offset(x.got) {
		end = nil // of what came later
	}
	x.answer = readResponses(head[:min(len(head), int(x.got))], x.got, requests, sure, end)
	if x.answer != complete && len(requests) == 1 && events(head) {
		x.answer = endless
	}
}

// events reports whether an answer is a stream of events: its length is not told,
// and to close is the only way for a client to leave it (HTML §9.2.2).
func events(head []byte) bool {
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		r, err = http.ReadResponse(bufio.NewReader(bytes.NewReader(mended(head))), nil)
	}
	if err != nil || r.ContentLength >= 0 {
		return false
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/event-stream")
}

// httpBody judges a turn of the client that begins in the middle of a request:
// the server spoke in between. A go-ahead (100) is no answer, another status is.
// It reports whether an HTTP answer began behind the turn.
func (x *exchange) httpBody(ans *reassembly.Turn) bool {
	x.what = "request body"
	if !ans.Known() {
		return false
	}
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(ans.Head())), nil)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		r, err = http.ReadResponse(bufio.NewReader(bytes.NewReader(mended(ans.Head()))), nil)
	}
	switch {
	case err != nil:
		x.answer = unclear
		x.proto = reassembly.ProtocolUnknown // a tunnel, an upgrade
		return false
	case ans.StartFrame > x.frame:
		return true
	case r.StatusCode != http.StatusContinue:
		x.answer = complete
	}
	return false
}

// method returns m if it is one of HTTP's own: what the network carried is not
// repeated.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return m
	}
	return "HTTP"
}

// counter says how much of head a reader has not yet parsed.
type counter struct {
	head *bytes.Reader
	buf  *bufio.Reader
}

func newCounter(head []byte) counter {
	r := bytes.NewReader(head)
	return counter{r, bufio.NewReaderSize(r, conn.HeadLen)}
}

func (c counter) left() int { return c.head.Len() + c.buf.Buffered() }

// readRequests reads the requests of one turn, of which head was kept. sure says
// that there are no others, whole that the last one is not cut short.
func readRequests(head []byte, size int64) (list []*http.Request, sure, whole bool) {
	r := newCounter(head)
	for r.left() > 0 {
		req, err := http.ReadRequest(r.buf)
		if err != nil {
			if req = cutRequest(head); len(list) == 0 && req != nil {
				list = append(list, req)
			}
			return list, false, true
		}
		list = append(list, req)
		if req.ContentLength >= 0 {
			need := int64(len(head)-r.left()) + req.ContentLength
			if need >= size {
				return list, true, need == size
			}
		}
		_, err = io.Copy(io.Discard, req.Body)
		if err != nil { // the body goes on behind what was kept
			return list, false, true
		}
	}
	return list, size == int64(len(head)), true
}

// mended ends a message's head behind the last line that was kept whole, if it
// was cut; nil where not even the first line is.
func mended(head []byte) []byte {
	i := bytes.LastIndex(head, []byte("\r\n"))
	if i < 0 {
		return nil
	}
	return append(append([]byte{}, head[:i]...), "\r\n\r\n"...)
}

// cutRequest reads a request of whose head only the start was kept; nil where
// that is none.
func cutRequest(head []byte) *http.Request {
	if b := mended(head); b != nil {
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return nil
		}
		return req
	}
	word, _, ok := bytes.Cut(head, []byte(" "))
	if m := method(string(word)); ok && m == string(word) {
		return &http.Request{Method: m}
	}
	return nil
}

// cutResponse judges an answer of whose head only the start was kept, so that
// it is not known where its body begins.
func cutResponse(head []byte, got int64, req *http.Request, last bool, end []byte) answer {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(mended(head))), req)
	switch {
	case err != nil || resp.StatusCode < http.StatusOK:
	case req.Method == http.MethodHead:
	case resp.ContentLength > got:
		return partial
	case chunked(resp):
		return endOfChunks(end, last)
	}
	return unclear
}

// readResponses judges the answer to requests of which got octets had come, head
// of them kept. end is how they ended, if known.
func readResponses(head []byte, got int64, requests []*http.Request, sure bool, end []byte) answer {
	r := newCounter(head)
	all := got == int64(len(head))
	for i := 0; i < len(requests); {
		if r.left() == 0 && all {
			return partial // the last requests have no answer at all
		}
		resp, err := http.ReadResponse(r.buf, requests[i])
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF) && all:
			return partial
		case errors.Is(err, io.ErrUnexpectedEOF) && i == 0:
			return cutResponse(head, got, requests[0], sure && len(requests) == 1, end)
		case err != nil || resp.StatusCode == http.StatusSwitchingProtocols:
			return unclear
		case resp.StatusCode < http.StatusOK:
			continue
		}
		if resp.ContentLength >= 0 {
			need := int64(len(head)-r.left()) + resp.ContentLength
			switch {
			case resp.Request.Method == http.MethodHead:
			case need > got:
				return partial
			case need == got:
				if i == len(requests)-1 {
					return complete
				}
				return partial
			}
		}
		if chunked(resp) && !all {
			return endOfChunks(end, sure && i == len(requests)-1)
		}
		if resp.ContentLength < 0 && !chunked(resp) {
			return unclear // it lasts until the server closes
		}
		if _, err := io.Copy(io.Discard, resp.Body); errors.Is(err, io.ErrUnexpectedEOF) && all {
			return partial
		} else if err != nil {
			return unclear
		}
		i++
	}
	if !sure {
		return unclear
	}
	return complete
}

func chunked(r *http.Response) bool {
	return len(r.TransferEncoding) > 0 && r.TransferEncoding[0] == "chunked"
}

// endOfChunks judges a chunked answer by its end: it is complete where the last
// chunk, of length 0, came (RFC 9112 §7.1).
func endOfChunks(end []byte, last bool) answer {
	switch {
	case len(end) < 5:
		return unclear
	case bytes.HasSuffix(end, []byte("0\r\n\r\n")) && last:
		return complete
	case bytes.HasSuffix(end, []byte("\r\n\r\n")): // trailers, perhaps
		return unclear
	}
	return partial
}
