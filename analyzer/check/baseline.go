package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"

	"finwait/analyzer/model"
)

// fingerprintKey names the fingerprint in SARIF, with its version.
const fingerprintKey = "communityIdRuleOrdinal/v1"

// BaselineLimit is how many octets a baseline may have: tens of thousands of findings.
const BaselineLimit = 16 << 20

const (
	maxKnown = 50_000  // findings in a baseline
	maxEntry = 1 << 20 // octets of a result, or of a record
)

// fingerprints count the findings of one capture.
type fingerprints map[string]int

// next returns what identifies a finding from one run to the next: its
// connection, its rule, and the how manieth it is of those.
func (c fingerprints) next(communityID, rule string) string {
	key := communityID + "/" + rule
	n := c[key]
	c[key]++
	return key + "/" + strconv.Itoa(n)
}

// fileFingerprint is the same of a finding about a capture as a whole.
func fileFingerprint(path, rule string) string {
	return "file/" + filepath.ToSlash(filepath.Base(path)) + "/" + rule
}

// Baseline is the set of findings that are known.
type Baseline struct {
	Path    string
	entries map[string]*knownFinding
	order   []*knownFinding
}

type knownFinding struct {
	fingerprint string
	rule        string
	file        string // in which it was found; "" where that is not said
	line        int    // of the baseline
	met         bool   // it was found again
}

// knows reports whether a finding is in the baseline; c may be nil.
func (c *Baseline) knows(fingerprint string) bool {
	if c == nil {
		return false
	}
	e := c.entries[fingerprint]
	if e != nil {
		e.met = true
	}
	return e != nil
}

func (c *Baseline) add(e knownFinding) error {
	if c.entries[e.fingerprint] != nil {
		return nil // of two captures, or twice
	}
	if len(c.order) == maxKnown {
		return fmt.Errorf("more than %d findings", maxKnown)
	}
	c.entries[e.fingerprint] = &e
	c.order = append(c.order, &e)
	return nil
}

// Unmet returns the entries that stand for no finding any more, of captures that were
// looked at, and how many are about captures that were not.
func (c *Baseline) Unmet(lookedAt func(file string) bool) (problems []Problem, elsewhere int) {
	if c == nil {
		return nil, 0
	}
	for _, e := range c.order {
		switch {
		case e.met:
		case !lookedAt(e.file):
			elsewhere++
		default:
			problems = append(problems, Problem{
				Kind: Useless, Title: "baseline: " + e.rule + " is not found any more", Line: e.line,
				Lines: []string{fmt.Sprintf("%s:%d: no such finding: %s %s", c.Path, e.line, e.file, e.fingerprint)},
				Mend:  "write the baseline anew, with --sarif",
			})
		}
	}
	return problems, elsewhere
}

// ReadBaseline reads the findings of an earlier run: what check --sarif wrote,
// or flows --format jsonl.
func ReadBaseline(name string, text []byte) (*Baseline, error) {
	if len(text) > BaselineLimit {
		return nil, fmt.Errorf("%s: too long for a baseline: more than %d MiB", name, BaselineLimit>>20)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New(name + " is empty")
	}
	b := &Baseline{Path: name, entries: map[string]*knownFinding{}}
	isLog, err := b.readLog(text)
	if !isLog {
		err = b.readRecords(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: a baseline is what check --sarif or flows --format jsonl wrote", name, err)
	}
	return b, nil
}

// readLog reads SARIF, result by result; isLog is false where the text is something
// else.
func (c *Baseline) readLog(text []byte) (isLog bool, err error) {
	d := &jsonWalker{Decoder: json.NewDecoder(bytes.NewReader(text)), text: text}
	err = d.object(func(key string) error {
		if key != "runs" {
			return d.skip()
		}
		isLog = true
		return d.array(func() error {
			return d.object(func(key string) error {
				if key != "results" {
					return d.skip()
				}
				return d.array(func() error { return c.readResult(d) })
			})
		})
	})
	return isLog, err
}

func (c *Baseline) readResult(d *jsonWalker) error {
	var result struct {
		Rule                string            `json:"ruleId"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Locations           []struct {
			Physical struct {
				Artifact struct {
					URI string `json:"uri"`
				} `json:"artifactLocation"`
			} `json:"physicalLocation"`
		} `json:"locations"`
	}
	line, err := d.value(&result)
	if err != nil || result.PartialFingerprints[fingerprintKey] == "" {
		return err
	}
	e := knownFinding{fingerprint: result.PartialFingerprints[fingerprintKey], rule: result.Rule, line: line}
	if len(result.Locations) > 0 {
		if u, err := url.Parse(result.Locations[0].Physical.Artifact.URI); err == nil {
			e.file = filepath.FromSlash(u.Path)
		}
	}
	return c.add(e)
}

// readRecords reads JSON Lines.
func (c *Baseline) readRecords(text []byte) error {
	files := map[string]fingerprints{}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var r struct {
			Schema      string `json:"schema"`
			File        string `json:"file"`
			CommunityID string `json:"community_id"`
			Findings    []struct {
				Rule string `json:"rule"`
			} `json:"findings"`
		}
		if len(line) > maxEntry {
			return fmt.Errorf("line %d is longer than a record", n)
		}
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if r.Schema != model.Schema {
			return fmt.Errorf("line %d: schema %q, want %q", n, r.Schema, model.Schema)
		}
		counts := files[r.File]
		if counts == nil {
			counts = fingerprints{}
			files[r.File] = counts
		}
		for _, f := range r.Findings {
			if err := c.add(knownFinding{fingerprint: counts.next(r.CommunityID, f.Rule), rule: f.Rule, file: r.File, line: n}); err != nil {
				return err
			}
		}
	}
	return nil
}

// jsonWalker reads JSON piece by piece, so that no more of it is in memory than one.
type jsonWalker struct {
	*json.Decoder
	text []byte
	line int // from 0, of the offset up to which lines were counted
	upTo int
}

// object calls each for every key of an object; it has to read the value.
func (d *jsonWalker) object(each func(key string) error) error {
	if err := d.delimiter('{'); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if err := each(name); err != nil {
			return err
		}
	}
	return d.delimiter('}')
}

func (d *jsonWalker) array(each func() error) error {
	if err := d.delimiter('['); err != nil {
		return err
	}
	for d.More() {
		if err := each(); err != nil {
			return err
		}
	}
	return d.delimiter(']')
}

func (d *jsonWalker) delimiter(want json.Delim) error {
	at := d.lineOf(int(d.InputOffset()))
	token, err := d.Token()
	if err == nil && token != want {
		err = fmt.Errorf("line %d: %v where %v is wanted", at, token, want)
	}
	return err
}

func (d *jsonWalker) skip() error {
	var value json.RawMessage
	return d.Decode(&value)
}

// value reads a value of some size, and returns the line on which it begins.
func (d *jsonWalker) value(to any) (line int, err error) {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return 0, err
	}
	line = d.lineOf(int(d.InputOffset()) - len(raw))
	if len(raw) > maxEntry {
		return line, fmt.Errorf("line %d: a result of %d octets", line, len(raw))
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return line, fmt.Errorf("line %d: %w", line, err)
	}
	return line, nil
}

// lineOf returns the line, from 1, on which an offset lies. Offsets come in order.
func (d *jsonWalker) lineOf(offset int) int {
	if offset > d.upTo {
		d.line += bytes.Count(d.text[d.upTo:min(offset, len(d.text))], []byte("\n"))
		d.upTo = min(offset, len(d.text))
	}
	return d.line + 1
}
