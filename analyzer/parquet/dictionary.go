package parquet

import (
	"encoding/binary"
	"hash/maphash"
	"strings"
	"unicode/utf8"
)

// dictionary holds the strings of a column in the order in which they came first, and
// which of them each value is. Where half of a row group's strings came for the first
// time it holds the values themselves from then on: looking them up would be in vain, and
// costs 4 % of the processor time of the whole run.
type dictionary struct {
	seed  maphash.Seed
	slots []slot   // an open hash table, a power of two of them
	plain []byte   // the entries as PLAIN has them: four octets of length, then the text
	begin []uint32 // where each entry stands in plain
	index []uint32 // of the values; nil once it is off
	off   bool
}

// slot holds an entry's index plus 1, and half of its text's hash.
type slot struct{ entry, hash uint32 }

func newDictionary() *dictionary {
	return &dictionary{seed: maphash.MakeSeed(), slots: make([]slot, 64)}
}

// entry returns the text of an entry.
func (d *dictionary) entry(i uint32) []byte {
	from := d.begin[i]
	n := binary.LittleEndian.Uint32(d.plain[from:])
	return d.plain[from+4 : from+4+n]
}

// add adds a value. What is not UTF-8 is made so.
func (d *dictionary) add(s string) {
	if d.off {
		d.append(valid(s))
		return
	}
	if n := len(d.index); n > 0 && string(d.entry(d.index[n-1])) == s {
		d.index = append(d.index, d.index[n-1])
		return
	}
	hash := maphash.String(d.seed, s)
	mask := uint64(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at].entry != 0; at = (at + 1) & mask {
		if d.slots[at].hash != uint32(hash>>32) {
			continue
		}
		if i := d.slots[at].entry - 1; string(d.entry(i)) == s {
			d.index = append(d.index, i)
			return
		}
	}
	if fit := valid(s); fit != s {
		d.add(fit)
		return
	}
	i := uint32(len(d.begin))
	d.slots[at] = slot{i + 1, uint32(hash >> 32)}
	d.index = append(d.index, i)
	d.append(s)
	if 2*len(d.begin) > len(d.slots) {
		d.grow()
	}
}

func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func (d *dictionary) append(s string) {
	d.begin = append(d.begin, uint32(len(d.plain)))
	d.plain = binary.LittleEndian.AppendUint32(d.plain, uint32(len(s)))
	d.plain = append(d.plain, s...)
}

func (d *dictionary) grow() {
	d.slots = make([]slot, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i := range d.begin {
		hash := maphash.Bytes(d.seed, d.entry(uint32(i)))
		at := hash & mask
		for d.slots[at].entry != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slot{uint32(i) + 1, uint32(hash >> 32)}
	}
}

func (d *dictionary) reset() {
	if len(d.index) > 0 && !d.pays() {
		d.off, d.slots, d.index = true, nil, nil
	}
	clear(d.slots)
	d.plain, d.begin, d.index = d.plain[:0], d.begin[:0], d.index[:0]
}

// pays reports whether the dictionary makes the column smaller: half of the values
// at least came before.
func (d *dictionary) pays() bool { return len(d.begin) > 0 && 2*len(d.begin) <= len(d.index) }

// appendPlain appends the values without a dictionary.
func (d *dictionary) appendPlain(dst []byte) []byte {
	if d.off {
		return append(dst, d.plain...)
	}
	for _, i := range d.index {
		text := d.entry(i)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(text)))
		dst = append(dst, text...)
	}
	return dst
}
