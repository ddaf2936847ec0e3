package payload

import "finwait/reassembly/seqnum"

// What follows counts HTTP/1 messages. A client may send requests without waiting
// for the answers (RFC 9112 §9.3.2), so that a turn may hold several.

// messages counts the messages that begin in the octets that one side sent at seq: at
// the start of a turn, where the message before ended, as far as its head told that,
// and, while more requests than responses were seen, where a segment begins as a
// response does. What begins elsewhere is not seen.
func (k *state) messages(octets []byte, side uint8, seq seqnum.Offset) {
	at := k.next[side] - seq
	if k.due(side) && IsResponse(octets) {
		at = 0
	}
	for at >= 0 && at < seqnum.Offset(len(octets)) {
		n := k.message(octets[at:], side)
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
func (k *state) due(side uint8) bool { return k.said[1-side] > k.said[side] || k.said[1-side] == 0 }

// message counts the message that b begins with and returns its length; 0 where
// there is none, where its head does not tell, or where no other can follow.
func (k *state) message(b []byte, side uint8) seqnum.Offset {
	response := IsResponse(b)
	if !response && !IsRequest(b[:min(len(b), HeadLen)]) {
		return 0
	}
	if !response || !IsInterim(b) {
		k.said[side]++
	}
	if response && !k.due(side) {
		return 0 // the head would be read in vain
	}
	m, ok := Read(b)
	if !ok || !m.Whole {
		return 0
	}
	body, known := m.Body(MethodOther)
	if !known {
		return 0 // in chunks, or until the server closes
	}
	return seqnum.Offset(m.Head) + seqnum.Offset(body)
}
