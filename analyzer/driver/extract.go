package driver

import (
	"context"
	"io"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
	"finwait/reassembly/stream"
)

// Frame is one packet of a chosen connection.
type Frame struct {
	capture.Packet     // its Number is the one that records know it by
	File           int // index into the files
	Skip           segment.Skip
	Segment        *segment.Segment // valid iff Skip is Decoded or ICMPError, and until the next frame

	// Part says that the packet holds a fragment of a datagram of which all came;
	// Total is then the length of that datagram's payload, in octets.
	Part  bool
	Total int

	// Clock says that the frame stands for packets that are not wanted, the latest
	// of which bore its time: what follows lies before that. It has no octets.
	Clock bool

	// Interfaces are those of its capture, as far as they are known so far. They
	// are not to be written to.
	Interfaces []capture.Interface
}

// Observed is what is known of captures once they have been read.
type Observed struct {
	Interfaces [][]capture.Interface // by file
	Until      capture.Time          // of the last packet that was looked at, whatever it was
}

// Extract reads captures once more, after a Run with the same Options, and hands
// out the frames of the connections that were chosen in it, in order: what
// Wireshark numbers as their streams, ICMP errors about them among it, and the IP
// fragments of both. It goes no further than the Run did. Captures that are not joined come in time order all the same.
// Problems with the input are not told again; where one holds less than it did, or is another,
// the error is a *ChangedError.
//
// Where a capture holds fragments all are read twice: to which connection a
// fragment belongs is known only when the last has come.
//
// again returns what the file "-" stands for, from its beginning.
func Extract(ctx context.Context, files []string, o Options, c *Choice, again func() io.Reader, each func(*Frame) error) (*Observed, error) {
	x := &extraction{files: files, options: &o, choice: c, again: again, parts: make([]map[int64]int, len(files))}
	if c.fragments {
		if _, err := x.pass(ctx, x.collect); err != nil {
			return nil, err
		}
	}
	return x.pass(ctx, func(lane int, n *numbering, f *Frame, chosen bool) error {
		if f.Clock {
			return each(f)
		}
		if f.Total, f.Part = x.parts[lane][int64(f.Number)]; f.Part || chosen {
			return each(f)
		}
		return nil
	})
}

// extraction reads captures for the frames of some connections.
type extraction struct {
	files   []string
	options *Options
	choice  *Choice
	again   func() io.Reader
	parts   []map[int64]int // by lane: the frames of fragments, with the length of their datagram
}

// collect remembers the frames of fragments.
func (x *extraction) collect(lane int, n *numbering, f *Frame, chosen bool) error {
	if !chosen || f.Clock {
		return nil
	}
	frames, total := n.decoder.Parts()
	if len(frames) < 2 {
		return nil
	}
	if x.parts[lane] == nil {
		x.parts[lane] = map[int64]int{}
	}
	for _, frame := range frames {
		x.parts[lane][frame] = total
	}
	return nil
}

// pass reads all packets in order and calls each with them. Captures that are not
// joined have a lane each.
func (x *extraction) pass(ctx context.Context, each func(lane int, n *numbering, f *Frame, chosen bool) error) (*Observed, error) {
	merged := openMerge(&opener{ctx: ctx, stdin: x.again(), meter: x.options.Meter}, x.files)
	defer merged.close()
	lanes := make([]*numbering, len(x.files))
	var s segment.Segment
	var until, told capture.Time // the latest timestamps of all, and of those that were handed out
	f := Frame{Segment: &s}
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		in := merged.next(&f.Packet)
		if in == nil {
			break
		}
		f.File, f.Interfaces = merged.last.index, in.interfaces()
		if !x.choice.looked(f.File, in.packets) { // the Run was interrupted before, or the file grew
			in.close()
			continue
		}
		lane := 0
		if !x.options.Join {
			lane, f.Number = f.File, int(in.packets)
		}
		if lanes[lane] == nil {
			lanes[lane] = newNumbering(x.options)
		}
		number, chosen, looked := lanes[lane].number(x.options, &f)
		if !looked {
			continue
		}
		until = max(until, f.Time)
		chosen = chosen && x.choice.holds(x.files[f.File], number, int64(f.Number))
		if chosen && until > told && until.Sub(f.Time) > clockStep {
			clock := Frame{Packet: f.Packet, File: f.File, Clock: true, Interfaces: f.Interfaces}
			clock.Time, clock.Data, clock.Length = until, nil, 0
			if err := each(lane, lanes[lane], &clock, chosen); err != nil {
				return nil, err
			}
			told = until
		}
		if err := each(lane, lanes[lane], &f, chosen); err != nil {
			return nil, err
		}
		if chosen {
			told = max(told, f.Time)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return x.observed(merged, until)
}

// observed says what a pass has seen, unless it was less than the Run saw.
func (x *extraction) observed(m *merge, until capture.Time) (*Observed, error) {
	seen := &Observed{Until: until}
	for i, in := range m.inputs {
		now := in.result()
		if err := Changed(x.choice.files[i], now, true, in.problem); err != nil {
			return nil, err
		}
		seen.Interfaces = append(seen.Interfaces, in.info.Interfaces)
	}
	if t, ok := m.until(); ok {
		seen.Until = max(seen.Until, t)
	}
	return seen, nil
}

// numbering tells to which stream packets belong, as the tracker does.
type numbering struct {
	decoder *segment.Decoder
	streams *stream.Index
	window  Window
}

func newNumbering(o *Options) *numbering {
	return &numbering{decoder: segment.NewDecoder(), streams: stream.NewIndex(), window: o.Window}
}

// number decodes the packet of f and returns the number of its stream, if it has
// one. looked is false of packets outside of the window.
func (n *numbering) number(o *Options, f *Frame) (number uint32, has, looked bool) {
	n.decoder.Frame = int64(f.Number)
	f.Skip = n.decoder.Decode(f.Link, f.Data, f.Length, f.Segment)
	switch f.Skip { // numbers are the whole capture's, whatever is selected of it
	case segment.Decoded:
		t, _, _, _ := n.streams.Number(f.Segment)
		number, has = t.Stream, true
	case segment.ICMPError:
		if t, _, _ := n.streams.Quote(f.Segment); t != nil {
			number, has = t.Stream, true
		}
	case segment.NotPacket: // and so it has no time
		return 0, false, false
	}
	looked = n.window.holds(f.Time)
	return number, has && looked && (o.Keep == nil || o.Keep(f.Segment)), looked
}
