package tally

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// found returns the record of one connection on which rules found something.
func found(stream, server, client int, findings ...model.Finding) *model.Record {
	addr := func(net byte, i int) netip.Addr {
		return netip.AddrFrom4([4]byte{net, byte(i >> 16), byte(i >> 8), byte(i)})
	}
	return &model.Record{
		File: "a.pcap", Stream: uint32(stream),
		Client: model.Endpoint{IP: addr(10, client), Port: 40000}, Server: model.Endpoint{IP: addr(172, server), Port: 443},
		First: model.Point{Frame: int64(stream) + 1, Time: model.Time(stream) * model.Time(time.Millisecond)}, Findings: findings,
	}
}

func finding(rule string, severity model.Severity, took model.Seconds) model.Finding {
	side, bound := conn.Server, conn.ExactBound
	return model.Finding{
		Rule: rule, Name: "name-of-" + rule, Severity: severity, Message: model.TextOf("the server took its time"),
		Side: &side, Frames: []int64{1, 2}, DurationS: &took, Bound: &bound, Advice: model.TextOf("Do not."),
	}
}

// What a rule finds on both sides of a connection it finds on one connection.
func TestBothSidesAreOneConnection(t *testing.T) {
	a := Aggregate{}
	a.Add(found(0, 1, 1, finding("FIN103", model.Info, 1e9), finding("FIN103", model.Warning, 3e9)))
	s := a.Summary()
	if len(s.Findings) != 1 || s.Findings[0].Connections != 1 || len(s.Findings[0].Examples) != 1 || s.Findings[0].Severity != model.Warning {
		t.Errorf("%+v", s.Findings)
	}
	if a.Count(model.Info) != 2 {
		t.Errorf("%d findings", a.Count(model.Info))
	}
}

// heap returns how many octets are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestManyGroups counts 100,000 findings about more servers than are told
// apart. The busiest server comes late and is not lost, nothing is lost from the
// sums, and memory stays flat.
func TestManyGroups(t *testing.T) {
	before := heap()
	var a Aggregate
	for i := range 100_000 {
		server := i
		if i > 60_000 && i%4 == 0 {
			server = 1 << 20
		}
		a.Add(found(i, server, i, finding("FIN401", model.Warning, model.Seconds(i)), finding("FIN201", model.Error, model.Seconds(i))))
	}
	if used := int64(heap()) - int64(before); used > 64<<20 {
		t.Errorf("%d MiB are in use", used>>20)
	}
	s := a.Summary()
	if len(s.Findings) > 2*maxGroups {
		t.Errorf("%d groups", len(s.Findings))
	}
	sums := map[string]int64{}
	for i := range s.Findings {
		f := &s.Findings[i]
		sums[f.Rule] += f.Connections
		if len(f.Examples) > maxExamples || len(f.Examples) == 0 {
			t.Errorf("%d examples", len(f.Examples))
		}
	}
	if sums["FIN401"] != 100_000 || sums["FIN201"] != 100_000 || a.Count(model.Error) != 100_000 {
		t.Errorf("sums %v", sums)
	}
	busiest := s.Findings[0]
	if busiest.Server == "" {
		busiest = s.Findings[1]
	}
	if busiest.Server != "172.16.0.0:443" || busiest.Connections < 9000 {
		t.Errorf("the busiest server is %s with %d", busiest.Server, busiest.Connections)
	}
}

// TestFloodIsOneGroup has many clients fail to connect to one server.
func TestFloodIsOneGroup(t *testing.T) {
	var a Aggregate
	var told model.Group
	a.Explain(Grouping{Rules: []*model.Rule{{ID: "FIN401", Group: func(g *model.Group) (string, string) {
		told = *g
		return "a flood", ""
	}}}})
	for i := range 20_000 {
		a.Add(found(i, 1, i%9000, finding("FIN401", model.Warning, 0)))
	}
	s := a.Summary()
	if len(s.Findings) != 1 || s.Findings[0].Message != "a flood" || s.Findings[0].Advice != "Do not." {
		t.Fatalf("%+v", s.Findings)
	}
	if told.ClientsExact || told.Clients < 7000 || told.Clients > 11000 {
		t.Errorf("%d clients (exact: %t), were 9000", told.Clients, told.ClientsExact)
	}
	if got := told.Began.High.Duration(); got != 19_999*time.Millisecond {
		t.Errorf("over %v", got)
	}
}

func TestFolding(t *testing.T) {
	var a Aggregate
	a.Explain(Grouping{Explains: func(cause, effect string) bool { return cause == "FIN201" && effect != "FIN201" }})
	for i := range 5 {
		a.Add(found(i, 1, i, finding("FIN201", model.Warning, 0), finding("FIN203", model.Warning, 0), finding("FIN301", model.Error, 0)))
	}
	a.Add(found(6, 1, 6, finding("FIN203", model.Warning, 0)))
	var got []string
	for _, f := range a.Summary().Findings {
		got = append(got, fmt.Sprintf("%s %d %v", f.Rule, f.Connections, f.Folds))
	}
	// What is worse than its cause stays.
	if text, want := strings.Join(got, " "), "FIN301 5 [] FIN201 5 [{FIN203 name-of-FIN203 5}] FIN203 1 []"; text != want {
		t.Errorf("%s, want %s", text, want)
	}
	if a.Count(model.Warning) != 16 {
		t.Errorf("%d findings count, folded ones included; there were 16", a.Count(model.Warning))
	}
}

