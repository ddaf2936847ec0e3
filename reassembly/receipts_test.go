package reassembly_test

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/truth"
)

// receipts answers with what a test makes up, by end and frame.
type receipts map[conn.Role]map[int64]conn.Receipt

func (l receipts) Receipt(r conn.Role, frame int64) conn.Receipt { return l[r][frame] }

// opened is a connection of which the client's capture has the handshake.
const opened = `A 192.0.2.1:40000
B 198.51.100.7:80
0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
`

// What a second observer knows decides where the log of one capture has to guess; where it
// says nothing the log tells as before.
func TestReceipts(t *testing.T) {
	for _, test := range []struct {
		name, script string
		known        receipts // times are since the first segment
		alone, both  string   // how it closed, and the states of both ends
	}{
		{
			name:   "an observer that knows nothing changes nothing",
			script: "1.000 A FIN,ACK\n1.010 B FIN,ACK\n1.011 A ACK\n9.000 end",
			alone:  "graceful [SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED]",
			both:   "graceful [SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED]",
		},
		{
			name:   "the last ACK was lost, and its loss came too late to be seen",
			script: "1.000 A FIN,ACK\n1.010 B FIN,ACK\n1.011 A ACK\n1.100 end",
			known:  receipts{conn.Server: {6: {Fate: conn.Lost}}},
			alone:  "graceful [SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED]",
			both:   "graceful [SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK]",
		},
		{
			name:   "two ACKs of a FIN were lost, and the third came shortly before the end",
			script: "1.000 A FIN,ACK\n1.010 B ACK\n1.200 A FIN,ACK seq 1\n1.210 B ACK\n1.600 A FIN,ACK seq 1\n1.610 B ACK\n1.700 end",
			known: receipts{conn.Client: {
				5: {Fate: conn.Lost}, 7: {Fate: conn.Lost}, 9: {Fate: conn.WasThere, At: frame.Time(1610 * time.Millisecond)},
			}},
			alone: "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT]",
			both:  "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT]",
		},
		{
			name:   "an RST that did not arrive ends its sender alone",
			script: "1.000 A RST,ACK\n9.000 end",
			known:  receipts{conn.Server: {4: {Fate: conn.Lost}}},
			alone:  "reset [SYN-SENT ESTABLISHED CLOSED] [SYN-RECEIVED ESTABLISHED CLOSED]",
			both:   "open [SYN-SENT ESTABLISHED CLOSED] [SYN-RECEIVED ESTABLISHED]",
		},
		{
			name:   "of two segments the first did not arrive, so that it is the second that was reset",
			script: "1.000 A ACK len 10\n1.001 A ACK len 10\n1.010 B RST seq 1\n9.000 end",
			known:  receipts{conn.Server: {4: {Fate: conn.Lost}}},
			alone:  "reset [SYN-SENT ESTABLISHED CLOSED] [SYN-RECEIVED ESTABLISHED CLOSED] reset for frame 4",
			both:   "reset [SYN-SENT ESTABLISHED CLOSED] [SYN-RECEIVED ESTABLISHED CLOSED] reset for frame 5",
		},
		{
			name:   "a FIN that nobody acknowledged arrived",
			script: "1.000 A FIN,ACK\n1.200 A FIN,ACK seq 1\n1.600 A FIN,ACK seq 1\n9.000 end",
			known:  receipts{conn.Server: {4: {Fate: conn.Lost}, 5: {Fate: conn.WasThere, At: frame.Time(1300 * time.Millisecond)}}},
			alone:  "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1] [SYN-RECEIVED ESTABLISHED]",
			both:   "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT]",
		},
		{
			name:   "a FIN that was sent once was lost, so that nobody acknowledged it",
			script: "1.000 A FIN,ACK\n9.000 end",
			known:  receipts{conn.Server: {4: {Fate: conn.Lost}}},
			alone:  "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2] [SYN-RECEIVED ESTABLISHED]",
			both:   "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1] [SYN-RECEIVED ESTABLISHED]",
		},
		{
			name:   "a FIN that was repeated shortly after its ACK had come, or before",
			script: "1.000 A FIN,ACK\n1.010 B ACK\n1.011 A FIN,ACK seq 1\n9.000 end",
			known:  receipts{conn.Client: {5: {Fate: conn.WasThere, At: frame.Time(1010 * time.Millisecond)}, 6: {Fate: conn.WasThere, At: frame.Time(1011 * time.Millisecond)}}},
			alone:  "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT]",
			both:   "half-closed [SYN-SENT ESTABLISHED FIN-WAIT-1] [SYN-RECEIVED ESTABLISHED CLOSE-WAIT]",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := packets(t, opened+test.script)
			for _, ends := range test.known {
				for n, k := range ends {
					k.At += list[0].Time
					ends[n] = k
				}
			}
			told := func(c *conn.Conn) string {
				names := [2][]string{{}, {}}
				for r := range conn.Role(2) {
					for _, s := range c.States(r) {
						names[r] = append(names[r], s.State.String())
					}
				}
				text := fmt.Sprint(c.Close, " ", names[0], " ", names[1])
				if c.RST.ReplyTo != 0 {
					text += fmt.Sprint(" reset for frame ", c.RST.ReplyTo)
				}
				return text
			}
			tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
				if got := told(c); got != test.alone {
					t.Errorf("one capture tells %s, want %s", got, test.alone)
				}
				c.Weigh(test.known)
				if got := told(c); got != test.both {
					t.Errorf("with receipts %s, want %s", got, test.both)
				}
				for r, ends := range test.known {
					for n, k := range ends {
						for _, s := range c.States(r) {
							if k.Fate == conn.WasThere && s.Frame == n && s.Since != k.At {
								t.Errorf("%v of the %s since %v, and frame %d was there at %v", s.State, r, s.Since, n, k.At)
							}
						}
					}
				}
				c.Weigh(receipts{})
				if got := told(c); got != test.alone {
					t.Errorf("one capture tells %s again, want %s", got, test.alone)
				}
			})
			var d segment.Decoder
			var s segment.Segment
			for i := range list {
				if d.Decode(list[i].Link, list[i].Data, list[i].Length, &s) == segment.Decoded {
					tracker.Add(list[i].Frame(), &s)
				} else {
					tracker.Advance(list[i].Time)
				}
			}
			tracker.Flush()
		})
	}
}

