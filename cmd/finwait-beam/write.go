package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"

	"finwait/analyzer/model"
)

// line is a record as it passes between workers: in JSON, behind what orders it.
type line struct {
	stream uint32
	frame  int64
	text   []byte // with a line end
}

// appendLine appends a record.
func appendLine(dst []byte, r *model.Record) []byte {
	dst = binary.BigEndian.AppendUint32(dst, r.Stream)
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.First.Frame))
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(r.AppendJSON(dst), '\n')
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// parseLines takes apart what appendLine appended. The texts are parts of b.
func parseLines(b []byte) (list []line, err error) {
	for len(b) > 0 {
		const head = 16
		if len(b) < head || uint64(binary.BigEndian.Uint32(b[12:])) > uint64(len(b)-head) {
			return nil, errWire
		}
		l := line{stream: binary.BigEndian.Uint32(b), frame: int64(binary.BigEndian.Uint64(b[4:]))}
		n := head + int(binary.BigEndian.Uint32(b[12:]))
		l.text, b = b[head:n], b[n:]
		list = append(list, l)
	}
	return list, nil
}

// shards returns how many files hold the records of connections that cross captures: one
// worker holds those of a file in memory.
func (s *Settings) shards() uint32 { return uint32(min(max(s.Captures, 16), 4096)) }

// writeFn writes a file of records.
type writeFn struct{ Settings Settings }

// ProcessElement writes the records of a file by stream. It adds nothing to the report,
// which waits for it all the same: where there is a report all records are there, too.
func (f *writeFn) ProcessElement(ctx context.Context, shard int, values func(*[]byte) bool, emit func(int, []byte)) error {
	var list []line
	var squeezed []byte
	for values(&squeezed) {
		b, err := unsqueeze(squeezed)
		if err != nil {
			return err
		}
		lines, err := parseLines(b)
		if err != nil {
			return err
		}
		list = append(list, lines...)
	}
	slices.SortFunc(list, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.frame, b.frame), bytes.Compare(a.text, b.text))
	})
	err := write(ctx, f.Settings.sharedPart(shard), func(w io.Writer) error {
		if f.Settings.Format == "jsonl" {
			for i := range list {
				if _, err := w.Write(list[i].text); err != nil {
					return err
				}
			}
			return nil
		}
		h := f.Settings.handler(w)
		for i := range list {
			r := new(model.Record)
			if err := json.Unmarshal(list[i].text, r); err != nil {
				return err
			}
			if err := h.Record(r); err != nil {
				return err
			}
		}
		return h.Close(new(model.Summary))
	})
	if err != nil {
		return err
	}
	text, err := f.Settings.merge(nil).encode()
	emit(0, text)
	return err
}
