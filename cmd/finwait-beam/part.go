package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"github.com/klauspost/compress/zstd"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
)

// Part is what some captures add to the report.
type Part struct {
	Index    int // where it belongs among the others
	Outcome  *driver.Outcome
	Moment   *model.Moment // the worst
	Problems []Problem
}

// encode stores p to be sent: JSON in zstd, of which JSON compresses well.
func (p *Part) encode() ([]byte, error) {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(p); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func decodePart(text []byte) (*Part, error) {
	r, err := zstd.NewReader(bytes.NewReader(text), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	p := new(Part)
	return p, json.NewDecoder(r).Decode(p)
}

// merge makes one part of several, in the order of their indices.
func (s *Settings) merge(parts []*Part) *Part {
	slices.SortFunc(parts, func(a, b *Part) int { return cmp.Compare(a.Index, b.Index) })
	all := &Part{Outcome: driver.NewOutcome(s.options())}
	for _, p := range parts {
		all.Outcome.Merge(p.Outcome)
		if p.Moment != nil && (all.Moment == nil || p.Moment.Sockets > all.Moment.Sockets) {
			all.Moment = p.Moment
		}
		all.Problems = append(all.Problems, p.Problems...)
	}
	return all
}
