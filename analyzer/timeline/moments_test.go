package timeline

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// The worst moment of records that were counted in three parts, which were stored, is that
// of all.
func TestMomentsMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for n := range 50 {
		all := NewMoments()
		parts := [3]*Moments{NewMoments(), NewMoments(), NewMoments()}
		last := model.Time(0)
		for i := range 1 + n*8 {
			rec := waitingRecord(r, 1<<(n%30))
			last = max(last, rec.Last.Time)
			all.Add(rec)
			parts[(i+r.IntN(2))%3].Add(rec)
		}
		merged := NewMoments()
		for _, p := range parts {
			text, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			sent := new(Moments)
			if err := json.Unmarshal(text, sent); err != nil {
				t.Fatal(err)
			}
			merged.Merge(sent)
		}
		got, err := merged.Worst(&last)
		if err != nil {
			t.Fatal(err)
		}
		want, err := all.Worst(&last)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) || n > 5 && want == nil {
			t.Fatalf("%d records in parts: %+v, want %+v", 1+n*8, got, want)
		}
	}
}

// waitingRecord is of a connection one end of which waits in CLOSE-WAIT, within so many
// milliseconds.
func waitingRecord(r *rand.Rand, within int64) *model.Record {
	begin := model.Time(1e18) + model.Time(r.Int64N(within*1e6))
	stay := time.Duration(r.Int64N(within * 1e6))
	rec := &model.Record{
		Client: model.Endpoint{IP: netip.MustParseAddr("192.0.2.1"), Port: uint16(r.Uint32())},
		Server: model.Endpoint{IP: netip.AddrFrom4([4]byte{198, 51, 100, byte(r.IntN(3))}), Port: 80},
	}
	rec.First.Time, rec.Last.Time = begin, begin+model.Time(stay)
	rec.States.Server = []model.Stay{{State: tcpstate.CloseWait, Since: begin, DurationS: model.Seconds(stay), Open: r.IntN(4) == 0}}
	return rec
}
