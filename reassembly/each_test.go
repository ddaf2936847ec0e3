package reassembly

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// A stream that goes on after its connection was given up is told in that order, also where
// connections are handed out some at a time: what became final comes before the segment.
func TestEachComesBehindWhatBecameFinal(t *testing.T) {
	var said []string
	final := func(c *conn.Conn) { said = append(said, fmt.Sprint("final ", c.Stream)) }
	k := newCrowd(Config{
		Idle: 10 * time.Second,
		OnBatch: func(list []*conn.Conn) {
			for _, c := range list {
				final(c)
			}
		},
		Each: func(stream uint32, _ uint8, _ frame.Frame, _ *segment.Segment) {
			said = append(said, fmt.Sprint("segment of ", stream))
		},
	}, final)
	k.say(1, 0, ack, 1, 1, "")
	k.p.Time += frame.Time(20 * time.Second)
	k.say(2, 0, ack, 1, 1, "")
	k.say(1, 0, ack, 1, 1, "")
	k.Flush()
	want := []string{"segment of 0", "segment of 1", "final 0", "segment of 0", "final 0", "final 1"}
	if !slices.Equal(said, want) {
		t.Errorf("%q, want %q", said, want)
	}
}
