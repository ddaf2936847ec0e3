package report

import (
	"io"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

type jsonArray struct {
	recordsOnly
	w     io.Writer
	buf   []byte
	begun bool
}

// JSON returns a Handler that writes the records as one JSON array, a record a
// line.
func JSON(w io.Writer) model.Handler { return &jsonArray{w: w} }

func (j *jsonArray) Record(r *model.Record) error {
	j.separate()
	j.buf = r.AppendJSON(j.buf)
	_, err := j.w.Write(j.buf)
	return err
}

func (j *jsonArray) raw(text []byte) error {
	j.separate()
	j.buf = append(j.buf, text...)
	_, err := j.w.Write(j.buf)
	return err
}

// separate begins buf with what stands before the next record.
func (j *jsonArray) separate() {
	j.buf = append(j.buf[:0], "[\n"...)
	if j.begun {
		j.buf = append(j.buf[:0], ",\n"...)
	}
	j.begun = true
}

func (j *jsonArray) Close(*model.Summary) error {
	end := "\n]\n"
	if !j.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}

// summaryOnly is the half of a Handler that formats of the summary have in
// common.
type summaryOnly struct{}

func (summaryOnly) Record(*model.Record) error { return nil }
func (summaryOnly) File(*model.FileInfo) error { return nil }

type summaryJSON struct {
	summaryOnly
	w io.Writer
}

// SummaryJSON returns a Handler that writes the summary as one JSON object.
func SummaryJSON(w io.Writer) model.Handler { return &summaryJSON{w: w} }

func (j *summaryJSON) Close(s *model.Summary) error {
	return prose.JSONEncoder(j.w, "  ").Encode(s)
}
