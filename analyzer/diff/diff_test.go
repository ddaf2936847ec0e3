package diff

import (
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
)

func TestMoved(t *testing.T) {
	times := func(d time.Duration) *model.StateTimes {
		p90 := model.Seconds(d)
		return &model.StateTimes{N: 1, P90: &p90}
	}
	const ms = time.Millisecond
	for _, c := range []struct {
		was, is *model.StateTimes
		want    bool
	}{
		{times(100 * ms), times(150 * ms), false}, // more than 20 %, but 50 ms
		{times(100 * ms), times(151 * ms), true},
		{times(151 * ms), times(100 * ms), true},
		{times(time.Second), times(1200 * ms), false},
		{times(time.Second), times(1201 * ms), true},
		{times(0), times(51 * ms), true},
		{times(0), nil, false},
		{nil, times(time.Second), false},
		{&model.StateTimes{Open: 1}, times(time.Second), false},
	} {
		if got := (&Change{Old: c.was, New: c.is}).moved(); got != c.want {
			t.Errorf("%+v, %+v: %v", c.was, c.is, got)
		}
	}
}

// Names come from stored runs: drawn they may be longer than they are.
func TestWriteOddNames(t *testing.T) {
	name := strings.Repeat("\x1b", 40)
	was, is := NewRun("old"), NewRun("new")
	if err := is.Record(&model.Record{Findings: []model.Finding{{Rule: "FIN999", Name: name}}}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Run{was, is} {
		if err := r.Close(new(model.Summary)); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range []string{"text", "markdown", "json"} {
		var b strings.Builder
		if err := Write(&b, format, Compare(was, is)); err != nil || strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s: %v\n%q", format, err, b.String())
		}
	}
}
