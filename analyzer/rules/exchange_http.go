package rules

import (
	"bytes"

	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/seqnum"
)

// http reads what was captured of the request and its answer.
func (x *exchange) http(c *conn.Conn, req, ans *payload.Turn) {
	a := readRequests(req.Head(), req.Bytes)
	x.whole = a.whole
	if a.n == 0 && !x.httpBody(ans) {
		return
	}
	if a.n > 0 {
		x.what = a.last().String() + " request"
	} else {
		a.sure = true
		a.add(payload.MethodPost)
	}
	if a.last() == payload.MethodConnect {
		x.answer = complete // from here on it is no HTTP
		return
	}
	if x.answer != unclear || x.got == 0 {
		return
	}
	head := ans.Head()
	var end []byte
	if tail := &c.Dialog.Tails[conn.Server]; tail.End == ans.At+seqnum.Offset(x.got) {
		end = tail.Octets() // else they are of what came later
	}
	x.answer = readResponses(head[:min(len(head), int(x.got))], x.got, &a, end)
	if x.answer != complete && a.n == 1 && events(head) {
		x.answer = endless
	}
}

// events reports whether an answer is a stream of events: its length is not told,
// and to close is the only way for a client to leave it (HTML §9.2.2).
func events(head []byte) bool {
	m, ok := payload.Read(head)
	return ok && m.Response && m.Events && m.Length < 0
}

// httpBody judges a turn of the client that begins in the middle of a request:
// the server spoke in between. A go-ahead (100) is no answer, another status is.
// It reports whether an HTTP answer began behind the turn.
func (x *exchange) httpBody(ans *payload.Turn) bool {
	x.what = "request body"
	if !ans.Known() {
		return false
	}
	m, ok := payload.Read(ans.Head())
	switch {
	case !ok || !m.Response:
		x.answer = unclear
		x.proto = payload.ProtocolUnknown // a tunnel, an upgrade
		return false
	case ans.StartFrame > x.frame:
		return true
	case m.Status != payload.StatusContinue:
		x.answer = complete
	}
	return false
}

// maxAsked bounds how many requests of one turn are told apart: as many as fit into
// what is kept of it.
const maxAsked = 24

// asked are the requests of one turn.
type asked struct {
	methods [maxAsked]payload.Method
	n       int
	sure    bool // there are no others
	whole   bool // the last one is not cut short
}

func (a *asked) last() payload.Method { return a.methods[a.n-1] }

// add takes in a request; false means that there is no room.
func (a *asked) add(m payload.Method) bool {
	if a.n == maxAsked {
		return false
	}
	a.methods[a.n] = m
	a.n++
	return true
}

// readRequests reads the requests of one turn of size octets, of which head was kept.
func readRequests(head []byte, size int64) asked {
	a := asked{whole: true}
	for at := 0; at < len(head); {
		m, ok := payload.Read(head[at:])
		if !ok || m.Response || !m.Whole {
			if a.n == 0 && ok && !m.Response {
				a.add(m.Method) // the head goes on behind what was kept
			}
			return a
		}
		if !a.add(m.Method) {
			return a
		}
		at += m.Head
		if n, known := m.Body(0); known {
			if need := int64(at) + n; need >= size {
				a.sure, a.whole = true, need == size
				return a
			} else if need > int64(len(head)) {
				return a // the body goes on behind what was kept
			}
			at += int(n)
			continue
		}
		n, ended, _ := payload.Chunks(head[at:])
		if !ended {
			return a
		}
		at += n
	}
	a.sure = size == int64(len(head))
	return a
}

// readResponses judges the answer to requests of which got octets had come, head
// of them kept. end is how they ended, if known.
func readResponses(head []byte, got int64, a *asked, end []byte) answer {
	all := got == int64(len(head))
	for i, at := 0, 0; i < a.n; {
		last := i == a.n-1
		m, ok := payload.Read(head[at:])
		switch {
		case all && bytes.IndexByte(head[at:], '\n') < 0:
			return partial // the last requests have no answer at all, or the beginning of one
		case !ok || !m.Response:
			return unclear
		case !m.Whole && all:
			return partial
		case !m.Whole && i == 0:
			return cutResponse(&m, got, a, end)
		case !m.Whole || m.Status == payload.StatusSwitchingProtocols:
			return unclear
		}
		at += m.Head
		if m.Interim() {
			continue
		}
		n, known := m.Body(a.methods[i])
		switch need := int64(at) + n; {
		case m.Chunked && !all:
			return endOfChunks(end, a.sure && last)
		case m.Chunked:
			n, ended, ok := payload.Chunks(head[at:])
			if !ok {
				return unclear
			} else if !ended {
				return partial
			}
			at += n
		case !known:
			return unclear // it lasts until the server closes
		case need > got || need == got && !last && a.methods[i] != payload.MethodHead:
			return partial
		case need == got && last:
			return complete
		case need > int64(len(head)):
			return unclear // the next begins behind what was kept
		default:
			at = int(need)
		}
		i++
	}
	if !a.sure {
		return unclear
	}
	return complete
}

// cutResponse judges an answer of whose head only the start was kept, so that
// it is not known where its body begins.
func cutResponse(m *payload.Message, got int64, a *asked, end []byte) answer {
	switch {
	case m.Status < payload.StatusOK || a.methods[0] == payload.MethodHead:
	case m.Chunked:
		return endOfChunks(end, a.sure && a.n == 1)
	case m.Length > got:
		return partial
	}
	return unclear
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
