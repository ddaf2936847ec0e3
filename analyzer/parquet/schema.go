package parquet

// Type is what a Node holds.
type Type uint8

const (
	Group     Type = iota // Children side by side
	List                  // any number of Children[0], which is never null
	Int64                 // INT(64,true)
	Timestamp             // nanoseconds since the Unix epoch, in UTC
	Double
	Boolean
	String // UTF-8
)

// Node is a column, or several that belong together. The caller fills in the first
// four fields; NewWriter does the rest.
type Node struct {
	Name     string
	Type     Type
	Optional bool // may be null
	Children []*Node

	// Def is the definition level of a value that is there, Rep the repetition level
	// of what repeats it ("Nested Encoding"; Dremel, section 4).
	Def, Rep uint8

	column *column // of a leaf
}

// Element returns the repetition level of a list's second element and of those behind it.
func (n *Node) Element() uint8 { return n.Rep + 1 }

// PutNull says that n, or what n is in, is not there; def tells how much of the way
// down to it was there. A list without elements is null at its own Def.
func (n *Node) PutNull(rep, def uint8) {
	if n.column != nil {
		n.column.level(rep, def)
		n.column.nulls++
		return
	}
	for _, child := range n.Children {
		child.PutNull(rep, def)
	}
}

// PutInt puts a value of an Int64 or a Timestamp; rep is 0 where a row begins.
func (n *Node) PutInt(rep uint8, v int64) {
	n.column.level(rep, n.Def)
	n.column.ints = append(n.column.ints, uint64(v))
}

// PutDouble puts a value of a Double, which must not be NaN.
func (n *Node) PutDouble(rep uint8, v float64) {
	n.column.level(rep, n.Def)
	n.column.doubles = append(n.column.doubles, v)
}

// PutBool puts a value of a Boolean.
func (n *Node) PutBool(rep uint8, v bool) {
	n.column.level(rep, n.Def)
	n.column.bools = append(n.column.bools, v)
}

// PutString puts a value of a String.
func (n *Node) PutString(rep uint8, v string) {
	n.column.level(rep, n.Def)
	n.column.strings.add(v)
}

// place sets the levels of n and of what is in it, and gathers the leaves.
func (n *Node) place(def, rep uint8, path []string, leaves []*column) []*column {
	if n.Optional {
		def++
	}
	n.Def, n.Rep = def, rep
	path = append(path[:len(path):len(path)], n.Name)
	switch n.Type {
	case Group:
		for _, child := range n.Children {
			leaves = child.place(def, rep, path, leaves)
		}
		return leaves
	case List:
		n.Children[0].Name = "element"
		return n.Children[0].place(def+1, rep+1, append(path, "list"), leaves)
	}
	n.column = &column{of: n, path: path}
	if n.Type == String {
		n.column.strings = newDictionary()
	}
	return append(leaves, n.column)
}

// Enumerations of the format ("parquet.thrift").
const (
	physicalBoolean   = 0
	physicalInt64     = 2
	physicalDouble    = 5
	physicalByteArray = 6

	required, optional, repeated = 0, 1, 2

	convertedUTF8, convertedList, convertedInt64 = 0, 3, 18

	encodingPlain, encodingRLE, encodingDelta, encodingDictionary = 0, 3, 5, 8

	codecZstd = 6
)

func (n *Node) physical() int64 {
	switch n.Type {
	case Boolean:
		return physicalBoolean
	case Double:
		return physicalDouble
	case String:
		return physicalByteArray
	}
	return physicalInt64
}

// elements counts the elements of the schema that n is written as.
func (n *Node) elements() int {
	count := 1
	if n.Type == List {
		count++ // the repeated group
	}
	for _, child := range n.Children {
		count += child.elements()
	}
	return count
}

// appendSchema writes n as elements of a schema, depth first.
func (n *Node) appendSchema(t *thrift) {
	repetition := int64(required)
	if n.Optional {
		repetition = optional
	}
	t.open()
	if len(n.Children) == 0 {
		t.int32(1, n.physical())
	}
	t.int32(3, repetition)
	t.text(4, n.Name)
	if len(n.Children) > 0 {
		t.int32(5, int64(len(n.Children)))
	}
	n.logical(t)
	t.close()
	if n.Type == List {
		t.open()
		t.int32(3, repeated)
		t.text(4, "list")
		t.int32(5, 1)
		t.close()
	}
	for _, child := range n.Children {
		child.appendSchema(t)
	}
}

// logical writes what n means beyond its physical type: the old way, where there is
// one, and the new ("Logical Types").
func (n *Node) logical(t *thrift) {
	converted := map[Type]int64{String: convertedUTF8, List: convertedList, Int64: convertedInt64}
	if c, ok := converted[n.Type]; ok {
		t.int32(6, c)
	}
	switch n.Type {
	case String:
		t.begin(10)
		t.empty(1)
		t.close()
	case List:
		t.begin(10)
		t.empty(3)
		t.close()
	case Timestamp:
		t.begin(10)
		t.begin(8)
		t.bool(1, true)
		t.begin(2)
		t.empty(3) // nanoseconds
		t.close()
		t.close()
		t.close()
	case Int64:
		t.begin(10)
		t.begin(10)
		t.int8(1, 64)
		t.bool(2, true)
		t.close()
		t.close()
	}
}
