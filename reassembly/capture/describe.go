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
func (g *guard) beginSection(b []byte) error {
	const byteOrderMagic uint32 = 0x1a2b3c4d
	switch byteOrderMagic {
	case binary.LittleEndian.Uint32(b[8:]):
		g.big = false
	case binary.BigEndian.Uint32(b[8:]):
		g.big = true
	default:
		return fmt.Errorf("section header with the byte order magic % x", b[8:12])
	}
	return nil
}

// describe reads a block that describes, and leaves of it in b what pcapgo can
// take. It reports false if b is too short for that.
func (g *guard) describe(typ uint32, b []byte) (ok bool, err error) {
	fixed := int64(28) // octets without options: of a section header
	switch typ {
	case blockInterface:
		fixed = 20
	case blockStatistics:
		fixed = 24
	}
	if g.size < fixed {
		return false, fmt.Errorf("descriptive block (type %#x) of only %d octets", typ, g.size)
	}
	held := int(min(g.size, heldMax))
	if len(b) < held {
		return false, nil
	}
	b = b[:held]
	options := b[fixed-4:]
	if int64(held) == g.size {
		options = options[:len(options)-4]
	}
	switch typ {
	case blockSection:
		err = g.sectionHeader(b, options)
	case blockInterface:
		err = g.interfaceDescription(b, options)
	case blockStatistics:
		err = g.statistics(b, options)
	}
	if err != nil {
		return false, err
	}
	if len(options) >= 4 {
		clear(options[:4]) // opt_endofopt: pcapgo looks no further
	}
	g.noteGap()
	return true, nil
}

func (g *guard) sectionHeader(b, options []byte) error {
	major, minor := g.uint16(b[12:]), g.uint16(b[14:])
	// 1.2 is a later writers' way to say 1.0 (draft-ietf-opsawg-pcapng §4.1).
	if major != 1 || minor != 0 && minor != 2 {
		return fmt.Errorf("pcapng version %d.%d is not supported", major, minor)
	}
	clear(b[14:16]) // pcapgo takes 1.0 only
	g.section = len(g.info.Interfaces)
	if g.at == 0 {
		g.info.BigEndian = g.big
	}
	app, err := g.sectionApp(options)
	if g.own = app == App; g.own && err == nil {
		err = g.options(options, func(code uint16, v []byte) {
			if since, ok := parsePlain(v); ok && code == optComment {
				g.info.Plain, g.info.HasPlain = since, true
			} else if code == optComment {
				g.info.parseGap(v)
			}
		})
	}
	return err
}

func (g *guard) interfaceDescription(b, options []byte) error {
	if len(g.info.Interfaces) == maxInterfaces {
		return fmt.Errorf("more than %d interfaces", maxInterfaces)
	}
	i := Interface{Link: segment.LinkType(g.uint16(b[8:])), SnapLen: g.uint32(b[12:])}
	resolution, offset := uint8(6), int64(0)
	err := g.options(options, func(code uint16, v []byte) {
		switch {
		case code == optIfName && i.Name == "":
			i.Name = interfaceName(v)
		case code == optTSResol && len(v) >= 1:
			resolution = v[0]
		case code == optTSOffset && len(v) >= 8:
			offset = int64(g.uint64(v))
		}
	})
	if err != nil {
		return err
	}
	i.clock = newClock(resolution, offset)
	if len(g.info.Interfaces) == 0 {
		g.info.SnapLen = i.SnapLen
	}
	g.info.Interfaces = append(g.info.Interfaces, i)
	// pcapgo makes a buffer of this size at the first packet, up to 4 GiB.
	if i.SnapLen > maxCaptured {
		i.SnapLen = maxCaptured
	}
	g.putUint32(b[12:], i.SnapLen)
	return nil
}

func interfaceName(v []byte) string {
	s, _, _ := strings.Cut(string(v[:min(len(v), maxName)]), "\x00")
	return strings.ToValidUTF8(s, "\uFFFD")
}

// statistics keeps the drop counts of an interface. They are running totals, so
// the last ones hold. Those of an unknown interface are ignored.
func (g *guard) statistics(b, options []byte) error {
	var drops uint64
	var has bool
	id := uint64(g.section) + uint64(g.uint32(b[8:]))
	err := g.options(options, func(code uint16, v []byte) {
		const absent = 1<<64 - 1
		if code == optEndTime && id < uint64(len(g.info.Interfaces)) {
			g.observed(&g.info.Interfaces[id], v)
		}
		if (code == optIfDropped || code == optOSDropped) && len(v) >= 8 && g.uint64(v) != absent {
			drops, has = addDrops(drops, g.uint64(v)), true
		}
	})
	if err != nil {
		return err
	}
	if has && id < uint64(len(g.info.Interfaces)) {
		g.info.Interfaces[id].Drops, g.info.Interfaces[id].HasDrops = drops, true
	}
	g.putUint32(b, blockCustom) // pcapgo skips it, and has nothing to add
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
func (g *guard) sectionApp(options []byte) (app string, err error) {
	err = g.options(options, func(code uint16, v []byte) {
		if code == optUserAppl && app == "" {
			app = interfaceName(v)
		}
	})
	return app, err
}

// observed takes in until when an interface of our own was observed. Others say
// when the capture was stopped, which is not the same: what counts of theirs is
// their last packet.
func (g *guard) observed(i *Interface, v []byte) {
	if !g.own || len(v) < 8 {
		return
	}
	t := i.clock.time(uint64(g.uint32(v))<<32 | uint64(g.uint32(v[4:])))
	if !g.info.HasUntil || t > g.info.Until {
		g.info.Until, g.info.HasUntil = t, true
	}
}

// options calls f for each option in b. An option that b cuts off is an error
// where b is all of them; where b is only the beginning, it ends the list.
func (g *guard) options(b []byte, f func(code uint16, value []byte)) error {
	for len(b) >= 4 {
		code, n := g.uint16(b), int(g.uint16(b[2:]))
		if code == optEnd {
			return nil
		}
		if n > len(b)-4 {
			if g.size > heldMax {
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

func (g *guard) putUint32(b []byte, v uint32) {
	if g.big {
		binary.BigEndian.PutUint32(b, v)
		return
	}
	binary.LittleEndian.PutUint32(b, v)
}
