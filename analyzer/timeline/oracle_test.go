package timeline_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/timeline"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// kept is a Handler that keeps what the counts depend on.
type kept struct {
	records []*model.Record
	end     model.Time
}

func (k *kept) Record(r *model.Record) error {
	c := &model.Record{File: r.File, Stream: r.Stream, Client: r.Client, Server: r.Server, First: r.First, Last: r.Last, Ended: r.Ended, Packets: r.Packets}
	c.States.Client, c.States.Server = slices.Clone(r.States.Client), slices.Clone(r.States.Server)
	k.records = append(k.records, c)
	return nil
}

func (k *kept) File(f *model.FileInfo) error {
	if f.Observed != nil {
		k.end = *f.Observed
	}
	return nil
}

func (k *kept) Close(*model.Summary) error { return nil }

func analyze(t *testing.T, file string) *kept { return analyzeUntil(t, file, driver.Bound{}) }

// analyzeUntil looks at the packets before a time only.
func analyzeUntil(t *testing.T, file string, before driver.Bound) *kept {
	t.Helper()
	k := new(kept)
	o := driver.Options{Window: driver.Window{Before: before}, Problem: func(err error) { t.Log(err) }}
	_, err := driver.Run(t.Context(), []string{file}, o, k)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// countAt counts sockets at one time, straight from what the states mean: a stay
// holds the times from its beginning on and before its end, and the last of them the
// end of observation, too.
func (k *kept) countAt(at model.Time, by timeline.By, timeWait time.Duration) map[string]timeline.Counts {
	out := map[string]timeline.Counts{}
	for _, r := range k.records {
		for side, stays := range map[string][]model.Stay{"client": r.States.Client, "server": r.States.Server} {
			for _, s := range stays {
				if s.State.String() == "CLOSED" || s.State.String() == "LISTEN" || at < s.Since {
					continue
				}
				if s.State.String() == "UNKNOWN" && map[string]int64{"client": r.Packets.Client, "server": r.Packets.Server}[side] == 0 {
					continue // nothing was seen of it
				}
				until := s.Since + model.Time(s.DurationS)
				ended := min(endOf(r.States.Client), endOf(r.States.Server))
				isEnd := at == k.end && at == ended && r.Ended.String() != "reused" // and what is open goes on
				holds := at < until || at == until && isEnd && s.Open
				lasts := holds
				switch {
				case s.State.String() == "TIME-WAIT":
					final := s.Open && until == r.Last.Time+model.Time(time.Minute)
					holds = at < s.Since+model.Time(timeWait) && (final || at < until || at == until && isEnd && s.Open)
					lasts = holds
				case s.Bound.String() != "at-least":
				case r.Ended == conn.EndCapture || r.Ended == conn.EndIdle || r.Ended == conn.EndEvicted:
					lasts = true
				default:
					lasts = holds || at < ended || at == ended && isEnd && (s.Open || ended > until)
				}
				if at > k.end || !lasts {
					continue
				}
				c := out[key(r, by, side, s.State.String())]
				c.Max++
				if holds {
					c.Sockets++
					if s.Bound.String() != "at-most" {
						c.Min++
					}
				}
				out[key(r, by, side, s.State.String())] = c
			}
		}
	}
	return out
}

// endOf returns the end of the last of some stays.
func endOf(stays []model.Stay) model.Time {
	last := stays[len(stays)-1]
	return last.Since + model.Time(last.DurationS)
}

func key(r *model.Record, by timeline.By, side, state string) string {
	who := ""
	switch by {
	case timeline.ByHost:
		who = map[string]netip.Addr{"client": r.Client.IP, "server": r.Server.IP}[side].String()
	case timeline.ByServer:
		who = netip.AddrPortFrom(r.Server.IP, r.Server.Port).String()
	}
	return who + " " + side + " " + state
}

// compare holds every row of a chart to countAt.
func compare(t *testing.T, k *kept, o timeline.Options) *timeline.Chart {
	t.Helper()
	c := timeline.NewCollector(o)
	for _, r := range k.records {
		c.Add(r)
	}
	chart, err := c.Chart("x", k.end)
	if err != nil {
		t.Fatal(err)
	}
	got := map[model.Time]map[string]timeline.Counts{}
	last := ""
	for row := range chart.Rows() {
		name := row.Series.Host + " " + row.Series.Side + " " + row.Series.State.String()
		if order := row.Time.String() + " " + name; order <= last {
			t.Fatalf("row %q comes after %q", order, last)
		} else {
			last = order
		}
		if int64(row.Time)%int64(chart.Step) != 0 {
			t.Fatalf("%v is no multiple of %v", row.Time, chart.Step)
		}
		if got[row.Time] == nil {
			got[row.Time] = map[string]timeline.Counts{}
		}
		got[row.Time][name] = row.Counts
	}
	before := map[string]timeline.Counts{}
	for at := chart.Start - model.Time(chart.Step); at <= min(k.end, chart.Time(chart.Moments+3))+model.Time(chart.Step); at += model.Time(chart.Step) {
		want := k.countAt(at, o.By, o.TimeWait)
		for name, counts := range before { // it has just become 0
			if _, still := want[name]; !still && counts != (timeline.Counts{}) {
				want[name] = timeline.Counts{}
			}
		}
		if fmt.Sprint(got[at]) != fmt.Sprint(want) {
			t.Fatalf("step %v: at %v the chart says\n%v\nbut there were\n%v", chart.Step, at, got[at], want)
		}
		delete(got, at)
		before = want
	}
	if len(got) > 0 {
		t.Errorf("rows at other times: %v", got)
	}
	return chart
}

func TestCountsOfRealCaptures(t *testing.T) {
	files, err := filepath.Glob("../../testdata/real/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".pcap"), func(t *testing.T) {
			k := analyze(t, file)
			for _, by := range []timeline.By{timeline.ByHost, timeline.ByServer, timeline.ByNone} {
				compare(t, k, timeline.Options{By: by, TimeWait: time.Minute})
			}
			compare(t, k, timeline.Options{Step: 37 * time.Millisecond, TimeWait: time.Second})
		})
	}
}

