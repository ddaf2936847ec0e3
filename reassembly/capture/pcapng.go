package capture

import (
	"bufio"
	"fmt"
	"io"

	"github.com/google/gopacket/pcapgo"

	"finwait/reassembly/segment"
)

// pcapngSource reads a pcapng file through a guard.
type pcapngSource struct {
	g       *guard
	br      *bufio.Reader // over g; pcapgo reads from it
	r       *pcapgo.NgReader
	pos     int64 // offset behind the last packet
	section int   // index in info.Interfaces of the section's first interface
	gap     int   // index in g.gaps of the first gap not passed yet
	last    Time  // of the last packet that had a timestamp
}

// openPcapng reads the section header that src stands at.
func openPcapng(src io.Reader, info *Info) (*pcapngSource, error) {
	info.Format = "pcapng"
	s := &pcapngSource{g: &guard{src: src, info: info}}
	s.br = bufio.NewReaderSize(s.g, bufferSize)
	var err error
	s.r, err = pcapgo.NewNgReader(s.br, pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		return nil, cutOr(err)
	}
	return s, nil
}

func (s *pcapngSource) next(p *Packet) (offset int64, err error) {
	defer s.rescue(&offset, &err)
	data, ci, err := s.r.ZeroCopyReadPacketData()
	if len(s.g.gaps) > 0 {
		s.skipGaps()
	}
	p.Offset = s.pos
	switch {
	case err == errEvent:
		s.event(p)
		return 0, nil
	case err != nil:
		return s.failed(err)
	}
	s.pos = s.g.passed - int64(s.br.Buffered())
	p.Interface = s.section + ci.InterfaceIndex
	i := &s.g.info.Interfaces[p.Interface]
	p.Link = i.Link
	p.NoTime = ci.Timestamp.IsZero()
	if !p.NoTime {
		// The guard left pcapgo nothing but the default resolution, so this
		// gives back the 64 bits of the file.
		raw := uint64(ci.Timestamp.Unix())*1_000_000 + uint64(ci.Timestamp.Nanosecond())/1000
		s.last = i.clock.time(raw)
	}
	p.Time = s.last
	p.Length = max(ci.Length, len(data))
	p.Data = data
	return 0, nil
}

// rescue makes an error of a panic: what the library stumbled over is in the file.
func (s *pcapngSource) rescue(offset *int64, err *error) {
	if v := recover(); v != nil {
		*offset, *err = s.pos, fmt.Errorf("malformed record: %v", v)
	}
}

// event fills in p with a record that is no packet. What it holds is of no use here.
func (s *pcapngSource) event(p *Packet) {
	s.pos = s.g.passed
	p.Interface = s.section
	p.Link = segment.LinkNone
	p.NoTime, p.Time = true, s.last
	p.Length, p.Data = 0, nil
}

// failed returns err, and the offset that it is about.
func (s *pcapngSource) failed(err error) (int64, error) {
	switch err {
	case s.g.err:
		return s.g.at, err
	case io.EOF, io.ErrUnexpectedEOF:
		return s.pos, fmt.Errorf("block ends early")
	}
	return s.pos, err
}

// skipGaps moves pos to the next packet.
func (s *pcapngSource) skipGaps() {
	gaps := s.g.gaps
	for s.gap < len(gaps) && gaps[s.gap].start == s.pos {
		s.pos, s.section = gaps[s.gap].end, gaps[s.gap].section
		s.gap++
	}
	if s.gap == len(gaps) {
		s.g.gaps, s.gap = gaps[:0], 0
	}
}
