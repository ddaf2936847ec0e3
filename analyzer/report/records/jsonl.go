package records

import (
	"io"

	"finwait/analyzer/model"
)

// recordsOnly is the half of a Handler that formats of records have in common:
// they leave out what is known of files and of the whole run.
type recordsOnly struct{}

func (recordsOnly) File(*model.FileInfo) error { return nil }
func (recordsOnly) Close(*model.Summary) error { return nil }

type jsonl struct {
	recordsOnly
	w   io.Writer
	buf []byte
}

// JSONL returns a Handler that writes one JSON object a line.
func JSONL(w io.Writer) model.Handler { return &jsonl{w: w} }

func (j *jsonl) Record(r *model.Record) error {
	j.buf = append(r.AppendJSON(j.buf[:0]), '\n')
	_, err := j.w.Write(j.buf)
	return err
}

func (j *jsonl) raw(text []byte) error {
	j.buf = append(append(j.buf[:0], text...), '\n')
	_, err := j.w.Write(j.buf)
	return err
}
