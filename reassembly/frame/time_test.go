package frame

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

func TestTimeAgreesWithStandardLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	times := []Time{0, 1, -1, math.MaxInt64, math.MinInt64, 951782400e9, 951868799999999999, 4107542400e9}
	for range 20000 {
		times = append(times, Time(rnd.Uint64()))
	}
	for _, tm := range times {
		want := tm.Std().Format("2006-01-02T15:04:05.000000000Z07:00")
		if got := tm.String(); got != want {
			t.Fatalf("%d: got %s, want %s", int64(tm), got, want)
		}
		text, err := json.Marshal(tm)
		if err != nil {
			t.Fatal(err)
		}
		var back Time
		if err := json.Unmarshal(text, &back); err != nil || back != tm {
			t.Fatalf("%s came back as %d, want %d (%v)", text, back, tm, err)
		}
	}
}
