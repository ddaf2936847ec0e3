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
	tableBegin = "<!-- captures: written by testdata/record, do not edit -->"
	tableEnd   = "<!-- end of captures -->"
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
	return replaceBetweenMarks(filepath.Join(out, "README.md"), listScenarios()+"\n"+table.String())
}

// listScenarios says what each scenario shows.
func listScenarios() string {
	var list strings.Builder
	for _, s := range scenarios {
		fmt.Fprintf(&list, "- `%s`: %s\n", s.name, s.shows)
	}
	return list.String()
}

func replaceBetweenMarks(file, text string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(b, []byte(tableBegin+"\n"))
	_, after, ok2 := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ok2 {
		return errors.New(file + " lacks the marks around its table of captures")
	}
	var w bytes.Buffer
	fmt.Fprintf(&w, "%s%s\n%s%s%s", before, tableBegin, text, tableEnd, after)
	return os.WriteFile(file, w.Bytes(), 0o644)
}
