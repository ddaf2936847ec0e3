package traffic

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"finwait/reassembly/segment"
)

const (
	client = 0
	server = 1
)

// step is one segment of a story.
type step struct {
	side    uint8
	flags   segment.Flags
	payload *payload // nil where there is none
}

func (s *step) length() int {
	if s.payload == nil {
		return 0
	}
	return len(s.payload.data)
}

// payload is what a segment carries.
type payload struct {
	data []byte
	sum  uint32 // as checksums add it up
}

var letters = map[rune]segment.Flags{
	'F': segment.FIN, 'S': segment.SYN, 'R': segment.RST, '.': segment.ACK, 'd': segment.ACK | segment.PSH,
}

// steps reads the flags of a story. It panics where they are wrong: shapes are
// part of the program.
func (s *Shape) steps(flags string) (out []step) {
	sizes := [2]int{client: s.Request, server: s.Response}
	more := [2]*payload{newPayload("", sizes[client]), newPayload("", sizes[server])}
	speaker := -1 // whose data came last
	for token := range strings.FieldsSeq(flags) {
		kind, times, repeated := strings.Cut(token[1:], "*")
		n := 1
		if repeated {
			n, _ = strconv.Atoi(times)
		}
		st := step{side: uint8(strings.IndexByte("><", token[0]))}
		for _, letter := range kind {
			st.flags |= letters[letter]
		}
		if st.side > server || n < 1 || st.flags == 0 {
			panic(fmt.Sprintf("traffic: %q is no token of a story", token))
		}
		for i := range n {
			if strings.Contains(kind, "d") {
				st.payload = more[st.side]
				if speaker != int(st.side) {
					speaker = int(st.side)
					st.payload = newPayload(head(st.side, (n-i)*sizes[st.side]), sizes[st.side])
				}
			}
			out = append(out, st)
		}
	}
	return out
}

// head is how an HTTP message of size octets begins; of a request it is all.
func head(side uint8, size int) string {
	if side == client {
		const request = "GET / HTTP/1.1\r\nHost: www.example\r\nUser-Agent: %s\r\n\r\n"
		return fmt.Sprintf(request, strings.Repeat("x", max(1, size-len(request)+len("%s"))))
	}
	const response = "HTTP/1.1 200 OK\r\nContent-Length: %9d\r\n\r\n"
	return fmt.Sprintf(response, size-len(fmt.Sprintf(response, 0)))
}

// newPayload fills what begins with head up to size octets.
func newPayload(head string, size int) *payload {
	data := bytes.Repeat([]byte{'x'}, size)
	copy(data, head)
	return &payload{data, sum(0, data)}
}
