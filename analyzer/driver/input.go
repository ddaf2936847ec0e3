package driver

import (
	"errors"
	"io"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// notSelected is the reason under which packets outside of the window or the
// filter are counted.
const notSelected = "not-selected"

// input is one capture while it is read: the source of an analysis, or a part
// of a merge.
type input struct {
	opener  *opener
	file    string
	reader  *capture.Reader // nil when closed
	info    capture.Info
	problem error // why it was not read to its end
	ended   bool  // read to its end, or as far as it could be
	shared  bool  // its connections are those of a merge

	ids []uint16 // by interface, its number in the analysis plus one; 0 for none yet

	packets     int64
	ahead       int64        // packets that were read, and not yet taken
	untimed     int64        // packets without a time
	begins      capture.Time // time of the first packet that has one; valid iff timed
	first, last capture.Time // the least and the greatest; valid iff timed
	timed       bool         // some packet had a time
	steps       int64        // timestamps that lie behind an earlier one
	stepAt      int64        // packet of the first of those
	pauses      []gap

	_ apart

	// Who tracks counts these, perhaps while another goroutine reads.
	segments    int64
	skipped     [segment.NumSkips]int64
	notSelected int64
	noticed
}

// apart keeps what one goroutine writes out of the cache lines, and of those that
// are fetched beside them, of what another does: else every packet moves them from
// core to core.
type apart [128]byte

// clockStep is how far a timestamp must lie behind an earlier one to count as a
// step of the clock: capture queues swap neighbours by microseconds.
const clockStep = 10 * time.Millisecond

// openInput opens a capture. If that fails, the input has a problem and no
// packets.
func openInput(o *opener, file string) *input {
	in := &input{opener: o, file: file}
	in.open()
	return in
}

func (in *input) open() {
	in.ahead = 0
	r, err := in.opener.open(in.file)
	if err != nil {
		in.fail(err)
		return
	}
	in.reader = r
}

// fail takes in why there are no more packets.
func (in *input) fail(err error) {
	switch {
	case errors.Is(err, io.EOF):
		in.ended = true
	case !in.opener.gaveUp(in.file, err):
		in.problem = err
	}
	in.close()
}

func (in *input) path() string { return in.file }

// isFile reports whether the input is open, and a file of known size.
func (in *input) isFile() bool { return in.reader != nil && in.reader.Size() > 0 }

// nameFiles has nothing to add: there is one file.
func (in *input) nameFiles(*model.Record) {}

// dropped reports whether the capture says that packets were lost on their way
// into it.
func (in *input) dropped() bool { return in.info.HasDrops && in.info.Drops > 0 }

func (in *input) until() (capture.Time, bool) { return in.info.Until, in.info.HasUntil }

func (in *input) plain() (capture.Time, bool) {
	if in.reader == nil {
		return in.info.Plain, in.info.HasPlain
	}
	info := in.reader.Info()
	return info.Plain, info.HasPlain
}

// interfaces returns the capture's interfaces, as far as they are known.
func (in *input) interfaces() []capture.Interface {
	if in.reader == nil {
		return in.info.Interfaces
	}
	return in.reader.Interfaces()
}

// interfaceName returns what the capture calls one of its interfaces.
func (in *input) interfaceName(i int) string {
	if list := in.interfaces(); i < len(list) {
		return list[i].Name
	}
	return ""
}

// next makes an input a source.
func (in *input) next(p *capture.Packet) *input {
	if !in.read(p) {
		return nil
	}
	in.count(p)
	return in
}

// read fills in p with the next packet; false means that there is none.
func (in *input) read(p *capture.Packet) bool {
	if in.reader == nil {
		return false
	}
	if err := in.reader.Next(p); err != nil {
		in.fail(err)
		return false
	}
	in.ahead++
	return true
}

// count counts a packet that was read.
func (in *input) count(p *capture.Packet) {
	if !p.NoTime {
		in.addTime(p.Time)
	} else if p.Link != segment.LinkNone {
		in.untimed++
	}
	in.packets++
	in.ahead--
}

// addTime takes in the time of the next packet.
func (in *input) addTime(t capture.Time) {
	if !in.timed {
		in.begins, in.first, in.last, in.timed = t, t, t, true
	}
	if in.last.Sub(t) > clockStep {
		if in.steps++; in.steps == 1 {
			in.stepAt = in.packets + 1
		}
	}
	in.first, in.last = min(in.first, t), max(in.last, t)
}

func (in *input) close() {
	if in.reader == nil {
		return
	}
	in.info = in.reader.Info()
	in.opener.close(in.reader)
	in.reader = nil
}

// result closes the input and returns what is known of it.
func (in *input) result() *model.FileInfo {
	in.close()
	f := &model.FileInfo{
		File:       in.file,
		Format:     in.info.Format,
		LinkTypes:  []string{},
		Packets:    in.packets,
		TCPPackets: in.segments,
		Skipped:    map[string]int64{},
		Untimed:    in.untimed,
		Observed:   in.observed,
		Complete:   in.ended && in.ahead == 0,
	}
	named := map[string]bool{}
	for _, link := range in.info.Links {
		if name := link.String(); !named[name] {
			named[name] = true
			f.LinkTypes = append(f.LinkTypes, name)
		}
	}
	for skip, n := range in.skipped {
		if n > 0 {
			f.Skipped[segment.Skip(skip).String()] = n
		}
	}
	if in.notSelected > 0 {
		f.Skipped[notSelected] = in.notSelected
	}
	if in.timed {
		begins, first, last := in.begins, in.first, in.last
		f.Begins, f.First, f.Last = &begins, &first, &last
	}
	if in.info.Compression != "" {
		f.Compression = &in.info.Compression
	}
	if in.info.HasDrops {
		drops := int64(in.info.Drops)
		f.Dropped = &drops
	}
	if in.problem != nil {
		text := in.problem.Error()
		f.Error = &text
	}
	return f
}
