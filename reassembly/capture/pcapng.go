package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"finwait/reassembly/segment"
)

// The block types of pcapng that matter here (draft-ietf-opsawg-pcapng §4).
const (
	blockSection    = 0x0a0d0d0a // a palindrome: the same in both byte orders
	blockInterface  = 1
	blockPacket     = 2 // obsolete, but it holds a packet
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6

	// Events: no packets, but Wireshark numbers them as frames.
	blockJournal     = 9 // an entry of the systemd journal
	blockSysdig      = 0x204
	blockSysdig2     = 0x216
	blockSysdigLarge = 0x221
	blockCustom      = 0x00000bad
	blockCustomLocal = 0x40000bad // not to be copied
)

// Octets.
const (
	blockFrame = 12              // type, length and trailing length
	blockMax   = 16<<20 + 64<<10 // a longer block is corruption; Wireshark's MAX_BLOCK_SIZE is 16 MiB
	heldMax    = 64 << 10        // how much of a descriptive block is looked at
)

// pcapngSource reads a pcapng file, its blocks in place: in a third of the time that
// pcapgo took behind a check of all lengths.
type pcapngSource struct {
	in      window
	info    *Info
	big     bool  // byte order of the section
	own     bool  // an NgWriter wrote the section
	section int   // index in info.Interfaces of the section's first interface
	at      int64 // offset of the next block
	last    Time  // of the last packet that had a timestamp
	held    []byte
}

// block is the beginning of a block.
type block struct {
	kind  uint32
	size  int64  // octets, padding included
	trail uint32 // what its trailing length must be
}

// openPcapng reads the section header that src stands at.
func openPcapng(src io.Reader, info *Info) (*pcapngSource, error) {
	info.Format = "pcapng"
	s := &pcapngSource{in: window{src: src}, info: info}
	b, err := s.begin()
	if err == nil {
		err = s.describe(b)
	}
	if err != nil {
		return nil, cutOr(err)
	}
	return s, nil
}

func (s *pcapngSource) offset() int64 { return s.at }

// next reads blocks until one is a packet or an event.
func (s *pcapngSource) next(p *Packet) (int64, error) {
	for {
		b, err := s.begin()
		if err != nil {
			return s.at, err
		}
		switch b.kind {
		case blockEnhanced, blockPacket, blockSimple:
			err = s.packet(b, p)
			return s.at, err
		case blockSection, blockInterface, blockStatistics:
			err = s.describe(b)
		case blockJournal, blockSysdig, blockSysdig2, blockSysdigLarge, blockCustom, blockCustomLocal:
			p.Offset = s.at
			p.Interface, p.Link = s.section, segment.LinkNone
			p.NoTime, p.Time = true, s.last
			p.Length, p.Data = 0, nil
			return s.at, s.pass(b)
		default:
			err = s.pass(b)
		}
		if err != nil {
			return s.at, err
		}
	}
}

// begin looks at the block that comes next. At the end of the file its error is io.EOF.
func (s *pcapngSource) begin() (b block, err error) {
	h := s.in.need(blockFrame)
	if len(h) < blockFrame {
		if len(h) == 0 && s.in.err == io.EOF {
			return b, io.EOF
		}
		return b, cutOr(s.in.err)
	}
	b.kind = s.uint32(h)
	if b.kind == blockSection {
		if err := s.beginSection(h); err != nil {
			return b, err
		}
	}
	b.trail = s.uint32(h[4:])
	if b.trail < blockFrame || b.trail > blockMax {
		return b, fmt.Errorf("block claims to be %d octets long", b.trail)
	}
	b.size = int64(b.trail+3) &^ 3 // some do not count the padding
	return b, nil
}

// packet reads a block that holds a packet.
func (s *pcapngSource) packet(b block, p *Packet) error {
	head := 28 // octets before the packet
	if b.kind == blockSimple {
		head = 12
	}
	most := b.size - int64(head) - 4 // octets that the packet may have
	if most < 0 {
		return fmt.Errorf("packet block of only %d octets", b.size)
	}
	h := s.in.need(int(min(b.size, windowSize)))
	if len(h) < head {
		return cutOr(s.in.err)
	}
	id, captured, length := uint32(0), int64(s.uint32(h[8:])), 0
	switch b.kind {
	case blockEnhanced:
		id, captured, length = s.uint32(h[8:]), int64(s.uint32(h[20:])), int(s.uint32(h[24:]))
	case blockPacket:
		id, captured, length = uint32(s.uint16(h[8:])), int64(s.uint32(h[20:])), int(s.uint32(h[24:]))
	default:
		length = int(captured) // on the wire; the snaplen says what was kept of it
	}
	if uint64(id) >= uint64(len(s.info.Interfaces)-s.section) {
		return fmt.Errorf("packet of interface %d, of which there is no description", id)
	}
	p.Interface = s.section + int(id)
	i := &s.info.Interfaces[p.Interface]
	if b.kind == blockSimple && i.SnapLen != 0 {
		captured = min(captured, int64(i.SnapLen))
	}
	if captured > maxCaptured || captured > most {
		return fmt.Errorf("packet claims %d captured octets in a block of %d", captured, b.size)
	}
	p.Link = i.Link
	p.NoTime = b.kind == blockSimple
	if !p.NoTime {
		p.Time = i.clock.time(uint64(s.uint32(h[12:]))<<32 | uint64(s.uint32(h[16:])))
	}
	return s.payload(b, p, h, head, int(captured), length)
}

// payload hands out the packet of a block of which h has been read, and passes the block.
func (s *pcapngSource) payload(b block, p *Packet, h []byte, head, captured, length int) error {
	p.Offset = s.at
	p.Length = max(length, captured)
	if p.NoTime {
		p.Time = s.last
	}
	switch end := head + captured; {
	case int64(len(h)) >= b.size:
		p.Data = h[head:end:end]
		h = h[b.size-4:]
		if after := s.uint32(h); after != b.trail {
			return trailError(b, after)
		}
		s.in.take(int(b.size))
		s.at += b.size
	case len(h) < end:
		return cutOr(s.in.err)
	default: // options longer than the window, or cut off: the packet is kept meanwhile
		s.held = append(s.held[:0], h[head:end]...)
		p.Data = s.held
		if err := s.pass(b); err != nil {
			return err
		}
	}
	s.last = p.Time
	return nil
}

// pass goes on behind a block.
func (s *pcapngSource) pass(b block) error {
	if !s.in.skip(b.size - 4) {
		return cutOr(s.in.err)
	}
	h := s.in.need(4)
	if len(h) < 4 {
		return cutOr(s.in.err)
	}
	if after := s.uint32(h); after != b.trail {
		return trailError(b, after)
	}
	s.in.take(4)
	s.at += b.size
	return nil
}

func trailError(b block, after uint32) error {
	return fmt.Errorf("block length is %d before the block and %d behind it", b.trail, after)
}

func (s *pcapngSource) uint16(b []byte) uint16 {
	if s.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (s *pcapngSource) uint32(b []byte) uint32 {
	if s.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (s *pcapngSource) uint64(b []byte) uint64 {
	if s.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
