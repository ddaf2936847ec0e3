package records

import (
	"net/netip"
	"reflect"

	"finwait/analyzer/model"
	"finwait/analyzer/parquet"
	"finwait/reassembly/conn"
)

// caveats are a list of words in one number.
var caveats = reflect.TypeFor[conn.Caveats]()

// parquetFields returns a field of the Parquet file for each of columns.
func parquetFields() (fields []*parquet.Node) {
	for _, c := range columns {
		fields = append(fields, parquetNode(c.name, c.typ, c.optional))
	}
	return fields
}

// parquetTypes are what values of each kind are stored as.
var parquetTypes = map[kind]parquet.Type{
	text: parquet.String, address: parquet.String, integer: parquet.Int64, timestamp: parquet.Timestamp,
	seconds: parquet.Double, boolean: parquet.Boolean, list: parquet.List,
}

// parquetNode returns the field that holds values of type t.
func parquetNode(name string, t reflect.Type, null bool) *parquet.Node {
	n := &parquet.Node{Name: name, Optional: null}
	if model.KindOf(t) == model.KindObject {
		for i, m := range model.Members(t) {
			if m.Index[0] != i {
				panic("records: members of " + t.String() + " must stand before its other fields")
			}
			n.Children = append(n.Children, parquetNode(m.Name, model.Value(m.Type), m.MayBeNull()))
		}
		return n
	}
	if n.Type = parquetTypes[cellKinds[model.KindOf(t)]]; n.Type == parquet.List {
		elements := reflect.TypeFor[string]()
		if t != caveats {
			elements = t.Elem()
		}
		n.Children = []*parquet.Node{parquetNode("element", elements, false)}
	}
	return n
}

// put puts the value v into a field that was made for it; ok is false where v is null.
// It continues what rep repeats; def is the definition level of what holds the field.
func (p *parquetHandler) put(n *parquet.Node, v reflect.Value, ok bool, rep, def uint8) {
	if v.Kind() == reflect.Pointer {
		if ok = ok && !v.IsNil(); ok {
			v = v.Elem()
		}
	}
	if !ok || n.Optional && (v.Kind() == reflect.String || v.Kind() == reflect.Slice) && v.Len() == 0 {
		n.PutNull(rep, def)
		return
	}
	switch n.Type {
	case parquet.Group:
		for i, child := range n.Children {
			p.put(child, v.Field(i), true, rep, n.Def)
		}
	case parquet.List:
		if v.CanUint() { // caveats
			v = reflect.ValueOf(conn.Caveats(v.Uint()).Names())
		}
		if v.Len() == 0 {
			n.PutNull(rep, n.Def)
			return
		}
		for i := range v.Len() {
			p.put(n.Children[0], v.Index(i), true, rep, n.Def+1)
			rep = n.Element()
		}
	case parquet.Double:
		n.PutDouble(rep, float64(v.Int())/1e9)
	case parquet.Boolean:
		n.PutBool(rep, v.Bool())
	case parquet.String:
		p.putText(n, v, rep)
	default:
		if v.CanUint() {
			n.PutInt(rep, int64(v.Uint()))
		} else {
			n.PutInt(rep, v.Int())
		}
	}
}

// putText puts a string, a word, or an address as JSON has it.
func (p *parquetHandler) putText(n *parquet.Node, v reflect.Value, rep uint8) {
	if v.Type() != reflect.TypeFor[netip.Addr]() {
		n.PutString(rep, textOf(v))
		return
	}
	text := ""
	if ip := *v.Addr().Interface().(*netip.Addr); ip.IsValid() {
		text = ip.WithZone("").String()
	}
	n.PutString(rep, text)
}
