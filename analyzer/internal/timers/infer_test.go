package timers

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
	"finwait/reassembly/payload"
)

const ms = model.Seconds(time.Millisecond)

var endpoint = netip.MustParseAddrPort("192.0.2.1:443")

// feed gives a Collector waits of one kind, from one reference, in connections of HTTP/1 a
// minute apart.
func feed(c *Collector, k model.TimerKind, from model.TimerFrom, waits ...model.Seconds) {
	feedOf(c, payload.HTTP1, time.Minute, k, from, waits...)
}

// feedOf is feed of connections of some protocol, which end some time apart.
func feedOf(c *Collector, p payload.Protocol, apart time.Duration, k model.TimerKind, from model.TimerFrom, waits ...model.Seconds) {
	for i, w := range waits {
		o := Observation{server: endpoint}
		s := sample{end: capture.Time(i) * capture.Time(apart), protocol: p}
		s.waits[from] = w
		o.add(k, s)
		c.Add(&o)
	}
}

// jittered returns n waits that are late by up to late.
func jittered(r *rand.Rand, n int, v, late model.Seconds) []model.Seconds {
	out := make([]model.Seconds, n)
	for i := range out {
		out[i] = v + model.Seconds(r.Int64N(int64(late)+1))
	}
	return out
}

// diffuse returns n waits of any length up to most.
func diffuse(r *rand.Rand, n int, most model.Seconds) []model.Seconds {
	out := make([]model.Seconds, n)
	for i := range out {
		out[i] = 1 + model.Seconds(r.Int64N(int64(most)))
	}
	return out
}

// wantTimers compares what was inferred with what was configured: the same
// number of timers, each within 2 %.
func wantTimers(t *testing.T, got []model.Timer, want ...model.Seconds) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d timers %+v, want %v", len(got), got, want)
		return
	}
	for i, w := range want {
		if d := *got[i].Value - w; d > w/50 || -d > w/50 {
			t.Errorf("timer of %v, want %v", *got[i].Value, w)
		}
		if g := &got[i]; *g.Low > *g.Value || *g.High < *g.Value || g.Samples < minSamples {
			t.Errorf("%+v does not hold together", *g)
		}
	}
}

func TestInfer(t *testing.T) {
	for _, c := range []struct {
		name  string
		waits func(*rand.Rand) []model.Seconds
		want  []model.Seconds
	}{
		{"none", func(*rand.Rand) []model.Seconds { return nil }, nil},
		{"two samples", func(*rand.Rand) []model.Seconds { return []model.Seconds{800 * ms, 800 * ms} }, nil},
		{
			"one of four fired late", func(*rand.Rand) []model.Seconds {
				return []model.Seconds{701 * ms, 704 * ms, 701 * ms, 715 * ms}
			},
			[]model.Seconds{700 * ms},
		},
		{
			"one of six fired late", func(*rand.Rand) []model.Seconds {
				return []model.Seconds{1310 * ms, 1305 * ms, 1302 * ms, 1332 * ms, 1301 * ms, 1302 * ms}
			},
			[]model.Seconds{1300 * ms},
		},
		{
			"three that agree", func(*rand.Rand) []model.Seconds { return []model.Seconds{801 * ms, 800 * ms, 803 * ms} },
			[]model.Seconds{800 * ms},
		},
		{"three that do not", func(*rand.Rand) []model.Seconds { return []model.Seconds{800 * ms, 850 * ms, 900 * ms} }, nil},
		{
			"jitter", func(r *rand.Rand) []model.Seconds { return jittered(r, 60, 5000*ms, 120*ms) },
			[]model.Seconds{5000 * ms},
		},
		{
			"outliers", func(r *rand.Rand) []model.Seconds {
				return append(jittered(r, 12, 800*ms, 3*ms), 120*ms, 2400*ms, 1100*ms, 860*ms)
			}, []model.Seconds{800 * ms},
		},
		{
			"late firings are no second timer", func(r *rand.Rand) []model.Seconds {
				return append(jittered(r, 100, 2000*ms, 10*ms), 2110*ms, 2112*ms, 2115*ms, 2118*ms)
			}, []model.Seconds{2000 * ms},
		},
		{
			"two that coexist", func(r *rand.Rand) []model.Seconds {
				return append(jittered(r, 30, 500*ms, 4*ms), jittered(r, 20, 2000*ms, 6*ms)...)
			}, []model.Seconds{500 * ms, 2000 * ms},
		},
		{
			"two that are close", func(r *rand.Rand) []model.Seconds {
				return append(jittered(r, 30, 60_000*ms, 20*ms), jittered(r, 30, 65_000*ms, 20*ms)...)
			}, []model.Seconds{60_000 * ms, 65_000 * ms},
		},
		{
			"one among diffuse waits", func(r *rand.Rand) []model.Seconds {
				return append(diffuse(r, 150, 60_000*ms), jittered(r, 25, 15_000*ms, 5*ms)...)
			}, []model.Seconds{15_000 * ms},
		},
		{"diffuse waits", func(r *rand.Rand) []model.Seconds { return diffuse(r, 400, 60_000*ms) }, nil},
		{"a heap", func(r *rand.Rand) []model.Seconds {
			var out []model.Seconds
			for range 300 {
				out = append(out, 1000*ms+model.Seconds(r.NormFloat64()*float64(100*ms)))
			}
			return out
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(100) {
				r := rand.New(rand.NewPCG(seed, 1))
				waits := c.waits(r)
				r.Shuffle(len(waits), func(i, j int) { waits[i], waits[j] = waits[j], waits[i] })
				var all Collector
				feed(&all, model.ClientTimeout, model.FromSYN, waits...)
				wantTimers(t, all.Infer(), c.want...)
			}
		})
	}
}

