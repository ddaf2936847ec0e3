//go:build record

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Marks in README.md around what this file writes.
const (
	tableBegin     = "<!-- captures: written by testdata/record, do not edit -->"
	tableEnd       = "<!-- end of captures -->"
	pairTableBegin = "<!-- pairs: written by testdata/record, do not edit -->"
	pairTableEnd   = "<!-- end of pairs -->"
)

const (
	linkTypeEthernet = 1
	linkTypeSLL2     = 276
)

// linkTypes names those that tcpdump writes here.
var linkTypes = map[uint32]string{linkTypeEthernet: "EN10MB", linkTypeSLL2: "LINUX_SLL2"}

// writeTable writes the table of captures in README.md anew, from the truth
// files that are there.
func writeTable(out string) error {
	files, err := filepath.Glob(filepath.Join(out, "real", "*"+truthSuffix))
	if err != nil {
		return err
	}
	var table strings.Builder
	table.WriteString("| file | scenario | vantage | link type | snaplen | kernel | licence | sha256 |\n")
	table.WriteString("|---|---|---|---|---|---|---|---|\n")
	for _, file := range files {
		var t struct {
			Scenario string         `json:"scenario"`
			Kernel   string         `json:"kernel"`
			Captures sides[capture] `json:"captures"`
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &t); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for i, c := range []capture{t.Captures.Client, t.Captures.Server} {
			data, err := os.ReadFile(filepath.Join(out, "real", c.File))
			if err != nil {
				return err
			}
			if len(data) < 24 {
				return fmt.Errorf("%s is no capture", c.File)
			}
			fmt.Fprintf(&table, "| `real/%s` | %s | %s | %s | %d | %s | as the project | `%x` |\n",
				c.File, t.Scenario, []string{"client", "server"}[i], linkTypes[binary.LittleEndian.Uint32(data[20:])],
				c.Snaplen, t.Kernel, sha256.Sum256(data))
		}
	}
	readme := filepath.Join(out, "README.md")
	if err := replaceBetweenMarks(readme, tableBegin, tableEnd, listScenarios(false)+"\n"+table.String()); err != nil {
		return err
	}
	pairs, err := pairTable(out)
	if err != nil {
		return err
	}
	return replaceBetweenMarks(readme, pairTableBegin, pairTableEnd, listScenarios(true)+"\n"+pairs)
}

// pairTable is the table of the captures of pairs, from their truth files.
func pairTable(out string) (string, error) {
	files, err := filepath.Glob(filepath.Join(out, "real", "pair", "*"+pairSuffix))
	if err != nil {
		return "", err
	}
	var table strings.Builder
	table.WriteString("| file | made of it afterwards | device | snaplen | kernel | licence | sha256 |\n")
	table.WriteString("|---|---|---|---|---|---|---|\n")
	for _, file := range files {
		var t struct {
			Kernel string      `json:"kernel"`
			A      pairCapture `json:"a"`
			B      pairCapture `json:"b"`
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(b, &t); err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		for _, c := range []pairCapture{t.A, t.B} {
			data, err := os.ReadFile(filepath.Join(out, "real", "pair", c.File))
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&table, "| `real/pair/%s` | %s | %s | %d | %s | as the project | `%x` |\n",
				c.File, strings.Join(c.Edits, "; "), c.Device, c.Snaplen, t.Kernel, sha256.Sum256(data))
		}
	}
	return table.String(), nil
}

// listScenarios says what each scenario shows, pairs or others.
func listScenarios(pairs bool) string {
	var list strings.Builder
	for _, s := range scenarios {
		if (s.pair != nil) == pairs {
			fmt.Fprintf(&list, "- `%s`: %s\n", s.name, s.shows)
		}
	}
	return list.String()
}

func replaceBetweenMarks(file, begin, end, text string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(b, []byte(begin+"\n"))
	_, after, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		return errors.New(file + " lacks the marks around its table of captures")
	}
	var w bytes.Buffer
	fmt.Fprintf(&w, "%s%s\n%s%s%s", before, begin, text, end, after)
	return os.WriteFile(file, w.Bytes(), 0o644)
}
