package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"

	"finwait/reassembly/segment"
)

// maxInterfaces is how many interfaces one file may describe. The limit is
// segment.Path's 16 bits; no real file comes near.
const maxInterfaces = 1 << 16

// maxName is how many octets of an interface's name are kept.
const maxName = 256

// The options that are read (draft-ietf-opsawg-pcapng §4.1, §4.2, §4.6).
const (
	optEnd       = 0
	optIfName    = 2
	optTSResol   = 9
	optTSOffset  = 14
	optIfDropped = 5
	optOSDropped = 7
	optEndTime   = 3 // of interface statistics
	optUserAppl  = 4 // of a section header
)

// beginSection takes the byte order from the section header that b begins with.
func (s *pcapngSource) beginSection(b []byte) error {
	const byteOrderMagic uint32 = 0x1a2b3c4d
	switch byteOrderMagic {
	case binary.LittleEndian.Uint32(b[8:]):
		s.big = false
	case binary.BigEndian.Uint32(b[8:]):
		s.big = true
	default:
		return fmt.Errorf("section header with the byte order magic % x", b[8:12])
	}
	return nil
}

// describe reads a block that describes, and passes it.
func (s *pcapngSource) describe(b block) error {
	fixed := int64(28) // octets without options: of a section header
	switch b.kind {
	case blockInterface:
		fixed = 20
	case blockStatistics:
		fixed = 24
	}
	if b.size < fixed {
		return fmt.Errorf("descriptive block (type %#x) of only %d octets", b.kind, b.size)
	}
	held := int(min(b.size, heldMax))
	h := s.in.need(held)
	if len(h) < held {
		return cutOr(s.in.err)
	}
	h = h[:held]
	options := optionList{b: h[fixed-4:], whole: int64(held) == b.size}
	if options.whole {
		options.b = options.b[:len(options.b)-4]
	}
	var err error
	switch b.kind {
	case blockSection:
		err = s.sectionHeader(h, options)
	case blockInterface:
		err = s.interfaceDescription(h, options)
	case blockStatistics:
		err = s.statistics(h, options)
	}
	if err != nil {
		return err
	}
	return s.pass(b)
}

// optionList is the options of a block, or the beginning of them.
type optionList struct {
	b     []byte
	whole bool
}

func (s *pcapngSource) sectionHeader(b []byte, options optionList) error {
	major, minor := s.uint16(b[12:]), s.uint16(b[14:])
	// 1.2 is a later writers' way to say 1.0 (draft-ietf-opsawg-pcapng §4.1).
	if major != 1 || minor != 0 && minor != 2 {
		return fmt.Errorf("pcapng version %d.%d is not supported", major, minor)
	}
	s.section = len(s.info.Interfaces)
	if s.at == 0 {
		s.info.BigEndian = s.big
	}
	app, err := s.sectionApp(options)
	if s.own = app == App; s.own && err == nil {
		err = s.options(options, func(code uint16, v []byte) {
			if since, ok := parsePlain(v); ok && code == optComment {
				s.info.Plain, s.info.HasPlain = since, true
			}
		})
	}
	return err
}

func (s *pcapngSource) interfaceDescription(b []byte, options optionList) error {
	if len(s.info.Interfaces) == maxInterfaces {
		return fmt.Errorf("more than %d interfaces", maxInterfaces)
	}
	i := Interface{Link: segment.LinkType(s.uint16(b[8:])), SnapLen: s.uint32(b[12:])}
	resolution, offset := uint8(6), int64(0)
	err := s.options(options, func(code uint16, v []byte) {
		switch {
		case code == optIfName && i.Name == "":
			i.Name = interfaceName(v)
		case code == optTSResol && len(v) >= 1:
			resolution = v[0]
		case code == optTSOffset && len(v) >= 8:
			offset = int64(s.uint64(v))
		}
	})
	if err != nil {
		return err
	}
	i.clock = newClock(resolution, offset)
	if len(s.info.Interfaces) == 0 {
		s.info.SnapLen = i.SnapLen
	}
	s.info.Interfaces = append(s.info.Interfaces, i)
	return nil
}

func interfaceName(v []byte) string {
	s, _, _ := strings.Cut(string(v[:min(len(v), maxName)]), "\x00")
	return strings.ToValidUTF8(s, "\uFFFD")
}

// statistics keeps the drop counts of an interface. They are running totals, so
// the last ones hold. Those of an unknown interface are ignored.
func (s *pcapngSource) statistics(b []byte, options optionList) error {
	var drops uint64
	var has bool
	id := uint64(s.section) + uint64(s.uint32(b[8:]))
	err := s.options(options, func(code uint16, v []byte) {
		const absent = 1<<64 - 1
		if code == optEndTime && id < uint64(len(s.info.Interfaces)) {
			s.observed(&s.info.Interfaces[id], v)
		}
		if (code == optIfDropped || code == optOSDropped) && len(v) >= 8 && s.uint64(v) != absent {
			drops, has = addDrops(drops, s.uint64(v)), true
		}
	})
	if err != nil {
		return err
	}
	if has && id < uint64(len(s.info.Interfaces)) {
		s.info.Interfaces[id].Drops, s.info.Interfaces[id].HasDrops = drops, true
	}
	return nil
}

// addDrops returns the sum of two drop counts, held at what records can hold.
func addDrops(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 || sum > math.MaxInt64 {
		return math.MaxInt64
	}
	return sum
}

// sectionApp returns what a section header says wrote it.
func (s *pcapngSource) sectionApp(options optionList) (app string, err error) {
	err = s.options(options, func(code uint16, v []byte) {
		if code == optUserAppl && app == "" {
			app = interfaceName(v)
		}
	})
	return app, err
}

// observed takes in until when an interface of our own was observed. Others say
// when the capture was stopped, which is not the same: what counts of theirs is
// their last packet.
func (s *pcapngSource) observed(i *Interface, v []byte) {
	if !s.own || len(v) < 8 {
		return
	}
	t := i.clock.time(uint64(s.uint32(v))<<32 | uint64(s.uint32(v[4:])))
	if !s.info.HasUntil || t > s.info.Until {
		s.info.Until, s.info.HasUntil = t, true
	}
}

// options calls f for each option in the list. An option that the list cuts off is an
// error where the list is whole, else it ends it.
func (s *pcapngSource) options(list optionList, f func(code uint16, value []byte)) error {
	for b := list.b; len(b) >= 4; {
		code, n := s.uint16(b), int(s.uint16(b[2:]))
		if code == optEnd {
			return nil
		}
		if n > len(b)-4 {
			if !list.whole {
				return nil
			}
			return errOption
		}
		f(code, b[4:4+n])
		b = b[min(4+(n+3)&^3, len(b)):]
	}
	return nil
}

var errOption = errors.New("an option is longer than its block")