// TestPlainGroup words groups of rules that do not do so themselves.
func TestPlainGroup(t *testing.T) {
	var a Aggregate
	for i := range 12 {
		a.Add(found(i, 1, i, finding("FIN104", model.Warning, model.Seconds(2+i)*model.Seconds(time.Second))))
	}
	a.Add(found(20, 2, 1, finding("FIN104", model.Warning, model.Seconds(time.Second))))
	s := a.Summary()
	if got, want := s.Findings[0].Message, "for example, in stream 0 the server took its time; over all 12 it lasted 2.00 s to 13.0 s, median 7.00 s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := s.Findings[1].Message; got != "the server took its time" {
		t.Errorf("a group of one: %q", got)
	}

	var two Aggregate
	two.Add(found(0, 1, 1, finding("FIN104", model.Warning, model.Seconds(2*time.Second))))
	two.Add(found(1, 1, 2, finding("FIN104", model.Warning, model.Seconds(9*time.Second))))
	two.Add(found(2, 2, 3, finding("FIN104", model.Warning, model.Seconds(4*time.Second))))
	two.Add(found(3, 2, 4, finding("FIN104", model.Warning, model.Seconds(4*time.Second+time.Microsecond))))
	for i, want := range []string{
		"for example, in stream 0 the server took its time; over both it lasted 2.00 s and 9.00 s",
		"for example, in stream 2 the server took its time", // what prints the same is said once
	} {
		if got := two.Summary().Findings[i].Message; got != want {
			t.Errorf("two: %q, want %q", got, want)
		}
	}
}

func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, 63, 500, 50_000} {
		var d distinct
		for i := range 2 * n {
			d.add(netip.AddrFrom4([4]byte{198, byte(i % n >> 16), byte(i % n >> 8), byte(i % n)}))
		}
		got, exact := d.count()
		if exact != (n < maxDistinct) || exact && got != int64(n) || got < int64(n)*6/10 || got > int64(n)*14/10 {
			t.Errorf("%d (exact: %t), want %d", got, exact, n)
		}
	}
}

// Beyond the size of the sample it is told of the sample that its connections ended at once,
// not of all.
func TestAtOnce(t *testing.T) {
	for n, want := range map[int]string{
		3: "All 3 ended within 2.00 ms", 64: "All 64 ended within 6.30 ms", 200: "Of a sample of 64, all ended within",
	} {
		var a Aggregate
		for i := range n {
			r := found(i, 1, i, finding("FIN301", model.Warning, 0))
			closer, fin := conn.Server, model.Time(9e9)+model.Time(i)*model.Time(100*time.Microsecond)
			if n == 3 {
				fin = model.Time(9e9) + model.Time(i)*model.Time(time.Millisecond)
			}
			r.First.Time, r.FirstCloser = model.Time(i)*model.Time(time.Second/50), &closer
			r.FIN.Server = &model.FIN{Time: &fin}
			a.Add(r)
		}
		if got := a.Summary().Findings[0].Message; !strings.Contains(got, want) {
			t.Errorf("of %d connections: %s, want %s", n, got, want)
		}
	}
}

// What a server closed beside the connections that lost a request shows that one event was
// behind it, where it closed little else; what it closes all the time shows nothing.
func TestSpared(t *testing.T) {
	closed := func(i int, end time.Duration, findings ...model.Finding) *model.Record {
		r := found(i, 1, i, findings...)
		closer, fin := conn.Server, model.Time(end)
		r.First.Time, r.FirstCloser, r.Close = model.Time(i)*model.Time(time.Second/5), &closer, conn.CloseGraceful
		r.FIN.Server = &model.FIN{Time: &fin}
		return r
	}
	lost := finding("FIN207", model.Error, model.Seconds(20*time.Millisecond))
	asker := conn.Client
	lost.Side = &asker
	const end = 60 * time.Second
	for _, c := range []struct {
		what          string
		races, others int
		apart         time.Duration // the ends of the others
		want          string
	}{
		{"alone", 1, 0, 0, ""},
		{"with one", 1, 1, time.Microsecond, ""},
		{"with many", 1, 20, 100 * time.Microsecond, "the server closed 20 more connections without a loss"},
		{"two with one", 2, 1, time.Millisecond, "the server closed one more connection without a loss"},
		{"three with two", 3, 2, time.Millisecond, "It closed 2 more connections, which lost nothing."},
		{"three with crowds", 3, 200, time.Microsecond, "Of a sample of 64 connections that the server closed without a loss it closed 64 then."},
		{"a busy server", 1, 250, 100 * time.Millisecond, ""},
	} {
		var parts [2]Aggregate
		for i := range c.races {
			parts[i%2].Add(closed(i, end+time.Duration(i)*time.Millisecond, lost))
		}
		for i := range c.others {
			parts[i%2].Add(closed(c.races+i, end+time.Duration(i-c.others/2)*c.apart))
		}
		stored, err := parts[1].MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var restored Aggregate
		if err := restored.UnmarshalJSON(stored); err != nil {
			t.Fatal(err)
		}
		parts[0].Merge(&restored)
		got := parts[0].Summary().Findings[0].Message
		if c.want == "" && strings.Contains(got, "closed ") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %q", c.what, got, c.want)
		}
	}
}
