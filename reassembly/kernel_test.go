package reassembly_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/truth"
)

// The proof of the derived states is the kernel: testdata/record captured the
// traffic of real programs on both hosts and asked both kernels every
// millisecond which state their sockets were in. The states derived from either
// capture alone must agree with what both kernels said.

// minShare is the mean share of milliseconds that must agree.
const minShare = 0.995

func TestStatesAgreeWithKernel(t *testing.T) {
	replayAll(t, minShare, func(*segment.Segment) bool { return true })
}

// A capture of control segments alone shows less, but what is not repeated was
// acknowledged. What is left to guess is when; and who fell silent, and why.
func TestFilteredStatesAgreeWithKernel(t *testing.T) {
	const minFiltered = 0.85 // FIN-WAIT-1, the length of a delayed ACK, is not on record at all
	replayAll(t, minFiltered, func(s *segment.Segment) bool { return s.Flags.Any(segment.SYN | segment.FIN | segment.RST) })
}

// replayAll compares all recorded captures, as far as keep lets their segments
// pass. The order of states is only asked for where all of them do.
func replayAll(t *testing.T, minimum float64, keep func(*segment.Segment) bool) {
	files, err := truth.Files("../testdata")
	if len(files) == 0 {
		t.Fatal("no recorded captures under testdata/real", err)
	}
	var shares []share
	for _, file := range files {
		scenario := strings.TrimSuffix(filepath.Base(file), ".truth.json")
		t.Run(scenario, func(t *testing.T) {
			k, err := truth.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			for vantage, c := range k.Captures {
				shares = append(shares, replay(t, scenario, vantage, filepath.Join(filepath.Dir(file), c.File), k, minimum == minShare, keep)...)
			}
		})
	}
	slices.SortFunc(shares, func(a, b share) int { return cmp.Compare(a.value(), b.value()) })
	sum := 0.0
	for i, s := range shares {
		sum += s.value()
		if i < 15 || testing.Verbose() {
			t.Logf("%7.3f %% of %5d ms  %s", 100*s.value(), s.total, s.name)
		}
	}
	mean := sum / float64(len(shares))
	t.Logf("mean share %.3f %% over %d stays of %d scenarios", 100*mean, len(shares), len(files))
	if mean < minimum {
		t.Errorf("the states agree with the kernel in %.3f %% of all milliseconds, want %.1f %%", 100*mean, 100*minimum)
	}
}

// share counts the milliseconds that a kernel spent in one state, and those of
// them in which ours agrees.
type share struct {
	name         string
	agree, total int
}

func (s share) value() float64 { return float64(s.agree) / float64(s.total) }

// stay is one of our stays; it lasts until the next.
type stay struct {
	since int64
	state string
}

// replay compares all connections of one capture.
func replay(t *testing.T, scenario, vantage, path string, k *truth.Truth, ordered bool, keep func(*segment.Segment) bool) []share {
	ours, until := derived(t, path, keep)
	counts := map[string]*share{}
	for _, c := range k.Connections {
		for r, side := range []string{"client", "server"} {
			kernel := c.States[side]
			if len(kernel) == 0 {
				continue
			}
			both := ours[fmt.Sprint(c.Client, " ", c.Server)]
			if both == nil && ours[fmt.Sprint(c.Server, " ", c.Client)] != nil {
				// Both opened actively; here the other SYN was first.
				both = &[2][]stay{1: ours[fmt.Sprint(c.Server, " ", c.Client)][0], 0: ours[fmt.Sprint(c.Server, " ", c.Client)][1]}
			}
			if both == nil {
				if ordered && !truth.Blind(scenario, vantage, side, "all") {
					t.Errorf("%s seen from the %s: %s is not in the capture", scenario, vantage, c.Client)
				}
				continue
			}
			mine := both[r]
			end := min(k.Poll[side].End, until)
			if len(mine) > 0 { // what went before the connection's first segment is not on record
				kernel = from(kernel, mine[0].since)
			}
			delay := int64(k.OneWayDelayS * 1e9)
			compare(scenario, vantage, side, kernel, mine, delay, end, counts)
			if !ordered || truth.Blind(scenario, vantage, side, "order") {
				continue
			}
			border := long + 2*(delay+slack)
			want, got := kernelStays(kernel, end), ourStays(mine, end)
			if !inOrder(atLeast(want, border), got) || !inOrder(atLeast(got, border), want) {
				t.Errorf("%s seen from the %s, %s %s: states %v, the kernel had %v", scenario, vantage, side, c.Client, got, want)
			}
		}
	}
	var out []share
	for _, s := range counts {
		out = append(out, *s)
	}
	return out
}

// derived returns our stays per connection and role, and the time of the last
// packet.
func derived(t *testing.T, path string, keep func(*segment.Segment) bool) (map[string]*[2][]stay, int64) {
	t.Helper()
	return weighed(t, path, keep, func(*conn.Conn) {})
}

