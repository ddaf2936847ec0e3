package timeline_test

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/timeline"
	"finwait/reassembly/truth"
)

// The proof of the counts is the kernel: both hosts' socket tables were read every
// millisecond beside the captures of testdata/real. Counts and tables of either
// capture must agree with both, within the path's delay and wherever a capture can
// tell; and what the kernel counted lies between min and max.

// minShare is the share of counts, and of sockets, that must agree; as in the test of
// states.
const minShare = 0.995

// slack is what a poll and a capture may differ by on a host that is busy.
const slack = int64(2 * time.Millisecond)

// kernelSocket is one end of a connection as its kernel knew it.
type kernelSocket struct {
	scenario, vantage, side string
	local, peer             netip.AddrPort
	states                  []truth.State
	from                    int64 // the first segment in the capture: what went before is not on record
	tolerance               int64
}

// around returns the states that the socket had within the tolerance of a time, and
// whether a capture, or a poll each millisecond, can tell.
func (s *kernelSocket) around(at int64) (list []string, blind bool) {
	if len(s.states) == 0 { // as the test of states: SYN cookies, a closed port
		return nil, true
	}
	for i := range s.states {
		k := &s.states[i]
		if k.At-k.Gap-s.tolerance <= at && at < k.At+s.tolerance {
			blind = true // what is shorter than the gap may be missing from the list
		}
		if k.At-s.tolerance > at {
			break
		}
		if i+1 == len(s.states) || at < s.states[i+1].At+s.tolerance {
			list = append(list, k.State)
			blind = blind || truth.Blind(s.scenario, s.vantage, s.side, k.State)
		}
	}
	if len(list) == 0 {
		list = append(list, "CLOSED") // not yet
	}
	return list, blind
}

// kernelSockets returns the sockets that the capture from a vantage can show.
func kernelSockets(t *testing.T, k *truth.Truth, vantage string, seen *kept) (list []kernelSocket) {
	t.Helper()
	first := map[[2]netip.AddrPort]int64{}
	for _, r := range seen.records {
		client, server := netip.AddrPortFrom(r.Client.IP, r.Client.Port), netip.AddrPortFrom(r.Server.IP, r.Server.Port)
		for _, pair := range [][2]netip.AddrPort{{client, server}, {server, client}} {
			if at, ok := first[pair]; !ok || int64(r.First.Time) < at {
				first[pair] = int64(r.First.Time)
			}
		}
	}
	for i := range k.Connections {
		c := &k.Connections[i]
		ends := [2]netip.AddrPort{netip.MustParseAddrPort(c.Client), netip.MustParseAddrPort(c.Server)}
		from, ok := first[ends]
		if !ok {
			continue
		}
		for side, name := range []string{"client", "server"} {
			list = append(list, kernelSocket{
				k.Scenario, vantage, name, ends[side], ends[1-side], c.States[name], from, int64(max(k.OneWayDelayS, k.MaxTransitS)*1e9) + slack,
			})
		}
	}
	return list
}

// cell is a host and a state at one time.
type cell struct {
	at    int64
	host  netip.Addr
	state string
}

// bounds are how many sockets a kernel had in a cell: at least those that were in no
// other state within the tolerance, at most those that were in it at all.
type bounds struct {
	sure, maybe int64
	blind       int64 // of which a capture cannot tell
}

func kernelCells(sockets []kernelSocket, from, to, step int64) map[cell]*bounds {
	out := map[cell]*bounds{}
	for i := range sockets {
		s := &sockets[i]
		for at := (max(from, s.from) + step - 1) / step * step; at <= to; at += step {
			states, blind := s.around(at)
			blind = blind || at < s.from+s.tolerance // it may have begun elsewhere
			for _, state := range states {
				if state == "CLOSED" {
					continue
				}
				c := cell{at, s.local.Addr(), state}
				if out[c] == nil {
					out[c] = new(bounds)
				}
				if out[c].maybe++; len(states) == 1 {
					out[c].sure++
				}
			}
			if blind { // it may be counted in any state
				for _, state := range allStates {
					c := cell{at, s.local.Addr(), state}
					if out[c] == nil {
						out[c] = new(bounds)
					}
					out[c].blind++
				}
			}
		}
	}
	return out
}

var allStates = []string{"SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"}

