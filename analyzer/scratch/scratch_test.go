package scratch

import (
	"io"
	"os"
	"testing"
)

// What was written is read from the beginning while more is written, and nothing stays
// behind.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
	f, err := New("test")
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, more := range []string{"one", " two", " three"} {
		want += more
		if _, err := io.WriteString(f, more); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, err := io.ReadAll(f.Again()); string(got) != want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, want)
			}
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// Where no file can be made, New says so.
func TestNoRoom(t *testing.T) {
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, "/no/such/directory")
	}
	if _, err := New("test"); err == nil {
		t.Error("a file in a directory that is not there")
	}
}
