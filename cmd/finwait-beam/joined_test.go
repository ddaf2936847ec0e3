package main

import (
	"math/rand/v2"
	"testing"
)

// joined compares captures that are joined with what finwait says of them.
func joined(t *testing.T, files ...string) {
	t.Helper()
	prefix := analyze(t, Settings{Join: true}, files...)
	same(t, "records", sorted(written(t, prefix+"-*.jsonl")), sorted(want(t, append([]string{"flows", "--join", "--format", "jsonl"}, files...)...)))
	same(t, "report", written(t, prefix+".report.json"), want(t, append([]string{"report", "--join", "--format", "json"}, files...)...))
}

// TestJoined: all recordings as one, in any order.
func TestJoined(t *testing.T) {
	files := recordings(t)
	joined(t, files...)
	rand.New(rand.NewPCG(1, 9)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	joined(t, files...)
}
