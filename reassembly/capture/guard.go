package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
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

// guard stands between the file and pcapgo's NgReader, which takes every length
// on trust. It walks the block structure of what passes, so that a length that
// lies never gets through; it reads the descriptive blocks itself (see
// describe.go) and blanks out of them what the NgReader would stumble over.
//
// It works in place, in the NgReader's buffer: nothing is copied in between. Events
// it keeps to itself: in place of their blocks comes errEvent.
type guard struct {
	src  io.Reader // its errors come again
	info *Info

	big     bool   // byte order of the section
	own     bool   // an NgWriter wrote the section
	section int    // index in info.Interfaces of the section's first interface
	at      int64  // offset of the current block, or of the next one if left is 0
	size    int64  // octets of the current block, padding included
	trail   uint32 // what its trailing length must be
	left    int64  // octets of it not passed on yet: 0 or at least 4
	event   bool   // the current block is an event, of which nothing is passed on
	passed  int64  // octets passed on in all, events among them
	packets int    // packet blocks passed on in all, and events

	carry []byte // read but not passed on: from an event on, or the start of what must be seen whole
	err   error  // what stopped the guard, about the block at offset at

	gaps []gap // in file order; pcapngSource takes them out
}

// gap is a stretch of the file that holds no packets.
type gap struct {
	start, end int64 // offsets
	section    int   // guard.section behind it
}

// errEvent says that the next record is an event. It is not sticky.
var errEvent = errors.New("an event")

// Read passes on blocks, or parts of blocks, that were found sound. p must be
// larger than heldMax unless it ends within a packet, and pcapgo's reads are so.
func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if g.event {
		return 0, g.skip()
	}
	if passed := g.fromCarry(p); passed > 0 || g.err != nil {
		return passed, g.err
	}
	if g.event {
		return 0, g.skip()
	}
	n := copy(p, g.carry)
	g.carry = g.carry[:0]
	for {
		m, err := g.src.Read(p[n:])
		n += m
		passed, bad := g.walk(p[:n])
		switch {
		case bad != nil:
			g.err = bad
		case g.event:
			g.carry = append(g.carry, p[passed:n]...)
			if passed == 0 {
				return 0, g.skip()
			}
		case err == io.EOF && passed == n && g.left == 0:
			g.err = io.EOF
		case err != nil:
			g.err = cutOr(err)
		case passed > 0:
			g.carry = append(g.carry, p[passed:n]...)
		case n == len(p):
			g.err = io.ErrShortBuffer
		default:
			continue // too little to judge by
		}
		g.passed += int64(passed)
		if passed == 0 {
			return 0, g.err
		}
		return passed, nil
	}
}

// fromCarry passes on what stands behind an event. Reading it anew with what
// follows would copy the whole buffer for each event.
func (g *guard) fromCarry(p []byte) int {
	passed, err := g.walk(g.carry[:min(len(g.carry), len(p))])
	if err != nil && passed == 0 {
		g.err = err
	}
	copy(p, g.carry[:passed])
	g.carry = g.carry[passed:]
	g.passed += int64(passed)
	return passed
}

// skip reads past the current block, an event, and returns errEvent.
func (g *guard) skip() error {
	held := bytes.NewReader(g.carry)
	in := io.MultiReader(held, g.src)
	_, err := io.CopyN(io.Discard, in, g.left-4)
	var tail [4]byte
	if err == nil {
		_, err = io.ReadFull(in, tail[:])
	}
	g.carry = g.carry[len(g.carry)-held.Len():]
	if err == nil {
		err = g.checkTrail(tail[:])
	}
	if err != nil {
		g.err = cutOr(err)
		return g.err
	}
	g.passed += g.size
	g.packets++
	g.event = false
	g.end()
	return errEvent
}

// walk returns how many octets of b may be passed on. The rest of b begins with an
// event, or is either too little to judge by or, with an error, corrupt.
func (g *guard) walk(b []byte) (pos int, err error) {
	for {
		if g.left == 0 {
			pos += g.skim(b[pos:])
			if ok, err := g.begin(b[pos:]); !ok || err != nil || g.event {
				return pos, err
			}
		}
		if body := g.left - 4; body > int64(len(b)-pos) {
			g.left -= int64(len(b) - pos)
			return len(b), nil
		} else {
			pos += int(body)
			g.left = 4
		}
		if len(b)-pos < 4 {
			return pos, nil
		}
		if err := g.checkTrail(b[pos:]); err != nil {
			return pos, err
		}
		pos += 4
		g.end()
	}
}

// checkTrail compares the block's length with that which b begins with, the one
// behind the block.
func (g *guard) checkTrail(b []byte) error {
	if after := g.uint32(b); after != g.trail {
		return fmt.Errorf("block length is %d before the block and %d behind it", g.trail, after)
	}
	return nil
}

