package cli

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/cmd/internal/anonymize"
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// extract is the capture that is written.
type extract struct {
	to    *capture.NgWriter
	job   *extractJob
	files []string
	ids   [][]int // by file and interface, the number in the new capture
}

// frameError says why a frame could not be written.
type frameError struct {
	file  string
	frame int
	err   error
}

func (e *frameError) Error() string { return fmt.Sprintf("%s: frame %d: %v", e.file, e.frame, e.err) }
func (e *frameError) Unwrap() error { return e.err }

// clockComment is the comment on a packet without octets that says how late it was.
const clockComment = "No packet: the latest timestamp of the capture was this when its clock was set back."

// clock writes a packet without octets, which says how late it was.
func (x *extract) clock(f *driver.Frame) error {
	if err := x.interfaces(f.File, f.Interfaces); err != nil {
		return err
	}
	return x.to.Write(x.ids[f.File][f.Interface], &f.Packet, clockComment)
}

// frame writes one frame.
func (x *extract) frame(f *driver.Frame) error {
	if f.Clock {
		return x.clock(f)
	}
	p := anonymize.Packet{Link: f.Link, Data: f.Data, Length: f.Length, Part: f.Part, Total: f.Total}
	if f.Skip == segment.Decoded && !f.Part {
		p.Payload = f.Segment.Payload
	}
	data, err := x.job.mask.Apply(&p)
	if err != nil {
		return &frameError{x.files[f.File], f.Number, err}
	}
	if err := x.interfaces(f.File, f.Interfaces); err != nil {
		return err
	}
	comments := x.job.notes.remove(x.files[f.File], int64(f.Number))
	if a := x.job.mask.Addresses; a != nil {
		for i := range comments {
			comments[i] = aliased(comments[i], a)
		}
	}
	packet := f.Packet
	packet.Length, packet.Data = max(f.Length, len(f.Data)), data
	return x.to.Write(x.ids[f.File][f.Interface], &packet, comments...)
}

// interfaces describes those of a file that were not yet.
func (x *extract) interfaces(file int, list []capture.Interface) error {
	for i := len(x.ids[file]); i < len(list); i++ {
		described := list[i]
		if x.job.mask.Addresses != nil {
			described.Name = "" // some are made of a hardware address
		}
		id, err := x.to.Interface(&described)
		if err != nil {
			return err
		}
		x.ids[file] = append(x.ids[file], id)
	}
	return nil
}

// end writes what is known of the interfaces: of those that a frame came from, and
// of those that lost packets.
func (x *extract) end(seen *driver.Observed) error {
	for file, list := range seen.Interfaces {
		for i := range list {
			lost := list[i].HasDrops && list[i].Drops > 0
			if lost && x.job.choice.Len() > 0 {
				if err := x.interfaces(file, list); err != nil {
					return err
				}
			}
		}
		for i, id := range x.ids[file] {
			if err := x.to.Statistics(id, &list[i], seen.Until); err != nil {
				return err
			}
		}
	}
	return nil
}

// notes are the findings by their evidence.
type notes struct {
	joined bool
	on     map[place][]note
}

// place is a frame; file is "" where captures are joined.
type place struct {
	file  string
	frame int64
}

// note is a finding on one of its frames.
type note struct {
	text  *string
	n, of int
}

func (s *notes) at(file string, frame int64) place {
	if s.joined {
		file = ""
	}
	return place{file, frame}
}

func (s *notes) add(r *model.Record) {
	for i := range r.Findings {
		f := &r.Findings[i]
		text := fmt.Sprintf("%s %s (%s): %s", f.Rule, f.Name, f.Severity, f.Message)
		for n, frame := range f.Frames {
			at := s.at(r.File, frame)
			s.on[at] = append(s.on[at], note{&text, n + 1, len(f.Frames)})
		}
	}
}

// remove returns the comments on a frame.
func (s *notes) remove(file string, frame int64) (list []string) {
	at := s.at(file, frame)
	for _, n := range s.on[at] {
		text := *n.text
		if n.of > 1 {
			text += fmt.Sprintf(" [evidence %d of %d]", n.n, n.of)
		}
		list = append(list, text)
	}
	return list
}

// addressLike is what may be an address in a text for people.
var addressLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9A-Fa-f:.]*[0-9A-Fa-f:]`) })

// aliased replaces the addresses in a text.
func aliased(text string, a *anonymize.Addresses) string {
	return addressLike().ReplaceAllStringFunc(text, func(word string) string {
		bare := strings.TrimRight(word, ":")
		if ip, err := netip.ParseAddr(word); err == nil {
			return a.Of(ip).String()
		}
		if ip, err := netip.ParseAddr(bare); err == nil {
			return a.Of(ip).String() + word[len(bare):]
		}
		if p, err := netip.ParseAddrPort(word); err == nil {
			return netip.AddrPortFrom(a.Of(p.Addr()), p.Port()).String()
		}
		return word
	})
}
