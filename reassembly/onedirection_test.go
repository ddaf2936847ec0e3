package reassembly_test

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// Of one direction nothing is exact that the other would end: of an end that was captured, what
// a segment of its peer ends; of one that was not, what its own segments end.
func TestOneDirectionIsNeverExact(t *testing.T) {
	files, err := filepath.Glob("../testdata/real/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded captures", err)
	}
	looked := 0
	for _, file := range files {
		for _, toServer := range []bool{true, false} {
			oneDirection(t, file, toServer, func(c *conn.Conn) {
				for r := range conn.Role(2) {
					stays := c.States(r)
					for i := range len(stays) - 1 {
						s := &stays[i]
						if endedBy(s.State, stays[i+1].State) == (c.Packets[r] > 0) {
							if looked++; s.Bound == conn.ExactBound {
								t.Errorf("%s: stream %d of one direction: the %s's %v, %v long, is exact", file, c.Stream, r, s.State, s.For)
							}
						}
					}
				}
			})
		}
	}
	if looked < 1000 {
		t.Errorf("%d stays: not much of a test", looked)
	}
}

// endedBy reports whether a segment of the peer ends a state before the next, where nobody
// resets.
func endedBy(s, next tcpstate.State) bool {
	switch s {
	case tcpstate.SynSent, tcpstate.SynReceived, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.LastAck:
		return next != tcpstate.Closed || s == tcpstate.LastAck
	case tcpstate.Established:
		return next == tcpstate.CloseWait
	}
	return false
}

// oneDirection calls each with the connections of a capture of which one direction is left.
func oneDirection(t *testing.T, file string, toServer bool, each func(*conn.Conn)) {
	t.Helper()
	r, err := capture.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		if c.Caveats.Has(conn.OneDirection) {
			each(c)
		}
	})
	var p capture.Packet
	var s segment.Segment
	for d := segment.NewDecoder(); ; {
		switch err := r.Next(&p); {
		case errors.Is(err, io.EOF):
			tracker.Flush()
			return
		case err != nil:
			t.Fatal(err)
		}
		const ephemeral = 30000 // the servers' ports are less
		if d.Decode(p.Link, p.Data, p.Length, &s) == segment.Decoded && (s.Dst.Port < ephemeral) == toServer {
			tracker.Add(p.Frame(), &s)
		} else {
			tracker.Advance(p.Time)
		}
	}
}
