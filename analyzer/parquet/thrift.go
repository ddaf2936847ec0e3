package parquet

import "encoding/binary"

// thrift appends what the compact protocol of Apache Thrift makes of structs, which is
// how Parquet writes its headers and its footer ("thrift-compact-protocol.md").
type thrift struct {
	b    []byte
	last []int16 // the field written last in each struct that is open
}

// The types of fields and of the elements of lists.
const (
	typeTrue   = 1
	typeFalse  = 2
	typeByte   = 3
	typeInt32  = 5
	typeInt64  = 6
	typeBinary = 8
	typeList   = 9
	typeStruct = 12
)

// field begins a field; fields of a struct come in the order of their numbers.
func (t *thrift) field(id int16, kind byte) {
	last := &t.last[len(t.last)-1]
	t.b = append(t.b, byte(id-*last)<<4|kind) // no struct here leaves out fifteen in a row
	*last = id
}

// open begins a struct that is an element of a list, or stands alone.
func (t *thrift) open() { t.last = append(t.last, 0) }

// begin begins a struct that is a field.
func (t *thrift) begin(id int16) {
	t.field(id, typeStruct)
	t.open()
}

// close ends a struct.
func (t *thrift) close() {
	t.b = append(t.b, 0)
	t.last = t.last[:len(t.last)-1]
}

// empty writes a struct without fields, which is how a union names its choice.
func (t *thrift) empty(id int16) {
	t.begin(id)
	t.close()
}

// list begins a list, whose elements the caller writes.
func (t *thrift) list(id int16, kind byte, n int) {
	t.field(id, typeList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|kind)
		return
	}
	t.b = append(t.b, 0xf0|kind)
	t.b = binary.AppendUvarint(t.b, uint64(n))
}

func (t *thrift) bool(id int16, v bool) {
	if v {
		t.field(id, typeTrue)
	} else {
		t.field(id, typeFalse)
	}
}

func (t *thrift) int8(id int16, v byte) {
	t.field(id, typeByte)
	t.b = append(t.b, v)
}

func (t *thrift) int32(id int16, v int64) { t.varint(id, typeInt32, v) }
func (t *thrift) int64(id int16, v int64) { t.varint(id, typeInt64, v) }

func (t *thrift) varint(id int16, kind byte, v int64) {
	t.field(id, kind)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *thrift) text(id int16, s string) {
	t.field(id, typeBinary)
	t.element(s)
}

// element writes a string of a list.
func (t *thrift) element(s string) {
	t.b = binary.AppendUvarint(t.b, uint64(len(s)))
	t.b = append(t.b, s...)
}
