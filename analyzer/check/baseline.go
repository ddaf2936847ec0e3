package check

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"finwait/analyzer"
	"finwait/analyzer/report"
)

// fingerprintKey names the fingerprint in SARIF, with its version.
const fingerprintKey = "communityIdRuleOrdinal/v1"

// fingerprints count the findings of one capture.
type fingerprints map[string]int

// next returns what identifies a finding from one run to the next: its
// connection, its rule, and the how manieth it is of those.
func (c fingerprints) next(r *analyzer.Record, f *analyzer.Finding) string {
	key := r.CommunityID + "/" + f.Rule
	n := c[key]
	c[key]++
	return key + "/" + strconv.Itoa(n)
}

// Baseline is the set of findings that are known.
type Baseline map[string]bool

// ReadBaseline reads the findings of an earlier run: what check --sarif wrote,
// or flows --format jsonl.
func ReadBaseline(name string, text []byte) (Baseline, error) {
	var log struct {
		Runs []struct {
			Results []struct {
				PartialFingerprints map[string]string `json:"partialFingerprints"`
			} `json:"results"`
		} `json:"runs"`
	}
	known := Baseline{}
	if err := json.Unmarshal(text, &log); err == nil && log.Runs != nil {
		for _, run := range log.Runs {
			for _, result := range run.Results {
				if print := result.PartialFingerprints[fingerprintKey]; print != "" {
					known[print] = true
				}
			}
		}
		return known, nil
	}
	h := &baselineReader{known: known, files: map[string]fingerprints{}}
	if err := report.Replay(name, bufio.NewReader(bytes.NewReader(text)), h); err != nil {
		return nil, fmt.Errorf("%w: a baseline is what check --sarif or flows --format jsonl wrote", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New(name + " is empty")
	}
	return known, nil
}

type baselineReader struct {
	known Baseline
	files map[string]fingerprints
}

func (b *baselineReader) Record(r *analyzer.Record) error {
	counts := b.files[r.File]
	if counts == nil {
		counts = fingerprints{}
		b.files[r.File] = counts
	}
	for i := range r.Findings {
		b.known[counts.next(r, &r.Findings[i])] = true
	}
	return nil
}

func (b *baselineReader) File(*analyzer.FileInfo) error { return nil }
func (b *baselineReader) Close(*analyzer.Summary) error { return nil }
