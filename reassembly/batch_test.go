package reassembly

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// Connections that come some at a time are those that come one by one, in that order, and
// all frames that they name are known to be asked for until they have come.
func TestBatches(t *testing.T) {
	most := 0
	for seed := range uint64(200) {
		r := &talkers{Rand: rand.New(rand.NewPCG(seed, 17)), now: 1e18}
		events := r.capture(5 << (seed % 6))
		want, _, _ := tell(Config{}, false, events)
		for _, beside := range []bool{false, true} {
			var got []*conn.Conn
			asked := map[int64]bool{}
			k := NewTracker(Config{Concurrent: beside, OnBatch: func(list []*conn.Conn) {
				most = max(most, len(list))
				for _, c := range list {
					if !beside && !asked[c.First.Frame] {
						t.Fatalf("seed %d, stream %d names frame %d, which Frames did not", seed, c.Stream, c.First.Frame)
					}
					got = append(got, c.Clone())
				}
			}}, nil)
			for i := range events {
				clear(asked)
				if !beside {
					k.Frames(func(frame int64) { asked[frame] = true })
				}
				events[i].to(k)
			}
			clear(asked)
			k.Frames(func(frame int64) { asked[frame] = true })
			k.Flush()
			mustBeTheSame(t, got, want, fmt.Sprintf("seed %d, beside: %v", seed, beside))
		}
	}
	if most < derivingBatch {
		t.Errorf("at most %d at a time: not much of a test", most)
	}
}

// Connections that are handed out some at a time are those that are handed out when they are
// superseded, whatever else comes meanwhile: much reuse and little room, errors of ICMP,
// silences, and SYNs that two connections have in common.
func TestSupersededTogether(t *testing.T) {
	most, evicted := 0, 0
	for seed := range uint64(600) {
		r := &chance{Rand: rand.New(rand.NewPCG(seed, 23)), now: 1e18, tuples: 1 + int(seed%8), steady: 4 << (seed / 8 % 5)}
		cfg := Config{MaxConnections: 1 << (seed % 5)}
		var events, other []event
		for n := 1; n <= 300; n++ {
			e := r.event(n)
			events = append(events, e)
			for _, end := range []*segment.Endpoint{&e.s.Src, &e.s.Dst} {
				if end.Port == 443 {
					end.Port = 8443
				}
			}
			if other = append(other, e); seed%2 == 1 && r.IntN(3) == 0 { // passed on to another server
				e = other[max(len(other)-1-r.IntN(8), 0)]
				e.time = r.now
				events = append(events, e)
			}
		}
		want, _, counts := tell(cfg, false, events)
		evicted += counts.Evicted
		var got []*conn.Conn
		cfg.OnBatch = func(list []*conn.Conn) {
			for _, c := range list {
				got = append(got, c.Clone())
			}
		}
		k := NewTracker(cfg, nil)
		for i := range events {
			events[i].to(k)
			most = max(most, len(k.superseded.list))
			if i%100 == 99 {
				k.Frames(func(int64) {})
			}
		}
		k.Flush()
		mustBeTheSame(t, got, want, fmt.Sprintf("seed %d", seed))
		if got := k.Counts(); got != counts {
			t.Errorf("seed %d: counted %+v, want %+v", seed, got, counts)
		}
	}
	if most < supersededBatch-1 || evicted == 0 {
		t.Errorf("at most %d at a time, %d evicted: not much of a test", most, evicted)
	}
}
