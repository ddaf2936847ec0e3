package records

import (
	"io"

	"finwait/analyzer/model"
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
