package cli

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// packed compresses text in one of the ways that captures are compressed.
func packed(t *testing.T, text []byte, to func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var b bytes.Buffer
	w := to(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var packers = map[string]func(io.Writer) io.WriteCloser{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"lz4":  func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser {
		z, _ := zstd.NewWriter(w) // there are no options that could be wrong
		return z
	},
}

// A stored run on standard input counts as its file does, in each format and whatever it is
// compressed with; report and diff agree on that.
func TestStoredOnStandardInput(t *testing.T) {
	files := recorded(t)[:12]
	want := reportOf(t, files...)
	report := []string{"report", "--quiet", "--no-config", "--format", "json", "-"}
	for _, name := range []string{"run.jsonl", "run.json", "run.parquet"} {
		path := storedAs(t, name, files...)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := fed(t, exitOK, text, report...)
		alike(t, name, comparably(t, out), want)
		fed(t, exitOK, text, "diff", "--no-config", path, "-")
		for how, to := range packers {
			squeezed := packed(t, text, to)
			if strings.HasSuffix(name, ".parquet") {
				for _, args := range [][]string{report, {"diff", "--no-config", path, "-"}} {
					if _, stderr := fed(t, exitInput, squeezed, args...); !strings.Contains(stderr, "-: Parquet within "+how) {
						t.Errorf("%s in %s: %s", name, how, stderr)
					}
				}
				continue
			}
			out, _ := fed(t, exitOK, squeezed, report...)
			alike(t, name+" in "+how, comparably(t, out), want)
			fed(t, exitOK, squeezed, "diff", "--no-config", path, "-")
		}
	}
}

// A capture on standard input is read as its file is, though it was looked at before.
func TestCaptureOnStandardInput(t *testing.T) {
	file := recorded(t)[0]
	want := reportOf(t, file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string][]byte{"bare": text}
	for how, to := range packers {
		inputs[how] = packed(t, text, to)
	}
	for how, in := range inputs {
		out, _ := fed(t, exitOK, in, "report", "--quiet", "--no-config", "--format", "json", "-")
		got := comparably(t, out)
		alike(t, how, strings.ReplaceAll(got, `"-"`, `"`+file+`"`), want)
	}
}
