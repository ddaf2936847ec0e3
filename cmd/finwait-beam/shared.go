package main

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"finwait/analyzer/model"
)

func init() {
	beam.RegisterDoFn(&sharedFn{})
	beam.RegisterDoFn(&writeFn{})
}

// sharedFn follows the connections on 4-tuples that several units have: their packets come
// in the order of the captures to one value.
type sharedFn struct {
	Settings Settings

	follower *follower
	ctx      context.Context
	records  func(int, []byte)
	key      []byte
	lines    []byte // records that are not sent yet
	shared   int64
}

// StartBundle prepares for connections.
func (f *sharedFn) StartBundle(_ context.Context, _ []byte, _, _ func(int, []byte)) {
	f.follower, f.shared = nil, 0
}

// ProcessElement follows the connections of a 4-tuple.
func (f *sharedFn) ProcessElement(ctx context.Context, key []byte, values func(*[]byte) bool, plan []byte, _, emit func(int, []byte)) (err error) {
	f.ctx, f.records, f.key = ctx, emit, key
	if f.follower == nil {
		p, err := decodeJSON[Plan](plan)
		if err != nil {
			return err
		}
		f.follower = newFollower(&f.Settings, p, f.took)
		f.follower.dense = true
	} else {
		f.follower.reset()
	}
	t, err := parseTuple(key)
	if err != nil {
		return err
	}
	var packets chunks
	defer func() { err = errors.Join(err, packets.close()) }()
	var b []byte
	size := 0
	for values(&b) {
		if err := packets.add(b); err != nil {
			return err
		}
		size += len(b)
	}
	keyCost.add(ctx, size)
	if err := packets.each(func(chunk []byte) error { return f.addAll(chunk, t) }); err != nil {
		return err
	}
	err = f.follower.finish()
	f.handOn()
	f.shared += int64(f.follower.tracker.Counts().Shared)
	return err
}

// addAll takes in the packets of a chunk.
func (f *sharedFn) addAll(chunk []byte, t tuple) error {
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
		f.follower.add(p)
	}
}

// took takes in a record.
func (f *sharedFn) took(r *model.Record) error {
	f.lines = appendLine(f.lines, r)
	if len(f.lines) > maxChunk {
		f.handOn()
	}
	return nil
}

// handOn sends the records of a 4-tuple to whoever writes them.
func (f *sharedFn) handOn() {
	if len(f.lines) == 0 {
		return
	}
	value := squeeze(f.lines)
	recordsCost.add(f.ctx, intKey+len(value))
	f.records(int(hash(f.key)%f.Settings.shards()), value)
	f.lines = f.lines[:0]
}

// FinishBundle hands on what the connections add to the report.
func (f *sharedFn) FinishBundle(ctx context.Context, _ []byte, emit, _ func(int, []byte)) error {
	if f.follower == nil {
		return nil
	}
	part := f.follower.part(int(hash(f.key)))
	part.Shared = f.shared
	text, err := part.encode()
	if err != nil {
		return err
	}
	partsCost.add(ctx, intKey+len(text))
	emit(-1-int(hash(f.key)%groupSize), text)
	return nil
}
