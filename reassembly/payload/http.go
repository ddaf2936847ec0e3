package payload

import "bytes"

// Method is the method of an HTTP request (RFC 9110 §9).
type Method uint8

// The methods; MethodOther is one that HTTP itself does not define.
const (
	MethodOther Method = iota
	MethodGet
	MethodHead
	MethodPost
	MethodPut
	MethodPatch
	MethodDelete
	MethodConnect
	MethodOptions
	MethodTrace
)

var methodNames = [...]string{"HTTP", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"}

// String returns the method's name, HTTP for MethodOther: what the network carried is
// not repeated.
func (m Method) String() string { return methodNames[m] }

// methodOf finds a method by its name.
func methodOf(name []byte) Method {
	for m, known := range methodNames[1:] {
		if string(name) == known {
			return Method(m + 1)
		}
	}
	return MethodOther
}

// Message is what the head of an HTTP/1 message says (RFC 9112).
type Message struct {
	Response bool
	Whole    bool   // the head is; else what it says is only what stands in its lines so far
	Method   Method // of a request
	Status   uint16 // of a response
	Head     int    // octets, the empty line behind it included; valid iff Whole
	Length   int64  // Content-Length; -1 where it is not told
	Chunked  bool
	Events   bool // the content is a stream of events (HTML §9.2)
}

// Statuses that say something of the message itself (RFC 9110 §15).
const (
	StatusContinue           = 100
	StatusSwitchingProtocols = 101
	StatusOK                 = 200
	StatusNoContent          = 204
	StatusNotModified        = 304
	StatusRequestTimeout     = 408
)

// version is how a response begins (RFC 9112 §4).
var version = []byte("HTTP/1.")

// Interim reports whether m is a response before the response (RFC 9110 §15.2).
func (m *Message) Interim() bool {
	return m.Response && m.Status >= StatusContinue && m.Status < StatusOK && m.Status != StatusSwitchingProtocols
}

// IsInterim is Interim of the response that b begins with.
func IsInterim(b []byte) bool {
	status, ok := Status(b)
	m := Message{Response: ok, Status: status}
	return m.Interim()
}

// Body returns how many octets of body stand behind the head in answer to a request
// with method asked (RFC 9112 §6.3); ok is false where the head does not tell: chunks
// tell themselves, and a response without a length lasts until its sender closes.
func (m *Message) Body(asked Method) (n int64, ok bool) {
	switch {
	case m.Chunked:
		return 0, false
	case m.Response && (asked == MethodHead || m.Status < StatusOK || m.Status == StatusNoContent || m.Status == StatusNotModified):
		return 0, true
	case m.Length >= 0:
		return m.Length, true
	}
	return 0, !m.Response
}

// IsResponse reports whether b begins as an HTTP/1 response does.
func IsResponse(b []byte) bool { return bytes.HasPrefix(b, version) }

// IsRequest reports whether b begins as an HTTP/1 request line does: a method of
// capital letters and a target (RFC 9112 §3).
func IsRequest(b []byte) bool {
	space := bytes.IndexByte(b[:min(len(b), 16)], ' ')
	if space < 3 || space+1 >= len(b) {
		return false
	}
	for _, c := range b[:space] {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	target := b[space+1]
	if target != '/' && target != '*' && !bytes.HasPrefix(b[space+1:], []byte("http")) && !bytes.HasPrefix(b, []byte("CONNECT ")) {
		return false
	}
	line, end := cutLine(b)
	return end == 0 || bytes.Contains(line, []byte(" HTTP/1."))
}

// Read reads the head that b begins with. ok is false where b begins otherwise, or
// where a line in it is none of a head.
func Read(b []byte) (m Message, ok bool) {
	line, n := cutLine(b)
	if m.Length = -1; IsResponse(b) {
		m.Response = true
		if m.Status, ok = statusOf(line); !ok {
			return m, false
		}
	} else {
		name, _, found := bytes.Cut(line, []byte(" "))
		if !found || !IsRequest(b) {
			return m, false
		}
		m.Method = methodOf(name)
	}
	for at := n; n > 0; at += n {
		if line, n = cutLine(b[at:]); n == 0 {
			break // cut off in the middle
		}
		if len(line) == 0 {
			m.Whole, m.Head = true, at+n
			return m, true
		}
		if !m.field(line) {
			return m, false
		}
	}
	return m, true
}

// cutLine returns the line that b begins with, without its end, and how many octets it
// has with that: CR and LF, or LF alone (RFC 9112 §2.2). It has 0 where the end is missing.
func cutLine(b []byte) (line []byte, n int) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, 0
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), i + 1
}

