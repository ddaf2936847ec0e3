package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/google/gopacket/pcapgo"

	"finwait/reassembly/frame"
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

// pcapSource reads a classic capture file.
type pcapSource struct {
	br   *bufio.Reader // shared with r, which takes no more than it needs
	r    *pcapgo.Reader
	link segment.LinkType
	pos  int64  // offset of the next record
	odd  []byte // data of records that pcapgo refuses, see readOdd
}

// openPcap reads the file header that src stands at.
func openPcap(src io.Reader, info *Info) (*pcapSource, error) {
	br := bufio.NewReaderSize(src, bufferSize)
	h, err := br.Peek(pcapHeader)
	if err != nil {
		return nil, cutOr(err)
	}
	var order binary.ByteOrder = binary.LittleEndian
	magic := order.Uint32(h)
	if magic == magicMicrosSwapped || magic == magicNanosSwapped {
		order = binary.BigEndian
	}
	info.Format, info.BigEndian = "pcap", order == binary.BigEndian
	if magic == magicNanos || magic == magicNanosSwapped {
		info.Format = "pcap-ns"
	}
	info.SnapLen = order.Uint32(h[16:])
	if major, minor := order.Uint16(h[4:]), order.Uint16(h[6:]); major != 2 || minor != 4 {
		return nil, fmt.Errorf("pcap version %d.%d is not supported, only 2.4", major, minor)
	}
	link := pcapLink(order.Uint32(h[20:]))
	r, err := pcapgo.NewReader(br)
	if err != nil {
		return nil, cutOr(err)
	}
	// Writers do not always keep their own snaplen: what holds is maxCaptured,
	// which also bounds pcapgo's buffer.
	r.SetSnaplen(maxCaptured)
	info.Links = []segment.LinkType{link}
	info.Interfaces = []Interface{{Link: link, SnapLen: info.SnapLen}}
	return &pcapSource{br: br, r: r, link: link, pos: pcapHeader}, nil
}

// pcapLink takes the link type out of the header field, whose upper bits tell
// the length of the frame check sequence. pcapgo would keep eight bits of it.
func pcapLink(field uint32) segment.LinkType {
	if field &= 0x03ffffff; field < 0xffff {
		return segment.LinkType(field)
	}
	return 0xffff // not assigned to anything
}

func (s *pcapSource) offset() int64 { return s.pos }

func (s *pcapSource) next(p *Packet) (int64, error) {
	data, ci, err := s.r.ZeroCopyReadPacketData()
	p.Offset = s.pos
	if err != nil {
		if data, err = s.failed(ci.CaptureLength, ci.Length, err); err != nil {
			return s.pos, err
		}
	}
	s.pos += pcapRecord + int64(len(data))
	p.Time = frame.TimeOf(ci.Timestamp)
	p.Link = s.link
	p.Interface = 0
	p.NoTime = false
	p.Length = max(ci.Length, len(data))
	p.Data = data
	return 0, nil
}

// failed says what err means after a record header with these lengths (both 0
// where the header could not be read), or reads the record all the same.
func (s *pcapSource) failed(captured, length int, err error) ([]byte, error) {
	switch {
	case captured < 0 || captured > maxCaptured:
		return nil, fmt.Errorf("record claims %d captured octets, more than %d", uint32(captured), maxCaptured)
	case captured > length:
		return s.readOdd(captured)
	case errors.Is(err, io.EOF) && captured == 0:
		return nil, io.EOF
	}
	return nil, cutOr(err)
}

// readOdd reads the data of a record that claims more captured octets than the
// packet had. Wireshark shows such packets; pcapgo stops behind their header.
func (s *pcapSource) readOdd(captured int) ([]byte, error) {
	if s.odd == nil {
		s.odd = make([]byte, maxCaptured)
	}
	if _, err := io.ReadFull(s.br, s.odd[:captured]); err != nil {
		return nil, cutOr(err)
	}
	return s.odd[:captured], nil
}
