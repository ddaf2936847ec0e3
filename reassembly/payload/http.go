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

// Form says what a Message was recognised as.
type Form uint8

// The forms.
const (
	Unread   Form = iota // its first line has not come so far as to tell
	Request              // by the lines so far
	Response             // likewise
	Damaged              // a line is none of a head
)

// Message is what the head of an HTTP/1 message says (RFC 9112), as far as it came.
type Message struct {
	Length  int64  // Content-Length, -1 where it is not told; octets of all chunks where they Ended
	At      uint32 // where it begins, in octets from the start of its turn
	Head    uint32 // octets of the head, the empty line behind it included; 0 before that has come
	Status  uint16 // of a Response; 0 before it has come
	Form    Form
	Method  Method // of a Request
	Chunked bool
	Ended   bool // its last chunk has come, and the empty line behind it
	Events  bool // the content is a stream of events (HTML §9.2)
	Loose   bool // it is not known what stands before it in its turn
}

// Statuses that say something of the message itself (RFC 9110 §15).
const (
	StatusContinue           = 100
	StatusSwitchingProtocols = 101
	StatusOK                 = 200
	StatusNoContent          = 204
	StatusNotModified        = 304
	StatusRequestTimeout     = 408
	StatusGatewayTimeout     = 504
)

// Whole reports whether all of the head has come.
func (m *Message) Whole() bool { return m.Head > 0 }

// Interim reports whether m is a response before the response (RFC 9110 §15.2).
func (m *Message) Interim() bool {
	return m.Form == Response && m.Status >= StatusContinue && m.Status < StatusOK && m.Status != StatusSwitchingProtocols
}

// Body returns how many octets of body stand behind the head in answer to a request
// with method asked (RFC 9112 §6.3); ok is false where that is not known: chunks tell
// themselves, and a response without a length lasts until its sender closes.
func (m *Message) Body(asked Method) (n int64, ok bool) {
	switch {
	case m.Form == Response && (asked == MethodHead || m.Status < StatusOK || m.Status == StatusNoContent || m.Status == StatusNotModified):
		return 0, true
	case m.Chunked:
		return m.Length, m.Ended
	case m.Length >= 0:
		return m.Length, true
	}
	return 0, m.Form == Request
}

// End returns where m ends, in octets from the start of its turn, in answer to a request
// with method asked; ok is false where that is not known.
func (m *Message) End(asked Method) (at int64, ok bool) {
	n, ok := m.Body(asked)
	return int64(m.At) + int64(m.Head) + n, ok && m.Whole()
}

// version is how a response begins (RFC 9112 §4).
var version = []byte("HTTP/1.")

// isResponse reports whether b begins as an HTTP/1 response does.
func isResponse(b []byte) bool { return bytes.HasPrefix(b, version) }

// isRequest reports whether line is a request line in HTTP/1: a method of capital
// letters, a target, and the version (RFC 9112 §3). Where line is not whole its end is
// not looked at.
func isRequest(line []byte, whole bool) bool {
	space := bytes.IndexByte(line[:min(len(line), 16)], ' ')
	if space < 3 || space+1 >= len(line) || letters(line) < space {
		return false
	}
	target := line[space+1]
	if target != '/' && target != '*' && !bytes.HasPrefix(line[space+1:], []byte("http")) && !bytes.HasPrefix(line, []byte("CONNECT ")) {
		return false
	}
	return !whole || bytes.Contains(line, []byte(" HTTP/1."))
}

// letters returns how many capital letters b begins with.
func letters(b []byte) int {
	for i, c := range b {
		if c < 'A' || c > 'Z' {
			return i
		}
	}
	return len(b)
}

// mayBegin reports whether b may be the first octets of a message, too few to tell.
func mayBegin(b []byte) bool {
	if len(b) < len(version) && bytes.HasPrefix(version, b) {
		return true
	}
	n := letters(b[:min(len(b), 16)])
	if n == len(b) {
		return n < 16
	}
	return n >= 3 && b[n] == ' ' && len(b)-n <= len("http") && bytes.HasPrefix([]byte("http"), b[n+1:])
}

// first takes in the first line, or what has come of it; long means that the middle or
// the end of it is missing. It returns false where that is none of a message.
func (m *Message) first(line []byte, whole, long bool) bool {
	switch {
	case isResponse(line):
		status, ok := statusOf(line)
		if !ok && whole {
			break
		}
		m.Form, m.Status = Response, status
		return true
	case isRequest(line, whole && !long):
		m.Form = Request
		m.Method = methodOf(line[:bytes.IndexByte(line, ' ')])
		return true
	case !whole && mayBegin(line):
		return true
	}
	m.Form = Damaged
	return false
}

// statusOf reads a status line: the version, and a code of three digits.
func statusOf(line []byte) (uint16, bool) {
	const code = len("HTTP/1.1 ")
	if len(line) < code+3 || line[code-1] != ' ' || len(line) > code+3 && line[code+3] != ' ' && line[code+3] != '\r' {
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

// field takes in another line of the head. Names are the same in any case (RFC 9110 §5.1).
// It returns false where the line is none of a head.
func (m *Message) field(line []byte) bool {
	if line[0] == ' ' || line[0] == '\t' {
		return true // the line before goes on (RFC 9112 §5.2)
	}
	colon := nameLen(line)
	if colon <= 0 {
		return false
	}
	name, value := line[:colon], line[colon+1:]
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

// nameLen returns how long the name of a field is that line begins with, or -1 where no
// colon follows a name without space (RFC 9112 §5.1).
func nameLen(line []byte) int {
	for i, c := range line {
		switch {
		case c > ':': // as letters are
		case c == ':':
			return i
		case c == ' ', c == '\t':
			return -1
		}
	}
	return -1
}

// trim returns b without the space around it.
func trim(b []byte) []byte { return bytes.Trim(b, " \t") }

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

// chunkSize reads the line before a chunk: its size in hexadecimal digits, and
// extensions, which do not matter (RFC 9112 §7.1).
func chunkSize(line []byte) (n int64, ok bool) {
	line, _, _ = bytes.Cut(line, []byte(";"))
	line = trim(line)
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
