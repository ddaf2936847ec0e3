package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// manual is generated, and as long as all help texts are.
const manual = "cmd/finwait/doc.go"

func TestFilesStaySmall(t *testing.T) {
	const warnLines, maxLines, maxSize = 400, 600, 1 << 20
	eachFile(t, func(file string, info fs.FileInfo) {
		if info.Size() > maxSize {
			t.Errorf("%s has %d octets, more than %d", file, info.Size(), maxSize)
		}
		if path.Ext(file) != ".go" || file == manual || info.Size() > maxSize {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			return
		}
		switch n := bytes.Count(text, []byte{'\n'}); {
		case n > maxLines:
			t.Errorf("%s has %d lines, more than %d", file, n, maxLines)
		case n > warnLines:
			t.Logf("%s has %d lines: time to split it", file, n)
		}
	})
}

// captureMagic are the beginnings of captures and of what they come wrapped in.
var captureMagic = []string{
	"\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x4d\x3c\xb2\xa1", // pcap
	"\x0a\x0d\x0d\x0a",                                                        // pcapng
	"\x1f\x8b", "\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18", "\xfd7zXZ\x00", "BZh", // gzip, zstd, lz4, xz, bzip2
}

func isCapture(b []byte) bool {
	for _, magic := range captureMagic {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// provenance matches a row of testdata/README.md: a file in backquotes, and its sha256.
var provenance = regexp.MustCompile("`([^`]+)`.*\\b([0-9a-f]{64})\\b")

// A capture is only worth something if one knows where it comes from.
func TestCapturesHaveProvenance(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "testdata", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, row := range strings.Split(string(text), "\n") {
		if m := provenance.FindStringSubmatch(row); m != nil {
			sums[m[1]] = m[2]
		}
	}
	eachFile(t, func(file string, _ fs.FileInfo) {
		name, ok := strings.CutPrefix(file, "testdata/")
		if !ok {
			return
		}
		b, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			return
		}
		if !isCapture(b) {
			return
		}
		switch want, got := sums[name], fmt.Sprintf("%x", sha256.Sum256(b)); want {
		case "":
			t.Errorf("%s has no row in testdata/README.md", file)
		case got:
		default:
			t.Errorf("%s: testdata/README.md says sha256 %s, but it is %s", file, want, got)
		}
		delete(sums, name)
	})
	for name := range sums {
		t.Errorf("testdata/README.md lists %s, which is not there", name)
	}
}
