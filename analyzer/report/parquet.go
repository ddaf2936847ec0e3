package report

import (
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"finwait/analyzer"
)

// rowGroup bounds how many records of a Parquet file are held until they are
// written. It takes some 50 MB, as the widest records go.
const rowGroup = 10_000

// Parquet writes records as a Parquet file: scalars flattened as in CSV, lists
// nested, zstd, null where the JSON is null. Times are TIMESTAMP(NANOS, UTC),
// durations DOUBLE in seconds, all integers INT64.
func Parquet(w io.Writer) analyzer.Handler {
	row := reflect.New(rowType())
	return &parquetHandler{
		row: row,
		w: parquet.NewGenericWriter[any](w, parquet.SchemaOf(row.Interface()),
			parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup),
			parquet.CreatedBy("finwait", analyzer.Schema, ""),
			parquet.KeyValueMetadata("schema", analyzer.Schema)),
	}
}

type parquetHandler struct {
	w   *parquet.GenericWriter[any]
	row reflect.Value // pointer to a rowType()
}

func (p *parquetHandler) Record(r *analyzer.Record) error {
	fillRow(p.row.Elem(), reflect.ValueOf(r).Elem())
	_, err := p.w.Write([]any{p.row.Interface()})
	return err
}

func (p *parquetHandler) File(*analyzer.FileInfo) error { return nil }
func (p *parquetHandler) Close(*analyzer.Summary) error { return p.w.Close() }
