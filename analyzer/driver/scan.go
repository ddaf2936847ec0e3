package driver

import (
	"context"
	"fmt"

	"finwait/analyzer/model"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Scanned is a packet as Scan shows it. It is valid until the next.
type Scanned struct {
	Frame     frame.Frame // its number counts through all captures
	File      int         // which capture it is from
	Interface int         // of that capture
	Segment   *segment.Segment
	Skip      segment.Skip
}

// FileScan is what Scan says of a capture.
type FileScan struct {
	Info       *model.FileInfo
	Findings   []model.FindingGroup // but for its gaps
	Interfaces []string             // their names
	Plain      capture.Time         // as in capture.Info; valid iff HasPlain
	HasPlain   bool
	Until      capture.Time // likewise
	HasUntil   bool
	Dropped    bool // packets were lost on their way into it
}

// Scan reads captures as Run does where they are joined, and follows no connection: it
// shows their packets. Problems with them are told to Options.Problem.
func Scan(ctx context.Context, files []string, o Options, show func(*Scanned)) []FileScan {
	options := o.withDefaults()
	merged := openMerge(newOpener(ctx, options), files)
	index := map[*input]int{}
	for i, in := range merged.inputs {
		index[in] = i
	}
	decoder := segment.NewDecoder()
	var p capture.Packet
	var s segment.Segment
	for n := 0; n%256 != 0 || ctx.Err() == nil; n++ {
		in := merged.next(&p)
		if in == nil {
			break
		}
		skip := decoder.Decode(p.Link, p.Data, p.Length, &s)
		if skip == segment.Decoded {
			in.segments++
		} else {
			in.skipped[skip]++
		}
		show(&Scanned{p.Frame(), index[in], p.Interface, &s, skip})
	}
	list := make([]FileScan, len(files))
	for i, in := range merged.inputs {
		list[i] = in.scanned(options)
	}
	return list
}

// scanned closes the input and returns what Scan says of it.
func (in *input) scanned(o *Options) FileScan {
	f := FileScan{Info: in.result(), Findings: fileFindings(in, o), Dropped: in.dropped()}
	f.Plain, f.HasPlain = in.plain()
	f.Until, f.HasUntil = in.until()
	for i := range in.interfaces() {
		f.Interfaces = append(f.Interfaces, in.interfaceName(i))
	}
	if in.problem != nil {
		o.Problem(in.problem)
	}
	if in.untimed > 0 {
		o.Problem(in.untimedProblem())
	}
	return f
}

func (in *input) untimedProblem() error {
	return fmt.Errorf("%s: %s %w", in.file, counted(int64(in.untimed), "packet has", "packets have"), ErrNoTime)
}

// SharedProblem tells that streams of a capture hold segments of several VLANs or
// tunnels.
func SharedProblem(file string, streams int64) error {
	return fmt.Errorf("%s: %s %w", file, counted(streams, "stream holds", "streams hold"), ErrShared)
}

// Paused is a gap and the number of the first packet after it.
type Paused struct {
	reassembly.Gap
	At int
}

// GapFindings are what FileScan.Findings lack.
func GapFindings(file string, list []Paused, o Options) []model.FindingGroup {
	in := &input{file: file}
	for _, p := range list[:min(len(list), mostGaps)] {
		in.pauses = append(in.pauses, gap{p.Gap, p.At})
	}
	return fileFindings(in, o.withDefaults())
}
