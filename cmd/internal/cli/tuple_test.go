package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestTuple(t *testing.T) {
	for _, text := range []string{
		"10.0.0.1:1-10.0.0.2:80", "10.0.0.1:1->10.0.0.2:80", "10.0.0.1:1 10.0.0.2:80", "10.0.0.1:1 - 10.0.0.2:80", " 10.0.0.1:1  10.0.0.2:80",
	} {
		var f tupleFlag
		if err := f.Set(text); err != nil || f.ends[0].Port() != 1 || f.ends[1].Port() != 80 {
			t.Errorf("%q: %v (%v)", text, f.ends, err)
		}
	}
	var f tupleFlag
	if err := f.Set("[2001:db8::1]:1-[2001:db8::2]:80"); err != nil || !f.ends[1].Addr().Is6() {
		t.Errorf("%v (%v)", f.ends, err)
	}
	for _, text := range []string{"", "-", "10.0.0.1:1", "10.0.0.1-10.0.0.2", "a:1-b:2", "10.0.0.1:1-10.0.0.2:99999"} {
		if f.Set(text) == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestSpoolReadsAgain(t *testing.T) {
	s, err := newSpool(strings.NewReader("what was read"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.file.Close()
	if _, err := io.CopyN(io.Discard, s, 8); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if text, err := io.ReadAll(s.file.Again()); err != nil || !bytes.Equal(text, []byte("what was")) {
			t.Errorf("%q (%v)", text, err)
		}
	}
}
