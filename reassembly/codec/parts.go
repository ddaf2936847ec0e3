package codec

import "encoding/binary"

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

// Encoder appends the parts of a value one after the other. A Decoder reads them with
// methods of the same names.
type Encoder struct{ B []byte }

// Unsigned appends a number.
func (e *Encoder) Unsigned(v uint64) { e.B = binary.AppendUvarint(e.B, v) }

// Signed appends a signed number.
func (e *Encoder) Signed(v int64) { e.B = binary.AppendVarint(e.B, v) }

// Octet appends one octet.
func (e *Encoder) Octet(v byte) { e.B = append(e.B, v) }

// Flag appends a flag, as an octet.
func (e *Encoder) Flag(v bool) {
	if v {
		e.Octet(1)
	} else {
		e.Octet(0)
	}
}

// Flags appends up to eight flags, as one octet.
func (e *Encoder) Flags(list ...bool) {
	v := byte(0)
	for i, is := range list {
		if is {
			v |= 1 << i
		}
	}
	e.Octet(v)
}

// Fixed appends octets of which the reader knows how many they are.
func (e *Encoder) Fixed(octets []byte) { e.B = append(e.B, octets...) }

// Octets appends octets and how many there are.
func (e *Encoder) Octets(octets []byte) { e.B = AppendOctets(e.B, octets) }

// Text appends a text.
func (e *Encoder) Text(s string) {
	e.Unsigned(uint64(len(s)))
	e.B = append(e.B, s...)
}

// Decoder reads the parts of a value one after the other. After an error it reads
// nothing any more: numbers are 0, flags false, texts empty.
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

// Unsigned reads a number.
func (d *Decoder) Unsigned() uint64 {
	v, n := binary.Uvarint(d.B)
	if !d.skip(n) {
		return 0
	}
	return v
}

// skip passes over a number of n octets, and reports whether it counts. n is not positive
// where the number is cut off or too large.
func (d *Decoder) skip(n int) bool {
	if n <= 0 {
		d.Fail()
	}
	if d.Err != nil {
		return false
	}
	d.B = d.B[n:]
	return true
}

// Number reads a number, which is at most most.
func (d *Decoder) Number(most int) int {
	v := d.Unsigned()
	if v > uint64(most) {
		d.Fail()
		return 0
	}
	return int(v)
}

// Count reads how many parts follow, of which each takes an octet at least.
func (d *Decoder) Count() int {
	n := d.Unsigned()
	if n > uint64(len(d.B)) {
		d.Fail()
		return 0
	}
	return int(n)
}

// Signed reads a signed number.
func (d *Decoder) Signed() int64 {
	v, n := binary.Varint(d.B)
	if !d.skip(n) {
		return 0
	}
	return v
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

// Flag reads a flag.
func (d *Decoder) Flag() bool { return d.Octet() != 0 }

// Flags reads as many flags as were appended together.
func (d *Decoder) Flags(list ...*bool) {
	v := d.Octet()
	for i, is := range list {
		*is = v>>i&1 != 0
	}
}

// Fixed reads n octets; where they are missing all are 0.
func (d *Decoder) Fixed(n int) []byte {
	if n > len(d.B) {
		d.Fail()
	}
	if d.Err != nil {
		return make([]byte, n)
	}
	octets := d.B[:n]
	d.B = d.B[n:]
	return octets
}

// Octets reads octets that were appended with how many there are, at most so many.
func (d *Decoder) Octets(most int) []byte {
	n := d.Count()
	if n > most {
		d.Fail()
	}
	if d.Err != nil {
		return nil
	}
	octets := d.B[:n]
	d.B = d.B[n:]
	return octets
}

// Text reads a text.
func (d *Decoder) Text() string { return string(d.Octets(len(d.B))) }

// Value reads a value of T; after an error v holds anything.
func Value[T any](d *Decoder, t *Type[T], v *T) {
	if d.Err == nil {
		d.B, d.Err = t.Decode(d.B, v)
	}
}
