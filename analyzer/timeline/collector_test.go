package timeline

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// closeWait is a connection whose server stays in CLOSE-WAIT for a while.
func closeWait(client byte, from, to model.Time) *model.Record {
	r := &model.Record{Ended: conn.EndReset}
	r.Client = model.Endpoint{IP: netip.AddrFrom4([4]byte{192, 0, 2, client}), Port: 40000}
	r.Server = model.Endpoint{IP: netip.AddrFrom4([4]byte{198, 51, 100, 1}), Port: 80}
	stay := func(s tcpstate.State) []model.Stay {
		return []model.Stay{
			{State: s, Since: from, DurationS: model.Seconds(to - from)},
			{State: tcpstate.Closed, Since: to, Open: true, Bound: conn.AtLeast},
		}
	}
	r.States.Client, r.States.Server = stay(tcpstate.FinWait2), stay(tcpstate.CloseWait)
	r.First.Time, r.Last.Time = from, to
	return r
}

// Hosts beyond the bound are counted, under another name.
func TestOther(t *testing.T) {
	c := NewCollector(Options{Step: time.Second, maxHosts: 2})
	for client := range byte(5) {
		c.Add(closeWait(client, 1e18, 1e18+3e9))
	}
	chart, err := c.Chart("x", 1e18+10e9)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for i := range chart.Series {
		s := &chart.Series[i]
		got[s.Host+" "+s.State.String()] = s.Peak().Sockets
	}
	want := map[string]int64{"192.0.2.0 FIN-WAIT-2": 1, "192.0.2.1 FIN-WAIT-2": 1, "other FIN-WAIT-2": 3, "198.51.100.1 CLOSE-WAIT": 5}
	if !chart.Other || len(got) != len(want) {
		t.Errorf("%v, %v", chart.Other, got)
	}
	for name, n := range want {
		if got[name] != n {
			t.Errorf("%s: %d, want %d", name, got[name], n)
		}
	}
}

// A step that is too fine is an error that says which would do.
func TestTooFine(t *testing.T) {
	c := NewCollector(Options{Step: time.Millisecond})
	for i := range byte(200) {
		from := model.Time(1e18) + model.Time(i)*60e9
		c.Add(closeWait(i, from, from+3e9))
	}
	_, err := c.Chart("x", 1e18+1e15)
	var fine *StepError
	if !errors.As(err, &fine) || fine.Least != 200*time.Millisecond || (fine.Span-199*time.Minute).Abs() > 10*time.Second {
		t.Errorf("%v, %+v", err, fine)
	}
	c = NewCollector(Options{Step: fine.Least})
	for i := range byte(200) {
		from := model.Time(1e18) + model.Time(i)*60e9
		c.Add(closeWait(i, from, from+3e9))
	}
	if _, err := c.Chart("x", 1e18+1e15); err != nil {
		t.Errorf("the step that was asked for: %v", err)
	}
}

// Memory does not grow with the number of connections.
func TestCollectorIsBounded(t *testing.T) {
	c := NewCollector(Options{By: ByNone})
	most := 0
	for i := range 200_000 {
		from := model.Time(1e18) + model.Time(i)*1e7 + model.Time(i*7919%1e7)
		c.Add(closeWait(byte(i), from, from+model.Time(i%1000)*1e8))
		if most = max(most, c.kept); i > 100_000 && c.kept > 8*maxSlots {
			t.Fatalf("room for %d changes after %d connections", c.kept, i)
		}
	}
	t.Logf("room for %d changes", most)
}

// Every round step has a grain that divides it, and follows closely on the one before.
func TestSteps(t *testing.T) {
	for i, step := range roundSteps {
		if i > 0 && (step <= roundSteps[i-1] || step > 2*roundSteps[i-1]) {
			t.Errorf("%v follows on %v", step, roundSteps[i-1])
		}
		for _, g := range grains {
			if g <= step && step%g != 0 && step/g < 2*maxSlots/maxRows {
				t.Errorf("%v is not whole in grains of %v", step, g)
			}
		}
	}
	for i := range grains[1:] {
		if grains[i+1]%grains[i] != 0 || grains[i+1]/grains[i] > maxSlots/maxRows {
			t.Errorf("%v follows on %v", grains[i+1], grains[i])
		}
	}
}

// A longer TIME-WAIT than Linux's ends, too, when the addresses and ports are used again.
func TestReuseEndsLongTimeWait(t *testing.T) {
	at := func(seconds int) model.Time { return model.Time(1e18) + model.Time(seconds)*1e9 }
	first := closeWait(1, at(0), at(5))
	first.Ended = conn.EndClosed
	first.States.Client = []model.Stay{{State: tcpstate.TimeWait, Since: at(0), DurationS: 65e9, Open: true, Bound: conn.AtLeast}}
	for reuse, want := range map[int]string{90: "1@0 0@90", 500: "1@0 0@120"} {
		c := NewCollector(Options{Step: 10 * time.Second, TimeWait: 2 * time.Minute, States: []tcpstate.State{tcpstate.TimeWait}})
		c.Add(first)
		c.Add(closeWait(1, at(reuse), at(reuse+5)))
		chart, err := c.Chart("x", at(1000))
		if err != nil {
			t.Fatal(err)
		}
		got, before := "", int64(0)
		for row := range chart.Rows() {
			if row.Sockets != before {
				got += fmt.Sprintf(" %d@%v", row.Sockets, row.Time.Sub(at(0)).Seconds())
			}
			before = row.Sockets
		}
		if got != " "+want {
			t.Errorf("reused after %d s:%s, want %s", reuse, got, want)
		}
	}
}
