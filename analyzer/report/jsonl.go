package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	analyzer "finwait/analyzer/model"
)

// recordsOnly is the half of a Handler that formats of records have in common:
// they leave out what is known of files and of the whole run.
type recordsOnly struct{}

func (recordsOnly) File(*analyzer.FileInfo) error { return nil }
func (recordsOnly) Close(*analyzer.Summary) error { return nil }

type jsonl struct {
	recordsOnly
	w   io.Writer
	buf []byte
}

// JSONL returns a Handler that writes one JSON object a line.
func JSONL(w io.Writer) analyzer.Handler { return &jsonl{w: w} }

func (j *jsonl) Record(r *analyzer.Record) error {
	j.buf = append(r.AppendJSON(j.buf[:0]), '\n')
	_, err := j.w.Write(j.buf)
	return err
}

func (j *jsonl) raw(text []byte) error {
	j.buf = append(append(j.buf[:0], text...), '\n')
	_, err := j.w.Write(j.buf)
	return err
}

// Replay reads records that JSONL or JSON wrote, and hands them to h. Reading stops
// at the first line that is no record; name is for the error.
func Replay(name string, r io.Reader, h analyzer.Handler) error {
	var totals analyzer.Aggregate
	lines := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		switch line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte(",")); string(line) {
		case "", "[", "]", "[]": // around the records of an array
		default:
			var rec analyzer.Record
			if jsonErr := json.Unmarshal(line, &rec); jsonErr != nil {
				return fmt.Errorf("%s: line %d: %w", name, n, jsonErr)
			}
			if rec.Schema != analyzer.Schema {
				return fmt.Errorf("%s: line %d: schema %q, want %q", name, n, rec.Schema, analyzer.Schema)
			}
			totals.Add(&rec)
			if err := h.Record(&rec); err != nil {
				return err
			}
		}
		if err != nil {
			return h.Close(totals.Summary())
		}
	}
}
