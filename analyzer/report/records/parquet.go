package records

import (
	"io"

	"finwait/analyzer/model"
	"finwait/analyzer/parquet"
)

// Parquet writes records as a Parquet file: scalars flattened as in CSV, lists
// nested, zstd, null where the JSON is null. Times are TIMESTAMP(NANOS, UTC),
// durations DOUBLE in seconds, all integers INT64.
func Parquet(w io.Writer) model.Handler {
	fields := parquetFields()
	return &parquetHandler{
		fields: fields,
		w:      parquet.NewWriter(w, fields, "finwait version "+model.Schema, [2]string{"schema", model.Schema}),
	}
}

type parquetHandler struct {
	recordsOnly
	w      *parquet.Writer
	fields []*parquet.Node // one for each of columns
	values values
}

func (p *parquetHandler) Record(r *model.Record) error {
	p.values.of(r)
	for i := range columns {
		v, ok := p.values.value(&columns[i])
		p.put(p.fields[i], v, ok, 0, 0)
	}
	return p.w.EndRow()
}

func (p *parquetHandler) Close(*model.Summary) error { return p.w.Close() }