// statusOf reads a status line: the version, and a code of three digits.
func statusOf(line []byte) (uint16, bool) {
	const code = len("HTTP/1.1 ")
	if len(line) < code+3 || line[code-1] != ' ' || len(line) > code+3 && line[code+3] != ' ' {
		return 0, false
	}
	var n uint16
	for _, c := range line[code : code+3] {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint16(c-'0')
	}
	return n, n >= 100
}

// field takes in a line of the head. Names are the same in any case (RFC 9110 §5.1).
func (m *Message) field(line []byte) bool {
	if line[0] == ' ' || line[0] == '\t' {
		return true // the line before goes on (RFC 9112 §5.2)
	}
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return false
	}
	name, value := line[:colon], line[colon+1:]
	for _, c := range name { // in place of bytes.ContainsAny: half of the time of a head
		if c == ' ' || c == '\t' {
			return false
		}
	}
	switch {
	case is(name, "Content-Length"):
		n, ok := lengthOf(trim(value))
		if !ok || m.Length >= 0 && m.Length != n {
			return false
		}
		m.Length = n
	case is(name, "Transfer-Encoding"):
		value = trim(value)
		m.Chunked = len(value) >= len("chunked") && is(value[len(value)-len("chunked"):], "chunked")
	case is(name, "Content-Type"):
		kind, _, _ := bytes.Cut(value, []byte(";"))
		m.Events = is(trim(kind), "text/event-stream")
	}
	return true
}

// trim returns b without the space around it.
func trim(b []byte) []byte { return bytes.Trim(b, " \t") }

// Status returns the status of the response that b begins with; ok is false where it
// begins otherwise.
func Status(b []byte) (status uint16, ok bool) {
	if !IsResponse(b) {
		return 0, false
	}
	line, _ := cutLine(b[:min(len(b), 64)])
	return statusOf(line)
}

// is reports whether name is word in any case.
func is(name []byte, word string) bool {
	if len(name) != len(word) {
		return false
	}
	for i, c := range name {
		if w := word[i]; c != w && (c|0x20 != w|0x20 || w|0x20 < 'a' || w|0x20 > 'z') {
			return false
		}
	}
	return true
}

// lengthOf reads a Content-Length (RFC 9110 §8.6).
func lengthOf(value []byte) (n int64, ok bool) {
	const most = 1 << 48 // longer than any connection
	for _, c := range value {
		if c < '0' || c > '9' || n > most {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(value) > 0
}

// Chunks goes through the chunks of a body (RFC 9112 §7.1) as far as b holds them. ended
// means that the last one and its empty line are there: n octets are the body. ok is
// false where what stands there is no chunk.
func Chunks(b []byte) (n int, ended, ok bool) {
	for {
		line, end := cutLine(b[n:])
		if end == 0 {
			return n, false, true
		}
		size, good := chunkSize(line)
		if !good {
			return n, false, false
		}
		if n += end; size == 0 {
			return trailer(b, n)
		}
		if size >= int64(len(b)-n) {
			return len(b), false, true
		}
		n += int(size)
		if line, end = cutLine(b[n:]); len(line) > 0 {
			return n, false, end == 0
		}
		n += end
	}
}

// trailer goes through the lines behind the last chunk to the empty one.
func trailer(b []byte, n int) (int, bool, bool) {
	for {
		line, end := cutLine(b[n:])
		if end == 0 {
			return n, false, true
		}
		if n += end; len(line) == 0 {
			return n, true, true
		}
	}
}

// chunkSize reads the line before a chunk: its size in hexadecimal digits, and
// extensions, which do not matter.
func chunkSize(line []byte) (n int64, ok bool) {
	line, _, _ = bytes.Cut(line, []byte(";"))
	line = bytes.Trim(line, " \t")
	if len(line) == 0 || len(line) > 12 {
		return 0, false
	}
	for _, c := range line {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int64(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = n<<4 | int64(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}
