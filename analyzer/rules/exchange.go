package rules

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// answer says what had come of the answer to the last request when the client
// closed.
type answer uint8

const (
	unclear  answer = iota
	unasked         // there was no request
	missing         // not one octet
	partial         // some of it
	complete        // all of it
)

// smallRecord is the length up to which a TLS record from a client is taken for
// housekeeping: HTTP/2's acknowledgments, pings and window updates, one or two
// in a record. A request line with a host is longer.
const smallRecord = 46

// alertOnly is how much the server may send that is no more than an alert.
const alertOnly = 40

// exchange is the last request of a connection, and what had come of its answer
// at some segment of the client's: the one that closed.
type exchange struct {
	proto      reassembly.Protocol
	what       string // "GET request" or the like
	start, end capture.Time
	frame      uint32
	bytes      int64
	whole      bool // all of the request was sent, as far as its head tells
	first      bool // it is the first on its connection
	single     bool // one segment holds all of it

	answer answer
	got    int64        // octets of the answer that the client had received
	heard  capture.Time // when the last of them came, at the latest

	late      int64 // octets that it had not received when it closed
	lateStart capture.Time
	lateFrame uint32
}

// exchangeAt reads the last exchange before the client's segment closing.
func exchangeAt(c *reassembly.Conn, closing *reassembly.Mark) exchange {
	x := exchange{proto: c.Protocol(), what: "request", whole: true, answer: unasked}
	req, ans := c.Talk(reassembly.Client), c.Talk(reassembly.Server)
	if !req.Known() {
		return x
	}
	turns, _ := c.Turns(reassembly.Client)
	x.start, x.end, x.frame, x.bytes, x.first = req.Start, req.End, req.StartFrame, req.Bytes, turns == 1
	x.single = req.StartFrame == req.EndFrame
	if x.proto == reassembly.TLS {
		x.tls(c, closing)
		x.findLate(c, closing, ans)
		return x
	}
	switch {
	case ans.Known() && ans.StartFrame > req.StartFrame:
		x.got = int64(min(max(closing.Ack-ans.At, 0), seqnum.Offset(ans.Bytes)))
		x.heard = ans.End
		if ans.EndFrame > closing.Frame {
			x.heard = lastBefore(c, closing, ans.Start)
		}
		x.answer = unclear
		if x.got == 0 {
			x.answer = missing
		}
	case closing.Ack > behind(ans):
		x.answer = unclear // it had received what the capture lacks
	default:
		x.answer = missing
	}
	if x.proto == reassembly.HTTP1 {
		x.http(c, req, ans)
	}
	x.findLate(c, closing, ans)
	if x.answer == unclear && x.proto == reassembly.HTTP1 && x.late > 0 && x.got > 0 {
		x.answer = partial
	}
	return x
}

// lastBefore returns when the latest payload of the server came that the client
// had received when it closed; first is when the first did.
func lastBefore(c *reassembly.Conn, closing *reassembly.Mark, first capture.Time) capture.Time {
	for i := range c.Marks {
		m := &c.Marks[i]
		if reassembly.Role(m.Side) == reassembly.Server && m.Len > 0 && m.Seq+seqnum.Offset(m.Len) <= closing.Ack {
			first = max(first, m.Time)
		}
	}
	return first
}

// behind returns the sequence position behind a turn; behind a SYN where there
// was none.
func behind(t *reassembly.Turn) seqnum.Offset {
	if !t.Known() {
		return 1
	}
	return t.At + seqnum.Offset(t.Bytes)
}

// findLate looks for what the server sent that the client had not received when
// it closed.
func (x *exchange) findLate(c *reassembly.Conn, closing *reassembly.Mark, ans *reassembly.Turn) {
	if !ans.Known() || ans.StartFrame < x.frame {
		return
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if reassembly.Role(m.Side) != reassembly.Server || m.Len == 0 || m.Has(segment.RST) ||
			m.Bits&(reassembly.Probe|reassembly.Duplicate) != 0 || m.Seq+seqnum.Offset(m.Len) <= closing.Ack || m.Frame < x.frame {
			continue
		}
		if x.lateFrame == 0 {
			x.lateStart, x.lateFrame = m.Time, m.Frame
		}
	}
	if x.lateFrame != 0 {
		x.late = int64(max(behind(ans)-max(closing.Ack, ans.At), 0))
	}
	if x.proto == reassembly.TLS && x.late <= alertOnly { // close_notify answers the FIN, not the request
		x.late, x.lateFrame = 0, 0
	}
}

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
	return counter{r, bufio.NewReader(r)}
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

// tls finds the last request in a conversation of which only the records show.
func (x *exchange) tls(c *reassembly.Conn, closing *reassembly.Mark) {
	bursts := c.Bursts()
	x.answer, x.what = unclear, "TLS request"
	if all, _ := c.Turns(reassembly.Server); all == 0 {
		x.answer, x.what = missing, "TLS ClientHello"
		return
	}
	for i := len(bursts) - 1; i >= 0; i-- {
		b := &bursts[i]
		if b.By != reassembly.Client || b.Kind != reassembly.DataRecord || b.Largest <= smallRecord || b.StartFrame > closing.Frame {
			continue
		}
		x.start, x.end, x.frame, x.bytes = b.Start, b.End, b.StartFrame, b.Bytes
		x.answer = missing
		for _, a := range bursts[i+1:] {
			if a.By == reassembly.Server && a.Kind != reassembly.AlertRecord && a.Kind != reassembly.TicketRecord && !x.unseen(c, &a, closing) {
				x.answer = unclear
				x.got += a.Bytes
			}
		}
		return
	}
	x.answer = unasked
}

// unseen reports whether the client had received nothing of a burst when it
// closed.
func (x *exchange) unseen(c *reassembly.Conn, a *reassembly.Burst, closing *reassembly.Mark) bool {
	if a.StartFrame > closing.Frame {
		return true
	}
	m := c.MarkOf(a.StartFrame)
	return m != nil && m.Seq >= closing.Ack
}

// ticketsOnly reports whether all that the server sent after the request may have
// been session tickets.
func ticketsOnly(c *reassembly.Conn, from uint32) bool {
	for _, b := range c.Bursts() {
		if b.Kind == reassembly.TicketRecord && b.StartFrame > from {
			return true
		}
	}
	return false
}

// waited returns how long the client waited between its request and closing.
func (x *exchange) waited(closing *reassembly.Mark) time.Duration {
	return max(closing.Time.Sub(x.end), 0)
}
