package parquet

// footer returns the FileMetaData.
func (w *Writer) footer() []byte {
	var t thrift
	t.open()
	t.int32(1, 1) // version
	w.schema(&t)
	t.int64(3, w.rows)
	t.list(4, typeStruct, len(w.groups))
	for i := range w.groups {
		w.rowGroup(&t, i)
	}
	t.list(5, typeStruct, 1)
	t.open()
	t.text(1, w.meta[0])
	t.text(2, w.meta[1])
	t.close()
	t.text(6, w.creator)
	// The bounds are in the order of the type: without this readers do not use them.
	t.list(7, typeStruct, len(w.columns))
	for range w.columns {
		t.open()
		t.empty(1)
		t.close()
	}
	t.close()
	return t.b
}

// schema writes the schema, whose root is a group of all fields.
func (w *Writer) schema(t *thrift) {
	elements := 1
	for _, n := range w.fields {
		elements += n.elements()
	}
	t.list(2, typeStruct, elements)
	t.open()
	t.text(4, "schema")
	t.int32(5, int64(len(w.fields)))
	t.close()
	for _, n := range w.fields {
		n.appendSchema(t)
	}
}

func (w *Writer) rowGroup(t *thrift, i int) {
	g := &w.groups[i]
	var unpacked, size int64
	for i := range g.chunks {
		unpacked += g.chunks[i].unpacked
		size += g.chunks[i].size
	}
	t.open()
	t.list(1, typeStruct, len(g.chunks))
	for i := range g.chunks {
		g.chunks[i].append(t, w.columns[i])
	}
	t.int64(2, unpacked)
	t.int64(3, g.rows)
	t.int64(5, g.chunks[0].begin())
	t.int64(6, size)
	t.close()
}

// begin returns where the first page stands.
func (c *chunk) begin() int64 {
	if c.dictionary > 0 {
		return c.dictionary
	}
	return c.data
}

// append writes a ColumnChunk.
func (c *chunk) append(t *thrift, of *column) {
	t.open()
	t.int64(2, c.begin())
	t.begin(3)
	t.int32(1, of.of.physical())
	encodings := []byte{encodingRLE, byte(c.encoding)}
	if c.dictionary > 0 {
		encodings = append(encodings, encodingPlain) // of its entries
	}
	t.list(2, typeInt32, len(encodings))
	for _, e := range encodings {
		t.b = append(t.b, e<<1) // zigzag
	}
	t.list(3, typeBinary, len(of.path))
	for _, name := range of.path {
		t.element(name)
	}
	t.int32(4, codecZstd)
	t.int64(5, c.values)
	t.int64(6, c.unpacked)
	t.int64(7, c.size)
	t.int64(9, c.data)
	if c.dictionary > 0 {
		t.int64(11, c.dictionary)
	}
	t.begin(12)
	t.int64(3, c.nulls)
	if c.bounded {
		t.text(5, c.greatest)
		t.text(6, c.least)
	}
	t.close()
	t.close()
	t.close()
}
