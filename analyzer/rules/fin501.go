package rules

import (
	"fmt"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin501 reports segments with control bits that no TCP sends.
var fin501 = &model.Rule{
	ID:       "FIN501",
	Name:     "impossible-flags",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a segment with control bits that no TCP sends",
		Text: `SYN asks to open and FIN to close: no TCP sends both, nor SYN with RST. After the handshake every segment but an
RST carries ACK, so a FIN without it, or no bit at all, is none of TCP's own. Such segments come from scanners that guess
the operating system by its answer, from generators, from broken hardware, or from a capture that was damaged.`,
		Script: `0.000 A FIN,PSH,URG seq 1
0.010 B RST,ACK seq 0 ack 2
1.000 end`,
		Confirm:  "nstat -az TcpInErrs TcpInCsumErrors on the receiver: damaged segments have a wrong checksum.",
		Change:   "Find the sender by its address and TTL. A firewall may drop such segments: nft add rule … tcp flags & (fin|syn) == (fin|syn) drop.",
		Harmless: "In captures of scans and of generated traffic.",
		Source:   "RFC 9293 §3.1, §3.10.7",
	},
	Check:    checkFlags,
	Disorder: true,
}

// impossible names what is wrong with a segment's control bits; "" is nothing.
func impossible(f segment.Flags) string {
	const control = segment.SYN | segment.FIN | segment.RST | segment.ACK | segment.PSH | segment.URG
	switch {
	case f.Has(segment.SYN | segment.FIN):
		return "SYN+FIN"
	case f.Has(segment.SYN | segment.RST):
		return "SYN+RST"
	case f.Has(segment.FIN) && !f.Has(segment.ACK) && !f.Has(segment.RST):
		return "FIN without ACK"
	case f&control == 0:
		return "no flags"
	}
	return ""
}

// oddities are what impossible says of every combination.
var oddities = func() (of [256]string) {
	for f := range of {
		of[f] = impossible(segment.Flags(f))
	}
	return of
}()

func checkFlags(p *model.Pass) {
	const few = 8
	f := impossibleFlags{}
	var frames []int64
	by := conn.NoRole
	for i := range p.Conn.Marks {
		m := &p.Conn.Marks[i]
		kind := oddities[m.Flags]
		if kind == "" {
			continue
		}
		f.segments++
		if !slices.Contains(f.kinds[:], kind) {
			f.kinds[slices.Index(f.kinds[:], "")] = kind
		}
		if len(frames) < few {
			frames = append(frames, m.Frame)
		}
		if by == conn.NoRole {
			by = conn.Role(m.Side)
		}
	}
	if f.segments == 0 {
		return
	}
	p.Report(f, model.Verdict{Side: by, Frames: frames})
}

// impossibleFlags is segments with control bits that no TCP sends.
type impossibleFlags struct {
	segments int64
	kinds    [4]string // what impossible says of them, in the order of the first of each; then ""
}

func (f impossibleFlags) Message() string {
	kinds := slices.DeleteFunc(slices.Clone(f.kinds[:]), func(k string) bool { return k == "" })
	return fmt.Sprintf("%s with control bits that no TCP sends: %s", several(f.segments, "segment"), strings.Join(kinds, ", "))
}

func (f impossibleFlags) Advice() string {
	return "Look for a scanner or a generator behind that address, or for a device that damages packets."
}
