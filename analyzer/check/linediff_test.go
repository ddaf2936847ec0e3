package check

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lines makes a text of few different lines, or of many.
func lines(r *rand.Rand, n, different int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("line %d\n", r.IntN(different))
	}
	return list
}

// changedLines takes some lines away and puts others in.
func changedLines(r *rand.Rand, list []string) (out []string) {
	for _, line := range list {
		switch r.IntN(12) {
		case 0:
		case 1:
			out = append(out, fmt.Sprintf("new %d\n", r.IntN(9)), line)
		default:
			out = append(out, line)
		}
	}
	return out
}

// What patch(1) makes of the old text and the difference is the new text.
func TestDifferencesApply(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("no patch here")
	}
	dir := t.TempDir()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		old := lines(r, r.IntN(80), 1+r.IntN(200))
		now := changedLines(r, old)
		a, b := strings.Join(old, ""), strings.Join(now, "")
		if seed%5 == 0 {
			b += "no end of line"
		}
		diff := unified("old", []byte(a), "new", []byte(b))
		if (diff == "") != (a == b) {
			t.Fatalf("seed %d: %q", seed, diff)
		}
		if diff == "" {
			continue
		}
		file := filepath.Join(dir, "old")
		if err := os.WriteFile(file, []byte(a), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(patch, "-s", "-F0", "--posix", file)
		cmd.Stdin = strings.NewReader(diff)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, out, diff)
		}
		got, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) { // patch removes what becomes empty
			t.Fatal(err)
		}
		if string(got) != b {
			t.Fatalf("seed %d: patch makes\n%s\nof\n%s\nnot\n%s", seed, got, diff, b)
		}
	}
}

func TestDifference(t *testing.T) {
	old := []byte("a\nb\nc\nd\ne\nf\ng\nh\n")
	now := []byte("a\nb\nc\nd\nX\nf\ng\nh\n")
	want := "diff o n\n--- o\n+++ n\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n"
	if got := unified("o", old, "n", now); got != want {
		t.Errorf("%s", got)
	}
}

// A stranger's golden record takes no more time for being hard to compare.
func TestDifferencesAreFast(t *testing.T) {
	old := bytes.Repeat([]byte("a\n"), 400_000)
	now := append(bytes.Repeat([]byte("b\na\n"), 200_000), old...)
	begun := time.Now()
	unified("old", old, "new", now)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