func TestCountsAgreeWithKernels(t *testing.T) {
	var cells, agree, within int
	eachCapture(t, func(t *testing.T, k *truth.Truth, vantage, file string) {
		seen := analyze(t, file)
		const step = int64(100 * time.Millisecond)
		from, to := observed(k, seen)
		want := kernelCells(kernelSockets(t, k, vantage, seen), from, to, step)
		c := timeline.NewCollector(timeline.Options{Step: time.Duration(step), TimeWait: time.Minute})
		for _, r := range seen.records {
			c.Add(r)
		}
		chart, err := c.Chart(file, seen.end)
		if err != nil {
			t.Fatal(err)
		}
		got := map[cell]timeline.Counts{}
		for row := range chart.Rows() {
			if at := int64(row.Time); at >= from && at <= to {
				key := cell{at, netip.MustParseAddr(row.Series.Host), row.Series.State.String()}
				sum := got[key]
				got[key] = timeline.Counts{Sockets: sum.Sockets + row.Sockets, Min: sum.Min + row.Min, Max: sum.Max + row.Max}
				if want[key] == nil {
					want[key] = new(bounds)
				}
			}
		}
		for key, b := range want {
			ours := got[key]
			cells++
			if ours.Sockets >= b.sure-b.blind && ours.Sockets <= b.maybe+b.blind {
				agree++
			} else {
				t.Logf("%v %v %s: %d sockets, but the kernel had %d to %d", time.Unix(0, key.at).UTC().Format(time.TimeOnly+".0"), key.host, key.state, ours.Sockets, b.sure, b.maybe)
			}
			if ours.Min <= b.maybe+b.blind && b.sure-b.blind <= ours.Max {
				within++
			} else {
				t.Logf("%v %v %s: %d to %d sockets, but the kernel had %d to %d", time.Unix(0, key.at).UTC().Format(time.TimeOnly+".0"), key.host, key.state, ours.Min, ours.Max, b.sure, b.maybe)
			}
		}
	})
	share(t, "counts agree with the kernels", agree, cells)
	share(t, "kernels' counts lie between min and max", within, cells)
}

// share tells how many of all are right, and wants nearly all to be.
func share(t *testing.T, what string, n, all int) {
	t.Helper()
	t.Logf("%s: %d of %d, %.3f %%", what, n, all, 100*float64(n)/float64(all))
	if all == 0 || float64(n) < minShare*float64(all) {
		t.Errorf("%s: %d of %d are too few", what, n, all)
	}
}

// observed returns from when to when both kernels and the capture were read.
func observed(k *truth.Truth, seen *kept) (from, to int64) {
	from, to = 0, int64(seen.end)
	for _, p := range k.Poll {
		from, to = max(from, p.Start), min(to, p.End)
	}
	return from, to
}

// eachCapture calls f with every capture that has kernels' words beside it.
func eachCapture(t *testing.T, f func(t *testing.T, k *truth.Truth, vantage, file string)) {
	t.Helper()
	files, err := truth.Files("../../testdata")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded captures: %v", err)
	}
	for _, file := range files {
		k, err := truth.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for vantage, c := range k.Captures {
			t.Run(k.Scenario+" "+vantage, func(t *testing.T) { f(t, k, vantage, filepath.Join(filepath.Dir(file), c.File)) })
		}
	}
}

// The tables list the very sockets that the kernels had.
func TestTablesAgreeWithKernels(t *testing.T) {
	var all, right int
	eachCapture(t, func(t *testing.T, k *truth.Truth, vantage, file string) {
		seen := analyze(t, file)
		sockets := kernelSockets(t, k, vantage, seen)
		from, to := observed(k, seen)
		for at := from; at <= to; at += int64(250 * time.Millisecond) {
			listed := map[[2]netip.AddrPort]string{}
			for _, s := range tableAt(t, seen, at) {
				if before, twice := listed[[2]netip.AddrPort{s.Local, s.Peer}]; twice {
					t.Errorf("%v to %v is listed in %s and %v", s.Local, s.Peer, before, s.State)
				}
				listed[[2]netip.AddrPort{s.Local, s.Peer}] = s.State.String()
			}
			for i := range sockets {
				s := &sockets[i]
				states, blind := s.around(at)
				pair := [2]netip.AddrPort{s.local, s.peer}
				state, there := listed[pair]
				delete(listed, pair)
				if !there {
					state = "CLOSED"
				}
				if at < s.from+s.tolerance || blind {
					continue
				}
				all++
				if contains(states, state) {
					right++
				} else {
					t.Logf("at %v %v is in %s, but the kernel had it in %v", time.Unix(0, at).UTC(), s.local, state, states)
				}
			}
			for pair, state := range listed {
				t.Errorf("at %v %v is in %s, but the kernels had no such socket", time.Unix(0, at).UTC(), pair, state)
			}
		}
	})
	share(t, "sockets are in the state that their kernel had them in", right, all)
}

func contains(list []string, word string) bool {
	for _, one := range list {
		if one == word {
			return true
		}
	}
	return false
}

func tableAt(t *testing.T, seen *kept, at int64) (list []timeline.Socket) {
	t.Helper()
	table := timeline.NewTable(timeline.Moment{At: model.Time(at)}, timeline.TableOptions{TimeWait: time.Minute}, func(t *timeline.Table) error {
		list = t.Sockets()
		return nil
	})
	first := model.Time(0)
	for _, r := range seen.records {
		if err := table.Record(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.File(&model.FileInfo{First: &first, Observed: &seen.end}); err != nil {
		t.Fatal(err)
	}
	if err := table.Close(nil); err != nil {
		t.Fatal(err)
	}
	return list
}
