package timelines

import (
	"io"

	"finwait/analyzer/model"
	"finwait/analyzer/parquet"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
)

type parquetWriter struct {
	w      *parquet.Writer
	fields []*parquet.Node // one for each cell
	shape  Shape
	list   []cell
}

// newParquetWriter writes rows as a Parquet file, with the types that Parquet has for
// records.
func newParquetWriter(w io.Writer, _ prose.Style, shape Shape) timeline.Writer {
	p := &parquetWriter{shape: shape}
	for _, c := range shape.cells(nil, "", &timeline.Row{Series: new(timeline.Series)}) {
		types := map[model.Kind]parquet.Type{model.KindString: parquet.String, model.KindInteger: parquet.Int64, model.KindTime: parquet.Timestamp}
		p.fields = append(p.fields, &parquet.Node{Name: c.name, Type: types[c.kind]})
	}
	p.w = parquet.NewWriter(w, p.fields, "finwait version "+Schema, [2]string{"schema", Schema})
	return p
}

func (p *parquetWriter) Chart(c *timeline.Chart) error {
	for r := range c.Rows() {
		p.list = p.shape.cells(p.list[:0], c.File, &r)
		for i := range p.list {
			if one := &p.list[i]; one.kind == model.KindString {
				p.fields[i].PutString(0, one.text)
			} else {
				p.fields[i].PutInt(0, one.number)
			}
		}
		if err := p.w.EndRow(); err != nil {
			return err
		}
	}
	return nil
}

func (p *parquetWriter) Close() error { return p.w.Close() }