// Records of all kinds at random, over times from microseconds to years.
func TestCountsAtRandom(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 15))
		unit := math.Pow(10, 3+random.Float64()*12) // ns
		k := randomRecords(random, []int{40, 300}[seed%2], unit)
		chart := compare(t, k, timeline.Options{TimeWait: time.Duration(unit * 20 * random.Float64())})
		if chart.Moments > 121 || chart.Moments < 59 && chart.Step > time.Microsecond {
			t.Errorf("seed %d: %d moments of %v", seed, chart.Moments, chart.Step)
		}
		k.end = model.Time(int64(k.end) / int64(chart.Step) * int64(chart.Step)) // a moment, at which observation ends
		for _, r := range k.records {
			cutAt(r, k.end)
		}
		compare(t, k, timeline.Options{TimeWait: time.Hour})
		step := chart.Step/3 + 1
		if given := compare(t, k, timeline.Options{Step: step, TimeWait: time.Minute}); given.Step != step {
			t.Errorf("a step of %v became %v", step, given.Step)
		}
	}
}

// randomRecords makes records whose states last some units.
func randomRecords(random *rand.Rand, n int, unit float64) *kept {
	some := func(max float64) model.Time { return model.Time(random.Float64() * max * unit) }
	ends := []conn.End{
		conn.EndClosed, conn.EndReset, conn.EndReused, conn.EndIdle, conn.EndEvicted, conn.EndCapture,
	}
	begin := model.Time(1.7e18)
	k := &kept{end: begin + model.Time(100*unit)}
	for range n {
		r := &model.Record{Ended: ends[random.IntN(len(ends))]}
		r.Client = model.Endpoint{IP: netip.AddrFrom4([4]byte{192, 0, 2, byte(random.IntN(4))}), Port: uint16(random.IntN(1 << 16))}
		r.Server = model.Endpoint{IP: netip.AddrFrom4([4]byte{198, 51, 100, byte(random.IntN(2))}), Port: 80}
		from := begin + some(60)
		until := k.end
		if r.Ended != conn.EndCapture {
			until = min(k.end, from+some(80))
		}
		for _, side := range []*[]model.Stay{&r.States.Client, &r.States.Server} {
			at := from
			for range 1 + random.IntN(4) {
				s := model.Stay{State: tcpstate.State(random.IntN(int(tcpstate.NumStates))), Since: at, Bound: conn.Bound(random.IntN(3))}
				s.DurationS = model.Seconds(min(some(20), until-at))
				at += model.Time(s.DurationS)
				*side = append(*side, s)
			}
			last := &(*side)[len(*side)-1]
			last.DurationS, last.Open, last.Bound = model.Seconds(until-last.Since), true, conn.AtLeast
		}
		r.First.Time, r.Last.Time = from, until
		if last := until - model.Time(time.Minute); r.Ended == conn.EndClosed && last > from {
			r.Last.Time = last
		}
		k.records = append(k.records, r)
	}
	return k
}

