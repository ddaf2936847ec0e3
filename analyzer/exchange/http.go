package exchange

import (
	"finwait/reassembly/payload"
	"finwait/reassembly/seqnum"
)

// http judges the request and its answer.
func (x *Exchange) http(a asked, d *payload.Dialog) {
	ans := &d.Last[payload.Server]
	x.Whole, x.Short = a.whole, a.short
	if a.n == 0 && !x.httpBody(ans) {
		return
	}
	if a.n > 0 {
		x.What = a.last().String() + " request"
	} else {
		a.sure = true
		a.add(payload.MethodPost)
	}
	if a.last() == payload.MethodConnect {
		x.Answer = Complete // from here on it is no HTTP
		return
	}
	if x.Answer != Unclear || x.Got == 0 {
		return
	}
	end := payload.EndingUnknown
	if tail := &d.Tails[payload.Server]; tail.End == ans.At+seqnum.Offset(x.Got) {
		end = tail.Ending() // else it is that of what came later
	}
	x.Answer = readResponses(ans, x.Got, &a, end)
	if x.Answer != Complete && a.n == 1 && events(ans) {
		x.Answer = Endless
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
func (x *Exchange) httpBody(ans *payload.Turn) bool {
	x.What = bodyOnly
	if !ans.Known() {
		return false
	}
	m := ans.First()
	switch {
	case m.Form != payload.Response || m.Status == 0:
		x.Answer = Unclear
		x.Protocol = payload.ProtocolUnknown // a tunnel, an upgrade
		return false
	case ans.StartFrame > x.Frame:
		return true
	case m.Status != payload.StatusContinue:
		x.Answer = Complete
	}
	return false
}

// maxAsked bounds how many requests of one turn are told apart.
const maxAsked = 24

// asked are the requests of one turn.
type asked struct {
	methods [maxAsked]payload.Method
	n       int
	sure    bool  // there are no others
	whole   bool  // the last one is not cut short, in its head or in its body
	short   int64 // octets of the declared length of its body that were not sent
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
			a.whole = m.Whole() || t.Bytes > t.Read // else it breaks off in its head
			return a
		}
		if end >= t.Bytes {
			a.sure, a.whole, a.short = true, end == t.Bytes, end-t.Bytes
			return a
		}
	}
	return a
}

// readResponses judges the answer to requests of which got octets had come. end is how
// they ended, if known.
func readResponses(t *payload.Turn, got int64, a *asked, end payload.Ending) Answer {
	for i, k := 0, 0; i < a.n; k++ {
		if k == len(t.Messages) {
			if got <= t.Read {
				return Partial // the last requests have no answer at all, or the beginning of one
			}
			return Unclear
		}
		m := &t.Messages[k]
		switch {
		case m.Loose || m.Form == payload.Damaged || m.Form == payload.Request:
			return Unclear
		case got < int64(m.At)+int64(m.Head), !m.Whole() && got <= t.Read:
			return Partial
		case !m.Whole() && k == 0:
			return cutResponse(m, got, a, end)
		case !m.Whole() || m.Status == payload.StatusSwitchingProtocols:
			return Unclear
		case m.Interim():
			continue
		}
		switch behind, known := m.End(a.methods[i]); {
		case known && got < behind:
			return Partial
		case known:
		case !m.Chunked:
			return Unclear // it lasts until the server closes
		case got <= t.Read:
			return Partial
		default:
			return endOfChunks(end, a.sure && i == a.n-1)
		}
		i++
	}
	if !a.sure {
		return Unclear
	}
	return Complete
}

// cutResponse judges an answer of whose head only the start was captured, so that it is
// not known where its body begins.
func cutResponse(m *payload.Message, got int64, a *asked, end payload.Ending) Answer {
	switch {
	case m.Status < payload.StatusOK || a.methods[0] == payload.MethodHead:
	case m.Chunked:
		return endOfChunks(end, a.sure && a.n == 1)
	case m.Length > got:
		return Partial
	}
	return Unclear
}

// endOfChunks judges a chunked answer by its end: it is complete where the last
// chunk, of length 0, came (RFC 9112 §7.1).
func endOfChunks(end payload.Ending, last bool) Answer {
	switch {
	case end == payload.EndingChunk && last:
		return Complete
	case end == payload.EndingOther:
		return Partial
	}
	return Unclear // a trailer, perhaps
}
