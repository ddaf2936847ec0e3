package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"finwait/analyzer/model"
)

func init() {
	register.DoFn5x1[[]byte, func(*[]byte) bool, []byte, func(int, []byte), func(int, []byte), error](&sharedFn{})
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func(int, []byte), error](&writeFn{})
}

// sharedFn follows the connections on 4-tuples that several units have: their packets come
// in the order of the captures to one value.
type sharedFn struct {
	Settings Settings

	follower *follower
	records  func(int, []byte)
	key      []byte
	line     []byte
	shared   int64
}

// StartBundle prepares for connections.
func (f *sharedFn) StartBundle(_ []byte, _, _ func(int, []byte)) { f.follower, f.shared = nil, 0 }

// ProcessElement follows the connections of a 4-tuple.
func (f *sharedFn) ProcessElement(key []byte, values func(*[]byte) bool, plan []byte, _, emit func(int, []byte)) error {
	f.records, f.key = emit, key
	if f.follower == nil {
		p, err := decodeJSON[Plan](plan)
		if err != nil {
			return err
		}
		f.follower = newFollower(&f.Settings, p, f.took)
	} else {
		f.follower.reset()
	}
	t, err := parseTuple(key)
	if err != nil {
		return err
	}
	var chunks [][]byte
	var b []byte
	for values(&b) {
		if len(b) < 16 {
			return errWire
		}
		chunks = append(chunks, slices.Clone(b))
	}
	slices.SortFunc(chunks, func(a, b []byte) int { return bytes.Compare(a[:16], b[:16]) })
	for i, chunk := range chunks {
		if i > 0 && bytes.Equal(chunk[:16], chunks[i-1][:16]) {
			continue // a worker that was tried again sent it twice
		}
		if err := f.takeAll(chunk[16:], t); err != nil {
			return err
		}
	}
	err = f.follower.finish()
	f.shared += int64(f.follower.tracker.Counts().Shared)
	return err
}

// takeAll takes in the packets of a chunk.
func (f *sharedFn) takeAll(chunk []byte, t tuple) error {
	list, err := unsqueeze(chunk)
	if err != nil {
		return err
	}
	d, err := newDecoder(list, t)
	if err != nil {
		return err
	}
	for {
		p, ok, err := d.next()
		if !ok || err != nil {
			return err
		}
		if p.Opens {
			f.follower.numbers = append(f.follower.numbers, p.Stream)
		}
		f.follower.take(p)
	}
}

// shards is how many files hold the records of connections that cross captures.
const shards = 16

func (f *sharedFn) took(r *model.Record) error {
	f.line = r.AppendJSON(f.line[:0])
	f.records(int(hash(f.key)%shards), slices.Clone(f.line))
	return nil
}

// FinishBundle hands on what the connections add to the report.
func (f *sharedFn) FinishBundle(_ []byte, emit, _ func(int, []byte)) error {
	if f.follower == nil {
		return nil
	}
	part := f.follower.part(int(hash(f.key)))
	part.Shared = f.shared
	text, err := part.encode()
	if err != nil {
		return err
	}
	emit(-1-int(hash(f.key)%groupSize), text)
	return nil
}

// writeFn writes a file of records.
type writeFn struct{ Settings Settings }

// ProcessElement writes the records of a file by stream. It adds nothing to the report,
// which waits for it all the same: where there is a report all records are there, too.
func (f *writeFn) ProcessElement(ctx context.Context, shard int, values func(*[]byte) bool, emit func(int, []byte)) error {
	var list []*model.Record
	var line []byte
	for values(&line) {
		r := new(model.Record)
		if err := json.Unmarshal(line, r); err != nil {
			return err
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *model.Record) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.First.Frame, b.First.Frame))
	})
	err := write(ctx, f.Settings.sharedPart(shard), func(w io.Writer) error {
		h := f.Settings.handler(w)
		for _, r := range list {
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
