package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"finwait/reassembly/segment"
)

// The magic numbers of pcap, as the first four octets read in little-endian
// order (draft-ietf-opsawg-pcap §4).
const (
	magicMicros        = 0xa1b2c3d4
	magicMicrosSwapped = 0xd4c3b2a1
	magicNanos         = 0xa1b23c4d
	magicNanosSwapped  = 0x4d3cb2a1
)

const (
	pcapHeader = 24 // octets of the file header
	pcapRecord = 16 // octets of a record header
)

// pcapSource reads a classic capture file, its records in place: in half the time
// that pcapgo takes, which copies each header.
type pcapSource struct {
	in   window
	big  bool // byte order
	unit Time // nanoseconds of the smaller part of a timestamp
	link segment.LinkType
	swap lengthsSwapped
	pos  int64 // offset of the next record
}

// lengthsSwapped says whether the length of the packet stands before that of what was
// captured of it, as in files of before 1995.
type lengthsSwapped uint8

const (
	neverSwapped lengthsSwapped = iota
	maybeSwapped                // some writers of version 2.3 did, some did not
	alwaysSwapped
)

// pcapVersion returns where a file of that version has its lengths. Those read are the
// ones that libpcap reads; 543.0 is what tcpdump of DG/UX wrote.
func pcapVersion(major, minor uint16) (lengthsSwapped, error) {
	switch {
	case major == 2 && minor < 3, major == 543 && minor == 0:
		return alwaysSwapped, nil
	case major == 2 && minor == 3:
		return maybeSwapped, nil
	case major == 2 && minor == 4:
		return neverSwapped, nil
	}
	return 0, fmt.Errorf("pcap version %d.%d is not supported, only 2.0 to 2.4", major, minor)
}

// openPcap reads the file header that src stands at.
func openPcap(src io.Reader, info *Info) (*pcapSource, error) {
	s := &pcapSource{in: window{src: src}, unit: 1000, pos: pcapHeader}
	h := s.in.need(pcapHeader)
	if len(h) < pcapHeader {
		return nil, cutOr(s.in.err)
	}
	var order binary.ByteOrder = binary.LittleEndian
	magic := order.Uint32(h)
	if magic == magicMicrosSwapped || magic == magicNanosSwapped {
		order, s.big = binary.BigEndian, true
	}
	info.Format, info.BigEndian = "pcap", s.big
	if magic == magicNanos || magic == magicNanosSwapped {
		info.Format, s.unit = "pcap-ns", 1
	}
	info.SnapLen = order.Uint32(h[16:])
	var err error
	if s.swap, err = pcapVersion(order.Uint16(h[4:]), order.Uint16(h[6:])); err != nil {
		return nil, err
	}
	s.link = pcapLink(order.Uint32(h[20:]))
	s.in.advance(pcapHeader)
	info.Links = []segment.LinkType{s.link}
	info.Interfaces = []Interface{{Link: s.link, SnapLen: info.SnapLen}}
	return s, nil
}

// pcapLink takes the link type out of the header field, whose upper bits tell
// the length of the frame check sequence.
func pcapLink(field uint32) segment.LinkType {
	if field &= 0x03ffffff; field < 0xffff {
		return segment.LinkType(field)
	}
	return 0xffff // not assigned to anything
}

// next reads a record. Writers do not always keep their own snaplen: what holds is
// maxCaptured. Nor are all packets as long as what was captured of them; Wireshark
// shows such packets.
func (s *pcapSource) next(p *Packet) (int64, error) {
	b := s.in.need(pcapRecord)
	if len(b) < pcapRecord {
		if len(b) == 0 && s.in.err == io.EOF {
			return s.pos, io.EOF
		}
		return s.pos, cutOr(s.in.err)
	}
	h := (*[pcapRecord]byte)(b)
	sec, frac := binary.LittleEndian.Uint32(h[0:]), binary.LittleEndian.Uint32(h[4:])
	captured, length := binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint32(h[12:])
	if s.big { // reading twice, in either order, took three times as long
		sec, frac = bits.ReverseBytes32(sec), bits.ReverseBytes32(frac)
		captured, length = bits.ReverseBytes32(captured), bits.ReverseBytes32(length)
	}
	if s.swap == alwaysSwapped || s.swap == maybeSwapped && captured > length {
		captured, length = length, captured
	}
	if captured > maxCaptured {
		return s.pos, fmt.Errorf("record claims %d captured octets, more than %d", captured, maxCaptured)
	}
	end := pcapRecord + int(captured)
	if b = s.in.need(end); len(b) < end {
		return s.pos, cutOr(s.in.err)
	}
	s.in.advance(end)
	p.Offset = s.pos
	s.pos += int64(end)
	p.Time = Time(sec)*1e9 + Time(frac)*s.unit
	p.Link = s.link
	p.Interface = 0
	p.NoTime = false
	p.Length = max(int(length), int(captured))
	p.Data = b[pcapRecord:end:end]
	return 0, nil
}
