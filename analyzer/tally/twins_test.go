package tally

import (
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
)

// The same connections are counted in whatever parts they are gathered, and of more than are
// compared a sample; what came again at another time, as of a capture that was played back, is
// another connection.
func TestTwins(t *testing.T) {
	part := func(file string, from, n int, at time.Duration) *Aggregate {
		a := new(Aggregate)
		for i := range n {
			r := found(from+i, 1, from+i)
			r.File = file
			r.ISNs = model.Mix(uint64(from + i))
			r.First.Time, r.Last.Time = model.Time(at), model.Time(at+time.Second)
			a.Add(r)
		}
		a.AddFile(&model.FileInfo{File: file})
		return a
	}
	merged := func(parts ...*Aggregate) *Aggregate {
		all := new(Aggregate)
		for _, p := range parts {
			text, err := p.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			var restored Aggregate
			if err := restored.UnmarshalJSON(text); err != nil {
				t.Fatal(err)
			}
			all.Merge(&restored)
		}
		return all
	}
	for _, c := range []struct {
		what string
		all  *Aggregate
		want string
	}{
		{"half of them", merged(part("a", 0, 10, 0), part("b", 5, 10, time.Second)), "5 connections count twice: a and b hold"},
		{"one", merged(part("a", 0, 1, 0), part("b", 0, 1, 0)), "1 connection counts twice: a and b hold"},
		{"in parts of two", merged(part("x", 90, 1, 0), merged(part("a", 0, 4, 0), part("b", 0, 4, 0))), "4 connections count twice: a and b hold"},
		{"across parts", merged(merged(part("x", 90, 1, 0), part("a", 0, 4, 0)), merged(part("y", 91, 1, 0), part("b", 0, 4, 0))), "4 connections count twice: a and b hold"},
		{"many", merged(part("a", 0, 5000, 0), part("b", 0, 5000, 0)), "of a sample of 256 connections 256 count twice"},
		{"played back", merged(part("a", 0, 10, 0), part("b", 0, 10, time.Hour)), ""},
		{"others", merged(part("a", 0, 10, 0), part("b", 10, 10, 0)), ""},
	} {
		got := strings.Join(c.all.Summary().Caveats, "\n")
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if n := len(c.all.twins.kept); n > maxTwins {
			t.Errorf("%s: %d are kept", c.what, n)
		}
	}
}
