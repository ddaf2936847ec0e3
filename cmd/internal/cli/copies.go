package cli

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"finwait/analyzer/report/prose"
)

// leaveOutCopies returns the files without those that were found below a directory and
// hold the same octets as one before them, and the note that says so; "" where there
// are none. What was named itself stays. Only files of the same size are read for it,
// and only what is a regular file.
func leaveOutCopies(files, named []string) (left []string, note string) {
	sizes := make([]int64, len(files)) // -1 for what cannot be compared
	bySize := map[int64]int{}
	for i, path := range files {
		sizes[i] = -1
		if info, err := os.Stat(path); path != "-" && err == nil && info.Mode().IsRegular() {
			sizes[i] = info.Size()
			bySize[info.Size()]++
		}
	}
	first := map[[sha256.Size]byte]string{}
	var told []string
	copies := 0
	for i, path := range files {
		if sizes[i] >= 0 && bySize[sizes[i]] > 1 {
			if sum, err := sumOf(path); err == nil {
				if of, known := first[sum]; known && !slices.Contains(named, path) {
					if copies++; copies <= 3 {
						told = append(told, fmt.Sprintf("%s as %s", prose.Safe(path), prose.Safe(of)))
					}
					continue
				}
				first[sum] = path
			}
		}
		left = append(left, path)
	}
	if copies == 0 {
		return left, ""
	}
	if copies > len(told) {
		told = append(told, "…")
	}
	return left, fmt.Sprintf("%s counted once: %s", counted(copies, "capture has the same octets as another and is", "captures have the same octets as another and are"), strings.Join(told, ", "))
}

// sumOf reads a file through.
func sumOf(path string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
