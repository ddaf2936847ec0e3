package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"finwait/analyzer/rules"
)

// The README lists every rule as the rule describes itself.
func TestReadmeListsRules(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.All {
		row := fmt.Sprintf("| %s | %s | %s | %s |", r.ID, r.Name, r.Severity, r.Doc.Title)
		if !strings.Contains(string(b), row+"\n") {
			t.Errorf("README.md lacks the row\n%s", row)
		}
	}
}
