package traffic

import (
	"iter"
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
}

// Story is what happens on some of the connections.
type Story struct {
	Share int // of the connections, relative to the other stories'

	// Flags are the segments, written as in the flag sequence of a record:
	// ">S <S. >. >d <d*4 >F. <F. >.". One that ends without FIN or RST leaves its
	// connection open.
	Flags string
}

// Web is much like what a busy HTTP server sees: short connections, most of which
// the server closes, some that are kept alive, few that end badly, and ports that
// come back. A connection has a good ten packets on average.
func Web(connections int) *Shape {
	return &Shape{
		Stories: []Story{
			{60, ">S <S. >. >d <. <d >. <F. >F. <."},
			{12, ">S <S. >. >d <. <d >. >F. <F. >."},
			{10, ">S <S. >. >d <d >d <d >d <d >d <d >d <d >d <d >d <d >d <d >. <F. >. >F. <."},
			{6, ">S <S. >. >d <. <d >. <F. >. >F. <."},
			{5, ">S <S. >. >d <d*4 >.*2 >F. <F. >."},
			{3, ">S <S. >. >d <. >F. <. <d >R"},
			{2, ">S <S. >. >d <. <d >R."},
			{1, ">S <R."},
			{1, ">S <S. >. >d <. <d >. <F. >."},
		},
		Connections: connections,
		Open:        64,
		Tuples:      4096,
		Request:     94,
		Response:    156,
		Pace:        10 * time.Microsecond,
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
