package traffic

import (
	"iter"
	"strings"
	"time"

	"finwait/reassembly/capture"
)

// Shape says what the connections of some traffic are like.
type Shape struct {
	Stories     []Story
	Connections int
	Open        int  // so many are under way at a time
	Tuples      int  // 4-tuples that the connections take in turn; 0 means one for each
	Servers     int  // servers that they go to in turn, at most some millions; 0 means one
	Scattered   bool // clients come from addresses and ports all over the place

	// Octets of payload of a segment with data, by its sender.
	Request, Response int

	Pace time.Duration // from one packet to the next, on average
	UDP  int           // so many packets of a hundred are of UDP
}

// Story is what happens on some of the connections.
type Story struct {
	Share int // of the connections, relative to the other stories'

	// Flags are the segments, written much as in the flag sequence of a record:
	// ">S <S. >. >d <d*4 >F. <F. >.". One that ends without FIN or RST leaves its
	// connection open; one that begins without SYN began before the capture. Behind
	// the kind "-" is a segment that is lost before it is captured, and "!3" one that
	// goes back by three segments of the sender of payload: "<d!3" sends the third
	// last again, ">.!3" acknowledges what comes before it.
	Flags string

	Request, Response int  // where they are not the shape's
	TLS               bool // the payload is of TLS, not of HTTP
}

// Web is much like what a busy HTTP server sees: short connections, most of which
// the server closes, some that are kept alive, few that end badly, and ports that
// come back. A connection has a good ten packets on average.
func Web(connections int) *Shape {
	return &Shape{
		Stories: []Story{
			{Share: 60, Flags: ">S <S. >. >d <. <d >. <F. >F. <."},
			{Share: 12, Flags: ">S <S. >. >d <. <d >. >F. <F. >."},
			{Share: 10, Flags: ">S <S. >. >d <d >d <d >d <d >d <d >d <d >d <d >d <d >d <d >. <F. >. >F. <."},
			{Share: 6, Flags: ">S <S. >. >d <. <d >. <F. >. >F. <."},
			{Share: 5, Flags: ">S <S. >. >d <d*4 >.*2 >F. <F. >."},
			{Share: 3, Flags: ">S <S. >. >d <. >F. <. <d >R"},
			{Share: 2, Flags: ">S <S. >. >d <. <d >R."},
			{Share: 1, Flags: ">S <R."},
			{Share: 1, Flags: ">S <S. >. >d <. <d >. <F. >."},
		},
		Connections: connections,
		Open:        64,
		Tuples:      4096,
		Request:     94,
		Response:    156,
		Pace:        10 * time.Microsecond,
	}
}

// Mix is what a router sees rather than a server: half of the packets are of a few bulk
// transfers, a tenth of the connections loses segments, a third speaks TLS, some began
// before the capture, and UDP stands beside. A connection has some 27 packets on average.
func Mix(connections int) *Shape {
	const bulk = ">S <S. >. >d <. "
	return &Shape{
		Stories: []Story{
			{Share: 3, Flags: bulk + strings.Repeat("<d*2 >. ", 1000) + ">F. <F. >.", Response: 1448},
			{Share: 1, Flags: bulk + strings.Repeat("<d*2 >. <d*3 >. <d- <d*3 >.!4*3 <d!4 >. ", 220) + ">F. <F. >.", Response: 1448},
			{Share: 250, TLS: true, Flags: ">S <S. >. >d <. <d*3 >. >d <d >. >d <d*2 >. >F. <F. >.", Request: 517, Response: 1400},
			{Share: 80, TLS: true, Flags: ">S <S. >. >d <. <d*3 >. >d <d >. >F. <. <F. >.", Request: 517, Response: 1400},
			{Share: 60, Flags: ">S <S. >. >d <. <d*3 >. <d- <d*3 >.!4*3 <d!4 >. <F. >F. <.", Response: 1448},
			{Share: 30, Flags: ">S >S!1 <S. >. >d >d!1 <. <d >. >F. >F.!1 <F. >."},
			{Share: 20, Flags: ">S <S. >. >d <. <d <d!1 <d!1 >. <F. >F. <."},
			{Share: 40, Flags: ">d <. <d >. >d <. <d >. >F. <F. >."},
			{Share: 20, Flags: "<d*2 >. <d*2 >. <d*2 >.", Response: 1448},
			{Share: 300, Flags: ">S <S. >. >d <. <d >. <F. >F. <."},
			{Share: 100, Flags: ">S <S. >. >d <d >d <d >d <d >d <d >d <d >d <d >d <d >d <d >. <F. >. >F. <."},
			{Share: 60, Flags: ">S <S. >. >d <. <d >R."},
			{Share: 40, Flags: ">S <R."},
		},
		Connections: connections,
		Open:        256,
		Tuples:      20_000,
		Request:     200,
		Response:    700,
		Pace:        10 * time.Microsecond,
		UDP:         8,
	}
}

// Packets returns the traffic on Ethernet. A packet is valid until the next.
func (s *Shape) Packets(seed uint64) iter.Seq[*capture.Packet] {
	return func(yield func(*capture.Packet) bool) {
		for m := newMaker(s, seed); m.next(); {
			if !yield(&m.packet) {
				return
			}
		}
	}
}
