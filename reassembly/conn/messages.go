package conn

import (
	"bytes"

	"finwait/reassembly/seqnum"
)

// What follows counts HTTP/1 messages. A client may send requests without waiting
// for the answers (RFC 9112 §9.3.2), so that a turn may hold several.

var (
	statusVersion = []byte("HTTP/1.") // how a response begins (RFC 9112 §4)
	headEnd       = []byte("\r\n\r\n")
	lengthField   = []byte("Content-Length:")
)

// messages counts the messages that begin in payload which one side sent at seq: at
// the start of a turn, where the message before ended, as far as its head told that,
// and, while more requests than responses were seen, where a segment begins as a
// response does. What begins elsewhere is not seen.
func (k *talk) messages(payload []byte, side uint8, seq seqnum.Offset) {
	at := k.next[side] - seq
	if k.due(side) && bytes.HasPrefix(payload, statusVersion) {
		at = 0
	}
	for at >= 0 && at < seqnum.Offset(len(payload)) {
		n := k.message(payload[at:], side)
		if n == 0 {
			k.next[side] = 0
			return
		}
		at += n
		k.next[side] = seq + at
	}
}

// due reports whether the other side asked for more than side answered, or was not
// captured.
func (k *talk) due(side uint8) bool { return k.said[1-side] > k.said[side] || k.said[1-side] == 0 }

// message counts the message that b begins with and returns its length; 0 where
// there is none, where its head does not tell, or where no other can follow.
func (k *talk) message(b []byte, side uint8) seqnum.Offset {
	response := bytes.HasPrefix(b, statusVersion)
	if !response && !isRequest(b[:min(len(b), HeadLen)]) {
		return 0
	}
	const at = len("HTTP/1.1 ") // of the status
	var status []byte
	if response && len(b) >= at+3 {
		status = b[at : at+3]
	}
	interim := len(status) > 0 && status[0] == '1' && string(status) != "101"
	if !interim {
		k.said[side]++
	}
	if response && !k.due(side) {
		return 0
	}
	end := bytes.Index(b, headEnd) + len(headEnd)
	switch {
	case end < len(headEnd):
		return 0
	case !response && end == len(b), interim, string(status) == "204", string(status) == "304":
		return seqnum.Offset(end)
	}
	body, known := contentLength(b[:end])
	if response && !known {
		return 0 // in chunks, or until the server closes
	}
	return seqnum.Offset(end) + body
}

// contentLength returns what a message's head says of the length of its body, if it does
// (RFC 9110 §8.6). Field names are the same in any case (§5.1).
func contentLength(head []byte) (n seqnum.Offset, known bool) {
	const most = 1 << 48 // longer than any connection
	for {
		i := bytes.IndexByte(head, '\n')
		if i < 0 {
			return 0, false
		}
		head = head[i+1:]
		if len(head) < len(lengthField) || head[len(lengthField)-1] != ':' || !bytes.EqualFold(head[:len(lengthField)], lengthField) {
			continue
		}
		for _, b := range bytes.TrimLeft(head[len(lengthField):], " \t") {
			if b < '0' || b > '9' || n > most {
				break
			}
			n, known = n*10+seqnum.Offset(b-'0'), true
		}
		return n, known
	}
}

// isRequest reports whether head begins as an HTTP/1 request line does: a
// method of capital letters and a target (RFC 9112 §3).
func isRequest(head []byte) bool {
	space := bytes.IndexByte(head[:min(len(head), 16)], ' ')
	if space < 3 || space+1 >= len(head) {
		return false
	}
	for _, b := range head[:space] {
		if b < 'A' || b > 'Z' {
			return false
		}
	}
	target := head[space+1]
	if target != '/' && target != '*' && !bytes.HasPrefix(head[space+1:], []byte("http")) && !bytes.HasPrefix(head, []byte("CONNECT ")) {
		return false
	}
	line, _, whole := bytes.Cut(head, []byte("\r\n"))
	return !whole || bytes.Contains(line, []byte(" HTTP/1."))
}