// TestReference lets clients wait from one point, which is known to agree less
// well from others.
func TestReference(t *testing.T) {
	for from, wait := range map[model.TimerFrom]model.Seconds{model.FromSYN: 600 * ms, model.FromRequestStart: 700 * ms, model.FromRequestEnd: 2500 * ms} {
		r := rand.New(rand.NewPCG(uint64(from), 2))
		var all Collector
		for i := range 20 {
			s := sample{end: capture.Time(i) * capture.Time(time.Minute)}
			dial, upload := 60*ms, model.Seconds(r.Int64N(int64(80*ms)))+ms // the path is steady, uploads are not
			fired := wait + model.Seconds(r.Int64N(int64(2*ms)))
			switch from {
			case model.FromSYN:
				s.waits = [model.NumTimerFroms]model.Seconds{fired, fired - dial, fired - dial - upload}
			case model.FromRequestStart:
				s.waits = [model.NumTimerFroms]model.Seconds{fired + dial, fired, fired - upload}
			case model.FromRequestEnd:
				s.waits = [model.NumTimerFroms]model.Seconds{fired + dial + upload, fired + upload, fired}
			}
			o := Observation{server: endpoint}
			o.add(model.ClientTimeout, s)
			all.Add(&o)
		}
		got := all.Infer()
		wantTimers(t, got, wait)
		if len(got) == 1 && got[0].From != from {
			t.Errorf("from %s, want %s", got[0].From, from)
		}
	}
}

func TestKnownAs(t *testing.T) {
	for _, c := range []struct {
		protocol payload.Protocol
		kind     model.TimerKind
		v        model.Seconds
		want     string
	}{
		{payload.HTTP1, model.ServerIdleTimeout, 75_010 * ms, "matches nginx's default keepalive_timeout (75 s)"},
		{payload.TLS, model.ServerIdleTimeout, 75_010 * ms, "matches nginx's default keepalive_timeout (75 s)"},
		{payload.HTTP1, model.ServerIdleTimeout, 5_003 * ms, "matches Apache's default KeepAliveTimeout (5 s) or nginx's default lingering_timeout (5 s)"},
		{payload.HTTP1, model.ServerIdleTimeout, 6_003 * ms, "matches Node's default keepAliveTimeout (5 s, and the second that it adds)"},
		{payload.ProtocolUnknown, model.ServerIdleTimeout, 5_003 * ms, ""}, // a database
		{payload.ProtocolUnknown, model.ServerIdleTimeout, 1_001 * ms, ""},
		{payload.ProtocolUnknown, model.ServerIdleTimeout, 350_000 * ms, "matches the default idle timeout of AWS Network Load Balancers (350 s)"},
		{payload.HTTP1, model.ClientIdleTimeout, 1_001 * ms, ""},
		{payload.HTTP1, model.ClientTimeout, 100_200 * ms, "matches .NET's default HttpClient.Timeout (100 s)"},
		{payload.HTTP1, model.ClientTimeout, 75_010 * ms, ""},
		{payload.HTTP1, model.ServerIdleTimeout, 78_000 * ms, ""},
		{payload.HTTP1, model.ServerIdleTimeout, 74_000 * ms, ""},
		{payload.HTTP1, model.HandlerTime, 5_000 * ms, ""},
	} {
		var all Collector
		feedOf(&all, c.protocol, time.Minute, c.kind, model.FromLastData, c.v, c.v+ms, c.v+2*ms)
		got := all.Infer()
		if len(got) != 1 {
			t.Fatalf("%v: %+v", c.v, got)
		}
		known := ""
		if got[0].KnownAs != nil {
			known = *got[0].KnownAs
		}
		if known != c.want {
			t.Errorf("%v of %v: %q, want %q", c.v, c.protocol, known, c.want)
		}
	}
}

