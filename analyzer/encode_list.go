package analyzer

import (
	"fmt"

	"finwait/reassembly"
)

// AppendList appends a list of a Record as JSON, for formats in which a list is
// one cell. list points to the field.
func AppendList(dst []byte, list any) []byte {
	switch l := list.(type) {
	case *[]string:
		return appendStrs(dst, *l)
	case *[]reassembly.Role:
		return appendRoles(dst, *l)
	case *reassembly.Caveats:
		return l.AppendJSON(dst)
	case *[]uint16:
		return appendVLAN(dst, *l)
	case *[]int64:
		return appendInts(dst, *l)
	case *[]Stay:
		return appendStays(dst, l)
	case *[]Finding:
		return appendFindings(dst, *l)
	}
	panic(fmt.Sprintf("analyzer: no list %T in a record", list))
}

// AppendString appends a JSON string as records have it.
func AppendString(dst []byte, s string) []byte { return appendStr(dst, s) }