// At the end of observation, whichever packet comes last, a table has each end once, in
// the state that it was left in; and so does a chart with a moment there.
func TestEndOfObservation(t *testing.T) {
	for _, name := range []string{"go-timeout.pcap", "loss.pcap", "simultaneous-close.pcap", "abort-linger0.pcap", "time-wait-reuse.pcap"} {
		for tenths := 3; tenths < 30; tenths++ {
			before, err := driver.ParseBound(fmt.Sprintf("+%dms", tenths*100))
			if err != nil {
				t.Fatal(err)
			}
			k := analyzeUntil(t, filepath.Join("../../testdata/real", name), before)
			want := map[string]int64{}
			for _, r := range k.records {
				for side, stays := range map[string][]model.Stay{"client": r.States.Client, "server": r.States.Server} {
					for len(stays) > 0 && stays[len(stays)-1].Since > k.end {
						stays = stays[:len(stays)-1]
					}
					last := stays[len(stays)-1]
					until := last.Since + model.Time(last.DurationS)
					open := until > k.end || until == k.end && last.Open && r.Ended != conn.EndReused
					if silent := last.State == tcpstate.Unknown; open && !silent && last.State != tcpstate.Closed {
						want[key(r, timeline.ByNone, side, last.State.String())]++
					}
				}
			}
			got := map[string]int64{}
			for _, s := range tableAt(t, k, int64(k.end)) {
				side := "client"
				if s.Local.Port() == 8080 {
					side = "server"
				}
				got[" "+side+" "+s.State.String()]++
			}
			charted := map[string]int64{}
			for name, c := range k.countAt(k.end, timeline.ByNone, time.Minute) {
				if c.Sockets > 0 {
					charted[name] = c.Sockets
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(charted) != fmt.Sprint(want) {
				t.Errorf("%s before +%d ms: %v in the table, %v in the chart, want %v", name, tenths*100, got, charted, want)
			}
		}
	}
}

// cutAt lets the observation of a record end no later than at a time.
func cutAt(r *model.Record, end model.Time) {
	for _, stays := range []*[]model.Stay{&r.States.Client, &r.States.Server} {
		list := *stays
		for len(list) > 1 && list[len(list)-1].Since > end {
			list = list[:len(list)-1]
		}
		last := &list[len(list)-1]
		last.Open, last.Since = true, min(last.Since, end)
		last.DurationS = min(last.DurationS, model.Seconds(end-last.Since))
		*stays = list
	}
	r.Last.Time = min(r.Last.Time, end)
}
