package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"finwait/reassembly/frame"
)

// App is how an NgWriter names itself in the section header. Of a section with
// this name, and of no other, the reader takes Info.Until, Info.Plain and
// Info.Gaps.
const App = "finwait"

// optComment is an option of any block (draft-ietf-opsawg-pcapng §3.5). Only
// plainComment is read.
const optComment = 1

// plainComment is how the comment of a section begins that tells Info.Plain: a time
// follows, and a full stop.
const plainComment = "Taken from a capture that holds segments without SYN, FIN and RST from "

// PlainComment returns the comment of a section that tells Info.Plain.
func PlainComment(since Time) string {
	return plainComment + since.Std().Format(time.RFC3339Nano) + "."
}

// parsePlain reads a comment that PlainComment made.
func parsePlain(comment []byte) (since Time, ok bool) {
	text, ok := strings.CutPrefix(string(comment[:min(len(comment), 2*len(plainComment))]), plainComment)
	if !ok {
		return 0, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSuffix(text, "."))
	return frame.TimeOf(t), err == nil
}

// What the comments of a section say that tell Info.Gaps: that there are none, or of each
// when it began and ended.
const (
	noGapComment   = "Taken from a capture without gaps."
	gapComment     = "Taken from a capture with a gap from "
	gapCommentThen = " to "
	mostGaps       = 4096
)

// GapComments returns the comments of a section that tell Info.Gaps.
func GapComments(list []frame.Gap) (comments []string) {
	if len(list) == 0 {
		return []string{noGapComment}
	}
	for _, g := range list[:min(len(list), mostGaps)] {
		comments = append(comments, gapComment+g.From.Std().Format(time.RFC3339Nano)+gapCommentThen+g.To.Std().Format(time.RFC3339Nano)+".")
	}
	return comments
}

// parseGap takes a comment that GapComments made.
func (i *Info) parseGap(comment []byte) {
	if string(comment) == noGapComment {
		i.HasGaps = true
		return
	}
	text, ok := strings.CutPrefix(string(comment[:min(len(comment), 4*len(gapComment))]), gapComment)
	if !ok {
		return
	}
	from, to, _ := strings.Cut(strings.TrimSuffix(text, "."), gapCommentThen)
	begin, err := time.Parse(time.RFC3339Nano, from)
	end, err2 := time.Parse(time.RFC3339Nano, to)
	g := frame.Gap{From: frame.TimeOf(begin), To: frame.TimeOf(end)}
	inOrder := len(i.Gaps) == 0 || i.Gaps[len(i.Gaps)-1].To <= g.From
	if err == nil && err2 == nil && g.From < g.To && inOrder && len(i.Gaps) < mostGaps {
		i.Gaps, i.HasGaps = append(i.Gaps, g), true
	}
}

// How long comments may be, in octets: one, for its length stands in 16 bits, and
// about all of a packet.
const (
	maxComment  = 32 << 10
	maxComments = 1 << 20
)

// NgWriter writes packets as a pcapng file of one section, little-endian, with
// timestamps in nanoseconds. It does not buffer: hand it a bufio.Writer where
// that matters. Errors are sticky.
type NgWriter struct {
	w          io.Writer
	block      []byte
	interfaces int
	err        error
}

// NewNgWriter returns an NgWriter to w, to which it writes the section header at
// once, with comments. An error in that shows at the next call.
func NewNgWriter(w io.Writer, comments ...string) *NgWriter {
	out := &NgWriter{w: w}
	out.begin(blockSection)
	out.uint32(0x1a2b3c4d)
	out.uint16(1)
	out.uint16(0)
	out.uint64(math.MaxUint64) // the section's length is not told
	out.option(optUserAppl, []byte(App))
	for _, c := range comments {
		out.option(optComment, []byte(c))
	}
	out.end(true)
	return out
}

// Interface describes an interface and returns its number, by which packets
// refer to it.
func (w *NgWriter) Interface(i *Interface) (id int, err error) {
	if w.err == nil && w.interfaces == maxInterfaces {
		w.err = fmt.Errorf("more than %d interfaces", maxInterfaces)
	}
	w.begin(blockInterface)
	w.uint16(uint16(i.Link))
	w.uint16(0)
	w.uint32(i.SnapLen)
	if i.Name != "" {
		w.option(optIfName, []byte(i.Name))
	}
	w.option(optTSResol, []byte{9})
	w.end(true)
	w.interfaces++
	return w.interfaces - 1, w.err
}

// Write appends a packet of an interface, with comments. Of p it reads Number,
// Time, Length and Data; a Length shorter than Data is taken to be that of Data.
func (w *NgWriter) Write(id int, p *Packet, comments ...string) error {
	if p.Time < 0 && w.err == nil {
		w.err = fmt.Errorf("packet %d: times before 1970 cannot be written: %v", p.Number, p.Time)
	}
	w.begin(blockEnhanced)
	w.uint32(uint32(id))
	w.time(p.Time)
	w.uint32(uint32(len(p.Data)))
	w.uint32(uint32(max(p.Length, len(p.Data))))
	w.padded(p.Data)
	for _, c := range comments {
		if len(w.block) > len(p.Data)+maxComments {
			break
		}
		c = strings.ToValidUTF8(c[:min(len(c), maxComment)], "")
		w.option(optComment, []byte(c))
	}
	w.end(len(comments) > 0)
	return w.err
}

// Statistics tells what is known of an interface behind its last packet: its
// drops, if it has a count of them, and until when was observed.
func (w *NgWriter) Statistics(id int, i *Interface, until Time) error {
	w.begin(blockStatistics)
	w.uint32(uint32(id))
	w.time(until)
	w.block = binary.LittleEndian.AppendUint16(w.block, optEndTime)
	w.uint16(8)
	w.time(until)
	if i.HasDrops {
		w.option(optIfDropped, binary.LittleEndian.AppendUint64(nil, i.Drops))
	}
	w.end(true)
	return w.err
}

func (w *NgWriter) begin(typ uint32) {
	w.block = binary.LittleEndian.AppendUint32(w.block[:0], typ)
	w.uint32(0) // the length, until end
}

// end completes a block, behind options if there are any, and writes it.
func (w *NgWriter) end(options bool) {
	if options {
		w.uint32(optEnd)
	}
	n := uint32(len(w.block) + 4)
	w.uint32(n)
	binary.LittleEndian.PutUint32(w.block[4:], n)
	if w.err == nil {
		_, w.err = w.w.Write(w.block)
	}
}

func (w *NgWriter) option(code uint16, v []byte) {
	w.uint16(code)
	w.uint16(uint16(len(v)))
	w.padded(v)
}

// padded appends octets, filled up to whole words.
func (w *NgWriter) padded(v []byte) {
	w.block = append(w.block, v...)
	w.block = append(w.block, make([]byte, -len(v)&3)...)
}

// time appends a time in the format's way: the upper half, then the lower.
func (w *NgWriter) time(t Time) {
	w.uint32(uint32(uint64(t) >> 32))
	w.uint32(uint32(t))
}

func (w *NgWriter) uint16(v uint16) { w.block = binary.LittleEndian.AppendUint16(w.block, v) }
func (w *NgWriter) uint32(v uint32) { w.block = binary.LittleEndian.AppendUint32(w.block, v) }
func (w *NgWriter) uint64(v uint64) { w.block = binary.LittleEndian.AppendUint64(w.block, v) }
