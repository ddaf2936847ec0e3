package codec

import (
	"encoding/binary"

	"finwait/reassembly/internal/slab"
)

// AppendPart appends a part that there may be.
func AppendPart[T any](dst []byte, t *Type[T], v *T) []byte {
	if v == nil {
		return append(dst, 0)
	}
	return t.Append(append(dst, 1), v)
}

// AppendOctets appends octets and how many there are.
func AppendOctets(dst, octets []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(octets))), octets...)
}

// Decoder reads the parts of a value one after the other. After an error it reads
// nothing any more.
type Decoder struct {
	B   []byte // what is left
	Err error
}

// Fail takes in that what was read makes no sense.
func (d *Decoder) Fail() {
	if d.Err == nil {
		d.Err = ErrShort
	}
}

// Number reads a number, which is at most most.
func (d *Decoder) Number(most int) int {
	v, n := binary.Uvarint(d.B)
	if d.Err == nil && (n <= 0 || v > uint64(most)) {
		d.Err = ErrShort
	}
	if d.Err != nil {
		return 0
	}
	d.B = d.B[n:]
	return int(v)
}

// Octet reads one octet.
func (d *Decoder) Octet() (b byte) {
	if len(d.B) == 0 {
		d.Fail()
	}
	if d.Err == nil {
		b, d.B = d.B[0], d.B[1:]
	}
	return b
}

// Signed reads a signed number.
func (d *Decoder) Signed() int64 {
	v, n := binary.Varint(d.B)
	if n <= 0 {
		d.Fail()
	}
	if d.Err != nil {
		return 0
	}
	d.B = d.B[n:]
	return v
}

// Octets reads what AppendOctets wrote, at most so many.
func (d *Decoder) Octets(most int) []byte {
	n := d.Number(min(most, len(d.B)))
	if n > len(d.B) {
		d.Fail()
		return nil
	}
	octets := d.B[:n]
	d.B = d.B[n:]
	return octets
}

// Value reads a value of T; after an error v holds anything.
func Value[T any](d *Decoder, t *Type[T], v *T) {
	if d.Err == nil {
		d.B, d.Err = t.Decode(d.B, v)
	}
}

// Row reads a part that there may be into a row of its table.
func Row[T any](d *Decoder, t *Type[T], table *slab.Slab[T]) (i uint32, v *T) {
	if d.Number(1) == 0 {
		return 0, nil
	}
	i, v = table.Alloc()
	if Value(d, t, v); d.Err != nil {
		table.Release(i)
		return 0, nil
	}
	return i, v
}
