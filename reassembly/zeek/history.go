package zeek

import "finwait/reassembly/segment"

// history is the string of letters, five bits each, 0 where it ends. What does
// not fit is left out: Zeek's own has no bound, but beyond its scaled letters
// only SYN, FIN and RST with ever other sequence numbers can fill this one.
type history [5]uint32

const (
	perWord    = 6
	maxHistory = len(history{}) * perWord
)

// alphabet has each letter in upper case for the originator and, right after
// it, in lower case for the responder.
const alphabet = "\x00SsHhAaDdFfRrGgTtWwIiQq^"

var letterCode = func() (code [128]uint8) {
	for i := range len(alphabet) {
		code[alphabet[i]] = uint8(i)
	}
	return code
}()

// onlySYNACK is the history "H".
var onlySYNACK = history{uint32(letterCode['H'])}

// at returns the ith letter, or 0 behind the last.
func (h *history) at(i int) byte {
	return alphabet[h[i/perWord]>>(i%perWord*5)&31]
}

func (h *history) add(letter byte) {
	for i := range maxHistory {
		if h.at(i) == 0 {
			h[i/perWord] |= uint32(letterCode[letter]) << (i % perWord * 5)
			return
		}
	}
}

func (h *history) append(dst []byte) []byte {
	for i := 0; i < maxHistory && h.at(i) != 0; i++ {
		dst = append(dst, h.at(i))
	}
	return dst
}

// write adds a letter that side gave occasion for.
func (c *Conn) write(letter byte, side uint8) {
	if c.role(side) == responder {
		letter |= 'a' - 'A'
	}
	c.history.add(letter)
}

// The letters that are written once: TCP_Endpoint.h's HistoryMasks.
const (
	onceSYN uint8 = 1 << iota
	onceFIN
	onceRST
	onceFINRST
	onceData
	onceACK
	onceMulti
)

// first writes a letter unless it was written for that role before, and reports
// whether it was (Conn.h: CheckHistory).
func (c *Conn) first(mask uint8, letter byte, side uint8) (before bool) {
	seen := &c.once[c.role(side)]
	if *seen&mask != 0 {
		return true
	}
	*seen |= mask
	c.write(letter, side)
	return false
}

// again writes a letter that counts each new sequence number.
func (c *Conn) again(mask uint8, letter byte, side uint8, at uint32, last *uint32) {
	if c.first(mask, letter, side) && at != *last {
		c.write(letter, side)
	}
	*last = at
}

// noteFlags writes what the flags of seg are worth (TCPSessionAdapter.cc:
// update_history). A FIN's position is that of the FIN itself, which Add
// stores, also for the FIN of a segment with other flags; Zeek keeps those
// apart, which shows only where both kinds of FIN come from one end.
func (c *Conn) noteFlags(seg *segment.Segment, side uint8, rel uint32) {
	e := &c.ends[side]
	const control = segment.SYN | segment.FIN | segment.RST
	switch f := seg.Flags; f & control {
	case 0:
		if seg.PayloadLen > 0 {
			c.first(onceData, 'D', side)
		} else if f.Has(segment.ACK) {
			c.first(onceACK, 'A', side)
		}
	case segment.SYN:
		letter := byte('S')
		if f.Has(segment.ACK) {
			letter = 'H'
		}
		c.again(onceSYN, letter, side, rel, &e.syn)
	case segment.FIN:
		c.again(onceFIN, 'F', side, rel+seg.PayloadLen, &e.fin)
	case segment.RST:
		c.again(onceRST, 'R', side, rel, &e.rst)
	case segment.FIN | segment.RST, control:
		c.first(onceFINRST, 'I', side)
	default:
		c.first(onceMulti, 'Q', side)
	}
}

// scaled counts an event, and writes its letter for the 1st, the 10th, the
// 100th and so on (Conn.cc: ScaledHistoryEntry). It stops beyond the 10,000th.
func (c *Conn) scaled(count *uint16, letter byte, side uint8) {
	if *count == 1<<16-1 {
		return
	}
	*count++
	switch *count {
	case 1, 10, 100, 1_000, 10_000:
		c.write(letter, side)
	}
}
