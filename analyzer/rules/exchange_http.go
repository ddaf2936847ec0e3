package rules

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/seqnum"
)

// http judges the request and its answer.
func (x *exchange) http(c *conn.Conn, req, ans *payload.Turn) {
	a := readRequests(req)
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
	end := payload.EndingUnknown
	if tail := &c.Dialog.Tails[conn.Server]; tail.End == ans.At+seqnum.Offset(x.got) {
		end = tail.Ending() // else it is that of what came later
	}
	x.answer = readResponses(ans, x.got, &a, end)
	if x.answer != complete && a.n == 1 && events(ans) {
		x.answer = endless
	}
}

// events reports whether an answer is a stream of events: its length is not told,
// and to close is the only way for a client to leave it (HTML §9.2.2).
func events(ans *payload.Turn) bool {
	m := ans.First()
	return m.Form == payload.Response && m.Events && m.Length < 0
}

// httpBody judges a turn of the client that begins in the middle of a request:
// the server spoke in between. A go-ahead (100) is no answer, another status is.
// It reports whether an HTTP answer began behind the turn.
func (x *exchange) httpBody(ans *payload.Turn) bool {
	x.what = "request body"
	if !ans.Known() {
		return false
	}
	m := ans.First()
	switch {
	case m.Form != payload.Response || m.Status == 0:
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

// maxAsked bounds how many requests of one turn are told apart.
const maxAsked = 24

// asked are the requests of one turn.
type asked struct {
	methods [maxAsked]payload.Method
	n       int
	sure    bool // there are no others
	whole   bool // the last one is not cut short
}

func (a *asked) last() payload.Method { return a.methods[a.n-1] }

// add takes in a request.
func (a *asked) add(m payload.Method) {
	a.methods[a.n] = m
	a.n++
}

// readRequests returns the requests of a turn.
func readRequests(t *payload.Turn) asked {
	a := asked{whole: true}
	for i := range t.Messages {
		m := &t.Messages[i]
		if m.Form != payload.Request || m.Loose || a.n == maxAsked || !m.Whole() && a.n > 0 {
			return a
		}
		a.add(m.Method)
		end, known := m.End(m.Method)
		if !known {
			return a
		}
		if end >= t.Bytes {
			a.sure, a.whole = true, end == t.Bytes
			return a
		}
	}
	return a
}

// readResponses judges the answer to requests of which got octets had come. end is how
// they ended, if known.
func readResponses(t *payload.Turn, got int64, a *asked, end payload.Ending) answer {
	for i, k := 0, 0; i < a.n; k++ {
		if k == len(t.Messages) {
			if got <= t.Read {
				return partial // the last requests have no answer at all, or the beginning of one
			}
			return unclear
		}
		m := &t.Messages[k]
		switch {
		case m.Loose || m.Form == payload.Damaged || m.Form == payload.Request:
			return unclear
		case got < int64(m.At)+int64(m.Head), !m.Whole() && got <= t.Read:
			return partial
		case !m.Whole() && k == 0:
			return cutResponse(m, got, a, end)
		case !m.Whole() || m.Status == payload.StatusSwitchingProtocols:
			return unclear
		case m.Interim():
			continue
		}
		switch behind, known := m.End(a.methods[i]); {
		case known && got < behind:
			return partial
		case known:
		case !m.Chunked:
			return unclear // it lasts until the server closes
		case got <= t.Read:
			return partial
		default:
			return endOfChunks(end, a.sure && i == a.n-1)
		}
		i++
	}
	if !a.sure {
		return unclear
	}
	return complete
}

// cutResponse judges an answer of whose head only the start was captured, so that it is
// not known where its body begins.
func cutResponse(m *payload.Message, got int64, a *asked, end payload.Ending) answer {
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
func endOfChunks(end payload.Ending, last bool) answer {
	switch {
	case end == payload.EndingChunk && last:
		return complete
	case end == payload.EndingOther:
		return partial
	}
	return unclear // a trailer, perhaps
}