// weighed is derived, of connections that weigh has seen.
func weighed(t *testing.T, path string, keep func(*segment.Segment) bool, weigh func(*conn.Conn)) (map[string]*[2][]stay, int64) {
	t.Helper()
	r, err := capture.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ours := map[string]*[2][]stay{}
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		weigh(c)
		name := fmt.Sprint(c.Addr[0].AddrPort(), " ", c.Addr[1].AddrPort())
		if ours[name] == nil {
			ours[name] = new([2][]stay)
		}
		for r := range conn.Role(2) {
			for _, s := range c.States(r) {
				ours[name][r] = append(ours[name][r], stay{int64(s.Since), s.State.String()})
			}
		}
	})
	var d segment.Decoder
	var p capture.Packet
	var s segment.Segment
	for {
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if d.Decode(p.Link, p.Data, p.Length, &s) == segment.Decoded && keep(&s) {
			tracker.Add(p.Frame(), &s)
		} else {
			tracker.Advance(p.Time)
		}
	}
	tracker.Flush()
	for _, two := range ours {
		for _, list := range two {
			slices.SortStableFunc(list, func(a, b stay) int { return cmp.Compare(a.since, b.since) })
		}
	}
	return ours, int64(p.Time)
}

// slack is what a poll and a capture may differ by on a host that is busy: the
// recorder is woken late, tcpdump stamps a packet before the socket sees it.
const slack = int64(2 * time.Millisecond)

// from returns what the kernel said from a time on.
func from(kernel []truth.State, start int64) []truth.State {
	kernel = slices.Clone(kernel)
	for i := range kernel {
		kernel[i].At = max(kernel[i].At, start)
	}
	return kernel
}

// compare samples one side of one connection every millisecond.
func compare(scenario, vantage, side string, kernel []truth.State, mine []stay, delay, end int64, counts map[string]*share) {
	const ms = int64(time.Millisecond)
	for i, k := range kernel {
		if truth.Blind(scenario, vantage, side, k.State) {
			continue
		}
		next, gap := end, int64(0)
		if i+1 < len(kernel) {
			next, gap = kernel[i+1].At-kernel[i+1].Gap, kernel[i+1].Gap
		}
		tolerance := delay + slack + max(gap, k.Gap)
		name := strings.Join([]string{scenario, vantage, side, k.State}, " ")
		for at := k.At; at < next; at += ms {
			if counts[name] == nil {
				counts[name] = &share{name: name}
			}
			counts[name].total++
			if agrees(mine, k.State, at-tolerance, at+tolerance) ||
				k.State == "CLOSED" && agrees(mine, "TIME-WAIT", at, at) { // we leave TIME-WAIT open-ended
				counts[name].agree++
			}
		}
	}
}

// agrees reports whether we were in state at some time within [from, to].
func agrees(mine []stay, state string, from, to int64) bool {
	for i, s := range mine {
		if s.state == state && s.since <= to && (i+1 == len(mine) || mine[i+1].since >= from) {
			return true
		}
	}
	return false
}

// long is the shortest stay whose order counts. Those that are longer in one
// list only because of the path and the poll are let pass.
const long = int64(30 * time.Millisecond)

// lasted is a stay with its length in nanoseconds.
type lasted struct {
	state string
	took  int64
}

func (l lasted) String() string { return fmt.Sprintf("%s %d ms", l.state, l.took/1e6) }

func kernelStays(kernel []truth.State, end int64) (out []lasted) {
	for i, k := range kernel {
		next := end
		if i+1 < len(kernel) {
			next = kernel[i+1].At
		}
		out = append(out, lasted{k.State, next - k.At})
	}
	return out
}

func ourStays(mine []stay, end int64) (out []lasted) {
	for i, s := range mine {
		next := end
		if i+1 < len(mine) {
			next = mine[i+1].since
		}
		out = append(out, lasted{s.state, next - s.since})
	}
	return out
}

// atLeast returns the stays longer than border. CLOSED, of which a capture
// knows only the beginning, is left out, and so is what nobody knows.
func atLeast(list []lasted, border int64) (out []lasted) {
	for _, l := range list {
		if l.took > border && l.state != "CLOSED" && l.state != "UNKNOWN" {
			out = append(out, l)
		}
	}
	return out
}

// inOrder reports whether the states of a all stand in b, in that order.
func inOrder(a, b []lasted) bool {
	for _, l := range b {
		if len(a) > 0 && a[0].state == l.state {
			a = a[1:]
		}
	}
	return len(a) == 0
}

// A server that is reset in SYN-RECEIVED has no socket until it is asked anew, which its kernel
// says and so do we.
func TestAskedAnew(t *testing.T) {
	k, err := truth.Read("../testdata/real/syn-ack-rejected.truth.json")
	if err != nil {
		t.Fatal(err)
	}
	for vantage, file := range k.Captures {
		ours, _ := derived(t, filepath.Join("../testdata/real", file.File), func(*segment.Segment) bool { return true })
		for _, c := range k.Connections {
			var kernel, mine []string
			for _, s := range c.States["server"][:4] {
				kernel = append(kernel, s.State)
			}
			for _, s := range ours[c.Client+" "+c.Server][1] {
				mine = append(mine, s.state)
			}
			if want := []string{"SYN-RECEIVED", "CLOSED", "SYN-RECEIVED", "ESTABLISHED"}; !slices.Equal(kernel, want) || len(mine) < 4 || !slices.Equal(mine[:4], want) {
				t.Errorf("seen from the %s, %s: states %v, the kernel had %v", vantage, c.Client, mine, kernel)
			}
		}
	}
}
