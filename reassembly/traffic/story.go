package traffic

import (
	"bytes"
	"cmp"
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
	lost    bool     // it is sent, and not captured
	again   bool     // it was sent before
	back    uint32   // octets of sequence space that it goes back by
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
func (s *Shape) steps(story Story) (out []step) {
	sizes := [2]int{client: cmp.Or(story.Request, s.Request), server: cmp.Or(story.Response, s.Response)}
	more := [2]*payload{newPayload("", sizes[client]), newPayload("", sizes[server])}
	sender, turns := -1, 0 // whose data came last; how often that changed
	var sent [2][]*payload // by each side
	for token := range strings.FieldsSeq(story.Flags) {
		st, kind, n := s.step(token, sizes)
		for i := range n {
			switch {
			case !strings.Contains(kind, "d"):
			case st.again:
				st.payload = sent[st.side][len(sent[st.side])-int(st.back)/sizes[st.side]]
			default:
				st.payload = more[st.side]
				if sender != int(st.side) {
					sender = int(st.side)
					size := (n - i) * sizes[st.side]
					begin := head(st.side, size)
					if story.TLS {
						begin = record(st.side, size, turns)
					}
					st.payload = newPayload(begin, sizes[st.side])
					turns++
				}
				sent[st.side] = append(sent[st.side], st.payload)
			}
			out = append(out, st)
		}
	}
	return out
}

// step reads a token of a story, and returns how often it happens.
func (s *Shape) step(token string, sizes [2]int) (st step, kind string, n int) {
	kind, times, repeated := strings.Cut(token[1:], "*")
	n = 1
	if repeated {
		n, _ = strconv.Atoi(times)
	}
	st.side = uint8(strings.IndexByte("><", token[0]))
	kind, back, again := strings.Cut(kind, "!")
	kind, st.lost = strings.CutSuffix(kind, "-")
	for _, letter := range kind {
		st.flags |= letters[letter]
	}
	if st.side > server || n < 1 || st.flags == 0 {
		panic(fmt.Sprintf("traffic: %q is no token of a story", token))
	}
	if again {
		segments, _ := strconv.Atoi(back)
		switch {
		case st.flags.Any(segment.SYN | segment.FIN):
			st.again, st.back = true, 1
		case strings.Contains(kind, "d"):
			st.again, st.back = true, uint32(segments*sizes[st.side])
		default:
			st.back = uint32(segments * sizes[1-st.side]) // of what it acknowledges
		}
	}
	return st, kind, n
}

// record is how a TLS record of size octets begins (RFC 8446 §5.1): the first of each
// side is a hello, what follows is application data.
func record(side uint8, size, turn int) string {
	n := size - 5
	if turn > 1 {
		return string([]byte{23, 3, 3, byte(n >> 8), byte(n)})
	}
	body := n - 4
	return string([]byte{22, 3, 1 + 2*side, byte(n >> 8), byte(n), 1 + side, 0, byte(body >> 8), byte(body), 3, 3})
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
