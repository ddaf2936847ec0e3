// Package codec writes values without pointers as octets and reads them again: each
// number as a varint, in the order of its fields, so that neither the machine nor
// padding shows. It takes some nanoseconds a number.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"reflect"
	"unsafe"
)

// ErrShort says that octets are missing, or that a number does not fit.
var ErrShort = errors.New("encoded value is cut short or damaged")

// A Type knows how values of T are laid out. TypeOf makes one, once for each T.
type Type[T any] struct {
	ops  []op
	Hash uint32 // of the layout: values of another one are not to be read
}

// op is one number, or a run of octets.
type op struct {
	offset uintptr
	kind   reflect.Kind
	octets uintptr // of a run, where kind is Array
}

// TypeOf returns the layout of T. It panics where T holds a pointer.
func TypeOf[T any]() *Type[T] {
	t := new(Type[T])
	h := fnv.New32a()
	t.add(reflect.TypeFor[T](), 0)
	for _, o := range t.ops {
		fmt.Fprint(h, o.kind, o.octets, ";")
	}
	t.Hash = h.Sum32()
	return t
}

func (t *Type[T]) add(typ reflect.Type, offset uintptr) {
	switch kind := typ.Kind(); kind {
	case reflect.Struct:
		for f := range typ.Fields() {
			t.add(f.Type, offset+f.Offset)
		}
	case reflect.Array:
		if typ.Elem().Kind() == reflect.Uint8 {
			t.ops = append(t.ops, op{offset, reflect.Array, typ.Size()})
			return
		}
		for i := range typ.Len() {
			t.add(typ.Elem(), offset+uintptr(i)*typ.Elem().Size())
		}
	case reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		t.ops = append(t.ops, op{offset: offset, kind: kind})
	default:
		panic(fmt.Sprintf("codec: %v cannot be encoded", typ))
	}
}

// Append appends v to dst.
func (t *Type[T]) Append(dst []byte, v *T) []byte {
	base := unsafe.Pointer(v)
	for _, o := range t.ops {
		p := unsafe.Add(base, o.offset)
		switch o.kind {
		case reflect.Array:
			dst = append(dst, unsafe.Slice((*byte)(p), o.octets)...)
		case reflect.Bool, reflect.Uint8:
			dst = append(dst, *(*byte)(p))
		case reflect.Uint16:
			dst = binary.AppendUvarint(dst, uint64(*(*uint16)(p)))
		case reflect.Uint32:
			dst = binary.AppendUvarint(dst, uint64(*(*uint32)(p)))
		case reflect.Uint64:
			dst = binary.AppendUvarint(dst, *(*uint64)(p))
		case reflect.Int8:
			dst = append(dst, *(*byte)(p))
		case reflect.Int16:
			dst = binary.AppendVarint(dst, int64(*(*int16)(p)))
		case reflect.Int32:
			dst = binary.AppendVarint(dst, int64(*(*int32)(p)))
		case reflect.Int64:
			dst = binary.AppendVarint(dst, *(*int64)(p))
		}
	}
	return dst
}

// Decode makes v the value that b begins with, and returns what is behind it. Where
// it fails v holds anything.
func (t *Type[T]) Decode(b []byte, v *T) (rest []byte, err error) {
	base := unsafe.Pointer(v)
	for _, o := range t.ops {
		p := unsafe.Add(base, o.offset)
		switch o.kind {
		case reflect.Array:
			if uintptr(len(b)) < o.octets {
				return nil, ErrShort
			}
			copy(unsafe.Slice((*byte)(p), o.octets), b)
			b = b[o.octets:]
		case reflect.Bool, reflect.Uint8, reflect.Int8:
			if len(b) == 0 || o.kind == reflect.Bool && b[0] > 1 {
				return nil, ErrShort
			}
			*(*byte)(p) = b[0]
			b = b[1:]
		case reflect.Uint16, reflect.Uint32, reflect.Uint64:
			if b, err = unsigned(b, p, o.kind); err != nil {
				return nil, err
			}
		default:
			if b, err = signed(b, p, o.kind); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func unsigned(b []byte, p unsafe.Pointer, kind reflect.Kind) ([]byte, error) {
	v, n := binary.Uvarint(b)
	fits := true
	switch kind {
	case reflect.Uint16:
		*(*uint16)(p) = uint16(v)
		fits = v == uint64(uint16(v))
	case reflect.Uint32:
		*(*uint32)(p) = uint32(v)
		fits = v == uint64(uint32(v))
	default:
		*(*uint64)(p) = v
	}
	if n <= 0 || !fits {
		return nil, ErrShort
	}
	return b[n:], nil
}

func signed(b []byte, p unsafe.Pointer, kind reflect.Kind) ([]byte, error) {
	v, n := binary.Varint(b)
	fits := true
	switch kind {
	case reflect.Int16:
		*(*int16)(p) = int16(v)
		fits = v == int64(int16(v))
	case reflect.Int32:
		*(*int32)(p) = int32(v)
		fits = v == int64(int32(v))
	default:
		*(*int64)(p) = v
	}
	if n <= 0 || !fits {
		return nil, ErrShort
	}
	return b[n:], nil
}