// Waits that ended together are one event, not samples: a reload ends what was idle for about
// as long. Those of a timer end when they will, also where the connections began together.
func TestEventsAreNoSamples(t *testing.T) {
	idle := []model.Seconds{4980 * ms, 4990 * ms, 5000 * ms, 5010 * ms, 5020 * ms, 5021 * ms}
	for _, c := range []struct {
		name  string
		apart time.Duration // between the ends
		found int
	}{
		{"a reload", 100 * time.Microsecond, 0},
		{"a reload that takes a while", 5 * time.Millisecond, 0},
		{"a timer", time.Second, 1},
		{"a timer, and connections that began one after the other", 20 * time.Millisecond, 1},
	} {
		var all Collector
		feedOf(&all, payload.HTTP1, c.apart, model.ServerIdleTimeout, model.FromLastData, idle...)
		if got := all.Infer(); len(got) != c.found {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestFINWait2Bracket(t *testing.T) {
	add := func(c *Collector, least bool, waits ...model.Seconds) {
		for _, w := range waits {
			o := Observation{server: endpoint}
			o.add(model.FINWait2Timeout, sample{waits: [model.NumTimerFroms]model.Seconds{model.FromFINACK: w}, least: least})
			c.Add(&o)
		}
	}
	var all Collector
	add(&all, true, 10_000*ms, 55_000*ms, 300_000*ms) // the last was only half-closed
	if got := all.Infer(); len(got) != 0 {
		t.Errorf("%+v without a socket that was reaped", got)
	}
	o := Observation{server: endpoint}
	o.add(model.FINWait2Timeout, sample{waits: [model.NumTimerFroms]model.Seconds{model.FromFINACK: 61_000 * ms}, least: true, owner: endpoint.Addr()})
	all.Add(&o) // another host
	add(&all, false, 64_000*ms, 90_000*ms, 62_000*ms)
	got := all.Infer()
	if len(got) != 1 || got[0].Value != nil || *got[0].Low != 55_000*ms || *got[0].High != 62_000*ms || got[0].From != model.FromFINACK || got[0].KnownAs == nil {
		t.Errorf("%+v, want 55 s to 62 s, known", got)
	}
}

// TestBounds feeds a Collector more than it can hold: what it keeps does not
// grow, and the busiest server is not forgotten.
func TestBounds(t *testing.T) {
	var all Collector
	server := func(i int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 80)
	}
	busiest := Observation{server: server(1 << 20)}
	busiest.add(model.ServerIdleTimeout, sample{waits: [model.NumTimerFroms]model.Seconds{model.FromLastData: 7000 * ms}})
	for i := range 100_000 {
		o := Observation{server: server(i)}
		o.add(model.ServerIdleTimeout, sample{waits: [model.NumTimerFroms]model.Seconds{model.FromLastData: 2000 * ms}})
		all.Add(&o)
		if i > 50_000 {
			all.Add(&busiest)
		}
	}
	if n := len(all.series); n > seriesInReach {
		t.Errorf("%d series, more than %d", n, seriesInReach)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 64<<20 {
		t.Errorf("%d MiB in use", m.HeapAlloc>>20)
	}
	got := all.Infer()
	wantTimers(t, got, 7000*ms)
	if len(got) == 1 && got[0].Samples > maxPerSeries {
		t.Errorf("%d samples, more than %d", got[0].Samples, maxPerSeries)
	}
}

func TestInferIsDeterministic(t *testing.T) {
	infer := func() string {
		var all Collector
		for i := range 50 {
			r := rand.New(rand.NewPCG(uint64(i), 3))
			for range 40 {
				o := Observation{server: netip.AddrPortFrom(endpoint.Addr(), uint16(i))}
				o.add(model.ClientIdleTimeout, sample{waits: [model.NumTimerFroms]model.Seconds{model.FromLastData: model.Seconds(i%7+1)*1000*ms + model.Seconds(r.Int64N(int64(9*ms)))}})
				all.Add(&o)
			}
		}
		text, err := json.Marshal(all.Infer())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if a, b := infer(), infer(); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
}