// packet is what tells a segment from others of a recording.
type packet struct {
	from, to         segment.Endpoint
	seq, ack, length uint32
	val              uint32 // of the timestamp option
	id               uint16
	flags            segment.Flags
}

// host is the capture of one host of a recording: the packets by frame, and when each was
// there.
type host struct {
	frames []packet
	times  []frame.Time
	there  map[packet][]frame.Time
}

func hostOf(t *testing.T, path string) *host {
	t.Helper()
	r, err := capture.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := &host{there: map[packet][]frame.Time{}}
	var d segment.Decoder
	var p capture.Packet
	var s segment.Segment
	for {
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			return h
		} else if err != nil {
			t.Fatal(err)
		}
		var k packet
		if d.Decode(p.Link, p.Data, p.Length, &s) == segment.Decoded {
			k = packet{s.Src, s.Dst, uint32(s.Seq), uint32(s.Ack), s.PayloadLen, s.Options.TSVal, s.IPID, s.Flags}
			h.there[k] = append(h.there[k], p.Time)
		}
		h.frames, h.times = append(h.frames, k), append(h.times, p.Time)
	}
}

// secondCapture answers for the far end of connections of the capture near.
type secondCapture struct {
	near, far *host
	end       conn.Role // whose capture far is
}

func (o *secondCapture) Receipt(r conn.Role, frame int64) conn.Receipt {
	if r != o.end {
		return conn.Receipt{}
	}
	near := o.near.times[frame-1]
	const longest = int64(time.Second) // on the way, in any of the recordings
	for _, at := range o.far.there[o.near.frames[frame-1]] {
		if off := int64(at - near); max(off, -off) < longest {
			return conn.Receipt{Fate: conn.WasThere, At: at}
		}
	}
	return conn.Receipt{Fate: conn.Lost}
}

// The states of the far end follow from one host's capture as its own kernel had them, also where
// the path is long or loses segments, when the other host's capture says what came and when.
func TestTheOtherCaptureTellsWhatTheFarEndTookIn(t *testing.T) {
	files, err := truth.Files("../testdata")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded captures", err)
	}
	var alone, both, all int
	for _, file := range files {
		k, err := truth.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for far := range conn.Role(2) {
			one, two := bySecond(t, k, filepath.Dir(file), far)
			for cell, s := range one {
				alone, both, all = alone+s.agree, both+two[cell].agree, all+s.total
				if worse := s.agree - two[cell].agree; worse > s.total/100 {
					t.Errorf("%s, %s: of %d ms the kernel agreed with %d, and with both captures with %d", k.Scenario, cell, s.total, s.agree, two[cell].agree)
				}
			}
		}
	}
	t.Logf("of %d ms the far end's kernel agrees with %d by one capture, with %d by both", all, alone, both)
	if all < 100_000 || (all-both)*2 > all-alone {
		t.Errorf("of %d ms one capture has %d otherwise, and both have %d", all, all-alone, all-both)
	}
}

// bySecond compares what its kernel said of the far end with its states by the near end's
// capture alone and by both.
func bySecond(t *testing.T, k *truth.Truth, dir string, far conn.Role) (one, two map[string]*share) {
	t.Helper()
	vantage, side := far.Peer().String(), far.String()
	path := filepath.Join(dir, k.Captures[vantage].File)
	other := &secondCapture{hostOf(t, path), hostOf(t, filepath.Join(dir, k.Captures[side].File)), far}
	whole := func(*segment.Segment) bool { return true }
	alone, until := derived(t, path, whole)
	both, _ := weighed(t, path, whole, func(c *conn.Conn) { c.Weigh(other) })
	one, two = map[string]*share{}, map[string]*share{}
	for _, c := range k.Connections {
		name, kernel := c.Client+" "+c.Server, c.States[side]
		if alone[name] == nil || len(alone[name][far]) == 0 || len(kernel) == 0 {
			continue
		}
		kernel = from(kernel, alone[name][far][0].since)
		end := min(k.Poll[side].End, until)
		compare(k.Scenario, vantage, side, kernel, alone[name][far], 0, end, one)
		compare(k.Scenario, vantage, side, kernel, both[name][far], 0, end, two)
	}
	return one, two
}