// end goes on to the next block.
func (g *guard) end() {
	g.at += g.size
	g.left = 0
}

// skim passes the sound and ordinary packet blocks that b begins with, and
// returns how many octets they are. It judges as begin does, in 4 ns a packet
// instead of 16.
func (g *guard) skim(b []byte) int {
	const fixed = 32
	var (
		pos   = 0
		typ   = uint32(blockEnhanced)
		big   = g.big
		count = uint32(len(g.info.Interfaces) - g.section)
	)
	if big {
		typ = bits.ReverseBytes32(typ)
	}
	for len(b)-pos >= fixed {
		h := b[pos : pos+fixed]
		n := binary.LittleEndian.Uint32(h[4:])
		id := binary.LittleEndian.Uint32(h[8:])
		captured := binary.LittleEndian.Uint32(h[20:])
		after := n
		if big {
			n, id, captured = bits.ReverseBytes32(n), bits.ReverseBytes32(id), bits.ReverseBytes32(captured)
		}
		if binary.LittleEndian.Uint32(h) != typ || n < fixed || n > blockMax || n%4 != 0 || int(n) > len(b)-pos ||
			id >= count || captured > maxCaptured || captured > n-fixed ||
			binary.LittleEndian.Uint32(b[pos+int(n)-4:]) != after {
			break
		}
		pos += int(n)
		g.packets++
	}
	g.at += int64(pos)
	return pos
}

// begin looks at the block that b begins with. It reports false if b is too
// short for that.
func (g *guard) begin(b []byte) (ok bool, err error) {
	if len(b) < blockFrame {
		return false, nil
	}
	typ := g.uint32(b)
	if typ == blockSection {
		if err := g.beginSection(b); err != nil {
			return false, err
		}
	}
	n := g.uint32(b[4:])
	if n < blockFrame || n > blockMax {
		return false, fmt.Errorf("block claims to be %d octets long", n)
	}
	g.trail = n
	g.size = int64(n+3) &^ 3
	switch typ {
	case blockEnhanced, blockPacket, blockSimple:
		ok, err = g.beginPacket(typ, b)
	case blockSection, blockInterface, blockStatistics:
		ok, err = g.describe(typ, b)
	case blockJournal, blockSysdig, blockSysdig2, blockSysdigLarge, blockCustom, blockCustomLocal:
		ok, g.event = true, true
	default:
		ok = true
		g.noteGap()
	}
	if !ok || err != nil {
		return ok, err
	}
	g.left = g.size
	if n%4 != 0 { // the padding is there, but was not counted
		g.putUint32(b[4:], uint32(g.size))
	}
	return true, nil
}

// beginPacket checks the fixed part of a block that holds a packet.
func (g *guard) beginPacket(typ uint32, b []byte) (ok bool, err error) {
	var (
		fixed    = int64(32) // octets that are not the packet's, trailing length included
		id       = 0
		captured int64
		count    = len(g.info.Interfaces) - g.section
	)
	if typ == blockSimple {
		fixed = 16
	}
	if g.size < fixed {
		return false, fmt.Errorf("packet block of only %d octets", g.size)
	}
	if int64(len(b)) < fixed-4 {
		return false, nil
	}
	switch typ {
	case blockEnhanced:
		id, captured = int(g.uint32(b[8:])), int64(g.uint32(b[20:]))
	case blockPacket:
		id, captured = int(g.uint16(b[8:])), int64(g.uint32(b[20:]))
	}
	if uint(id) >= uint(count) {
		return false, fmt.Errorf("packet of interface %d, of which there is no description", uint32(id))
	}
	if typ == blockSimple {
		captured = int64(g.uint32(b[8:])) // on the wire; the snaplen says what was kept of it
		if snap := g.info.Interfaces[g.section].SnapLen; snap != 0 {
			captured = min(captured, int64(snap))
		}
	}
	if captured > maxCaptured || captured > g.size-fixed {
		return false, fmt.Errorf("packet claims %d captured octets in a block of %d", captured, g.size)
	}
	g.packets++
	return true, nil
}

// noteGap records that the current block holds no packet.
func (g *guard) noteGap() {
	if n := len(g.gaps); n > 0 && g.gaps[n-1].end == g.at {
		g.gaps[n-1].end = g.at + g.size
		g.gaps[n-1].section = g.section
		return
	}
	g.gaps = append(g.gaps, gap{start: g.at, end: g.at + g.size, section: g.section})
}

func (g *guard) uint16(b []byte) uint16 {
	if g.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (g *guard) uint32(b []byte) uint32 {
	if g.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (g *guard) uint64(b []byte) uint64 {
	if g.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
