package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCIExample runs what the README of the example for CI shows.
func TestCIExample(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "testdata", "ci-example", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	list := examples(fenced(string(text)))
	if len(list) == 0 {
		t.Error("the README shows no run")
	}
	runExamples(t, list)
}
