package main

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/klauspost/compress/zstd"

	"finwait/analyzer/driver"
	"finwait/analyzer/timeline"
)

// Part is what some captures add to the report.
type Part struct {
	Index    int // where it belongs among the others
	Outcome  *driver.Outcome
	Worst    timeline.Worst
	Problems []Problem

	// Of captures that are joined:
	Moments *timeline.Moments
	Votes   driver.Votes
	Shared  int64 // streams that hold segments of several VLANs or tunnels
}

// encode stores p to be sent.
func (p *Part) encode() ([]byte, error) {
	text, err := json.Marshal(p)
	return squeeze(text), err
}

func decodePart(b []byte) (*Part, error) {
	text, err := unsqueeze(b)
	if err != nil {
		return nil, err
	}
	return decodeJSON[Part](text)
}

var (
	squeezer, _   = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)) // the options are right
	unsqueezer, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2))
)

// squeeze compresses what is sent.
func squeeze(b []byte) []byte { return squeezer.EncodeAll(b, nil) }

func unsqueeze(b []byte) ([]byte, error) { return unsqueezer.DecodeAll(b, nil) }

// merge makes one part of several, in the order of their indices.
func (s *Settings) merge(parts []*Part) *Part {
	slices.SortFunc(parts, func(a, b *Part) int { return cmp.Compare(a.Index, b.Index) })
	all := &Part{Outcome: driver.NewOutcome(s.options()), Moments: timeline.NewMoments()}
	for _, p := range parts {
		all.Outcome.Merge(p.Outcome)
		all.Worst.Merge(p.Worst)
		if p.Moments != nil {
			all.Moments.Merge(p.Moments)
		}
		all.Votes.Merge(p.Votes)
		all.Shared += p.Shared
		all.Problems = append(all.Problems, p.Problems...)
	}
	return all
}
