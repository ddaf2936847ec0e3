package schema

import (
	"bytes"
	"encoding"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"

	analyzer "finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// draft is the version of JSON Schema.
const draft = "https://json-schema.org/draft/2020-12/schema"

// Names are what there is a schema for.
var Names = []string{"flow", "report"}

// Of returns the schema of that name, which must be one of Names.
func Of(name string) ([]byte, error) {
	if name == "flow" {
		return For("A connection, as flows --format jsonl writes it", reflect.TypeFor[analyzer.Record](), analyzer.Schema)
	}
	return For("The summary, as report --format json writes it", reflect.TypeFor[analyzer.Summary](), analyzer.SummarySchema)
}

// For returns the schema of values of a type; id is what names it, in their member schema
// where they have one.
func For(title string, t reflect.Type, id string) ([]byte, error) {
	of := document(title, t, id)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(of)
	return b.Bytes(), err
}

// node is a schema. Its members come in this order.
type node struct {
	Schema      string   `json:"$schema,omitempty"`
	ID          string   `json:"$id,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Type        any      `json:"type,omitempty"` // a name, or several
	Const       string   `json:"const,omitempty"`
	Enum        []any    `json:"enum,omitempty"`
	Format      string   `json:"format,omitempty"`
	Pattern     string   `json:"pattern,omitempty"`
	Minimum     *int64   `json:"minimum,omitempty"`
	Maximum     *int64   `json:"maximum,omitempty"`
	Required    []string `json:"required,omitempty"`
	Properties  *members `json:"properties,omitempty"`
	Values      *node    `json:"additionalProperties,omitempty"`
	Items       *node    `json:"items,omitempty"`
}

// members are the properties of an object, in their order.
type members struct {
	names []string
	nodes []node
}

// MarshalJSON writes them in their order, which a map would not keep.
func (m *members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, name := range m.names {
		b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(m.nodes[i]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func document(title string, t reflect.Type, name string) node {
	n := typed(t)
	n.Schema, n.ID, n.Title = draft, "urn:finwait:"+strings.ReplaceAll(name, "/", ":"), title
	for i, member := range n.Properties.names {
		if member == "schema" {
			n.Properties.nodes[i].Const = name
		}
	}
	return n
}

// times is how analyzer.Time writes itself: in UTC, with nine decimals.
const times = `^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z$`

// typed describes the values of a type.
func typed(t reflect.Type) node {
	switch t {
	case reflect.TypeFor[analyzer.Seconds]():
		return node{Type: "number"}
	case reflect.TypeFor[analyzer.Time]():
		return node{Type: "string", Format: "date-time", Pattern: times}
	case reflect.TypeFor[netip.Addr]():
		return node{Type: "string"}
	}
	switch {
	case t == reflect.TypeFor[conn.Caveats]():
		return node{Type: "array", Items: &node{Type: "string"}}
	case t.Kind() != reflect.Pointer && t.Implements(reflect.TypeFor[encoding.TextAppender]()):
		return node{Type: "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(typed(t.Elem()))
	case reflect.Slice:
		of := typed(t.Elem())
		return node{Type: "array", Items: &of}
	case reflect.Map:
		of := typed(t.Elem())
		if t.Elem().Kind() == reflect.Pointer {
			of = typed(t.Elem().Elem()) // a missing key is how null is written
		}
		return node{Type: "object", Values: &of}
	case reflect.Struct:
		return object(t)
	case reflect.String:
		return node{Type: "string"}
	case reflect.Bool:
		return node{Type: "boolean"}
	case reflect.Uint16, reflect.Uint32:
		low, high := int64(0), int64(1)<<t.Bits()-1
		return node{Type: "integer", Minimum: &low, Maximum: &high}
	case reflect.Float64:
		return node{Type: "number"}
	case reflect.Int, reflect.Int64:
		return node{Type: "integer"}
	}
	panic("schema: no description of " + t.String())
}

func orNull(n node) node {
	n.Type = []any{n.Type, "null"}
	if n.Enum != nil {
		n.Enum = append(n.Enum, nil)
	}
	return n
}

func object(t reflect.Type) node {
	n := node{Type: "object", Properties: new(members)}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		of := typed(f.Type)
		of.Description = f.Tag.Get("about")
		if f.Tag.Get("empty") == "null" {
			of = orNull(of)
		}
		if words := Words(f); words != nil {
			enumerate(&of, words)
		}
		n.Properties.names = append(n.Properties.names, name)
		n.Properties.nodes = append(n.Properties.nodes, of)
		if options != "omitempty" && options != "omitzero" {
			n.Required = append(n.Required, name)
		}
	}
	return n
}

// enumerate limits a string, or the strings of a list, to some words.
func enumerate(n *node, words []string) {
	if n.Items != nil {
		enumerate(n.Items, words)
		return
	}
	for _, word := range words {
		n.Enum = append(n.Enum, word)
	}
	if _, nullable := n.Type.([]any); nullable {
		n.Enum = append(n.Enum, nil)
	}
}
