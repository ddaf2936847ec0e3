package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"finwait/analyzer/rules"
)

// The README lists every rule; what each says, explain says.
func TestReadmeListsRules(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.All {
		if name := r.ID + " " + r.Name; !strings.Contains(string(b), name) {
			t.Errorf("README.md lacks %s", name)
		}
	}
}

// The picture in the README is what the tool draws; -update draws it anew.
func TestReadmePicture(t *testing.T) {
	const picture = "testdata/go-timeout.svg"
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "]("+picture+")") {
		t.Errorf("README.md does not show %s", picture)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(top) // the picture names the capture as the README does
	got := run(t, "show testdata/real/go-timeout.pcap --stream 0 --format svg --no-config")
	if *update {
		if err := os.WriteFile(picture, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what finwait draws: run go test ./cmd/finwait -update", picture)
	}
}
