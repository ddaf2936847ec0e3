package schema

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"finwait/analyzer/model"
)

// draft is the version of JSON Schema.
const draft = "https://json-schema.org/draft/2020-12/schema"

// Names are what there is a schema for.
var Names = []string{"flow", "report"}

// Of returns the schema of that name, which must be one of Names.
func Of(name string) ([]byte, error) {
	if name == "flow" {
		return For("A connection, as flows --format jsonl writes it", reflect.TypeFor[model.Record](), model.Schema)
	}
	return For("The summary, as report --format json writes it", reflect.TypeFor[model.Summary](), model.SummarySchema)
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

// times is how model.Time writes itself: in UTC, with nine decimals.
const times = `^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z$`

// typed describes the values of a type.
func typed(t reflect.Type) node {
	switch model.KindOf(t) {
	case model.KindObject:
		return object(t)
	case model.KindOptional:
		return orNull(typed(t.Elem()))
	case model.KindList:
		of := typed(t.Elem())
		return node{Type: "array", Items: &of}
	case model.KindMap:
		of := typed(model.Value(t.Elem())) // a missing key is how null is written
		return node{Type: "object", Values: &of}
	case model.KindBool:
		return node{Type: "boolean"}
	case model.KindInteger:
		return integer(t)
	case model.KindNumber, model.KindDuration:
		return node{Type: "number"}
	case model.KindTime:
		return node{Type: "string", Format: "date-time", Pattern: times}
	case model.KindWords:
		return node{Type: "array", Items: &node{Type: "string"}}
	}
	return node{Type: "string"}
}

// integer describes the values of a type of integers: those of small ones have bounds.
func integer(t reflect.Type) node {
	n := node{Type: "integer"}
	if t.Kind() == reflect.Uint16 || t.Kind() == reflect.Uint32 {
		low, high := int64(0), int64(1)<<t.Bits()-1
		n.Minimum, n.Maximum = &low, &high
	}
	return n
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
	for _, m := range model.Members(t) {
		of := typed(m.Type)
		of.Description = m.About
		if m.EmptyNull {
			of = orNull(of)
		}
		if m.Words != nil {
			enumerate(&of, m.Words)
		}
		n.Properties.names = append(n.Properties.names, m.Name)
		n.Properties.nodes = append(n.Properties.nodes, of)
		if !m.Left {
			n.Required = append(n.Required, m.Name)
		}
	}
	return n
}

// enumerate limits a string, or the strings of a list or of both sides, to some words.
func enumerate(n *node, words []string) {
	if n.Items != nil {
		enumerate(n.Items, words)
		return
	}
	if n.Properties != nil {
		for i := range n.Properties.nodes {
			enumerate(&n.Properties.nodes[i], words)
		}
		return
	}
	for _, word := range words {
		n.Enum = append(n.Enum, word)
	}
	if _, nullable := n.Type.([]any); nullable {
		n.Enum = append(n.Enum, nil)
	}
}
