package timers

import (
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/payload"
)

// knownTimer is a timeout that software has unless told otherwise.
type knownTimer struct {
	value  time.Duration
	kinds  uint16    // in which it may show
	speaks protocols // what that software speaks; 0 for a kernel or a device, which carry any
	name   string
}

// protocols is a set of them: a bit for each payload.Protocol.
type protocols uint16

// web are the protocols of programs that speak HTTP: in the clear, or perhaps within TLS.
const web = protocols(1<<payload.HTTP1 | 1<<payload.HTTP2 | 1<<payload.TLS)

// protocolsOf returns those that were seen where some waits were.
func protocolsOf(waits []wait, samples []sample) (seen protocols) {
	for _, w := range waits {
		seen |= 1 << samples[w.id].protocol
	}
	return seen
}

// speaksAll reports whether software that speaks p can have shown all of seen.
func (p protocols) speaksAll(seen protocols) bool { return p == 0 || seen&^p == 0 }

// The sides that a default may show on.
const (
	asClient     = 1 << model.ClientTimeout
	asServerIdle = 1 << model.ServerIdleTimeout
	asClientIdle = 1 << model.ClientIdleTimeout
	asHandler    = 1 << model.HandlerTime
	asRequest    = 1 << model.RequestTimeout
	asFINWait2   = 1 << model.FINWait2Timeout
	asPath       = 1 << model.PathIdleTimeout
	asKeepAlive  = 1 << model.KeepAlive
	asIdle       = asServerIdle | asClientIdle
)

// knownTimers are defaults that captures show again and again.
var knownTimers = [...]knownTimer{
	{40 * time.Millisecond, asClient | asIdle | asHandler, 0, "Linux's delayed ACK (40 ms)"},
	{500 * time.Millisecond, asIdle, web, "rstAvoidanceDelay of Go's net/http server (500 ms)"},
	{time.Second, asServerIdle, web, "Envoy's default delayed_close_timeout (1 s)"},
	{5 * time.Second, asServerIdle, web, "Apache's default KeepAliveTimeout (5 s)"},
	{5 * time.Second, asServerIdle, web, "nginx's default lingering_timeout (5 s)"},
	{6 * time.Second, asServerIdle, web, "Node's default keepAliveTimeout (5 s, and the second that it adds)"},
	{10 * time.Second, asServerIdle, web, "Bun's default idleTimeout (10 s)"},
	{15 * time.Second, asKeepAlive, 0, "Go's default keep-alive (15 s)"},
	{15 * time.Second, asClient, web, "Envoy's default route timeout (15 s)"},
	{30 * time.Second, asIdle, 0, "the half-closed timeout of PAN-OS before 6.1 (30 s)"},
	{60 * time.Second, asClient, web, "nginx's default proxy_read_timeout (60 s)"},
	{60 * time.Second, asIdle, web, "the default idle timeout of AWS Application Load Balancers (60 s)"},
	{60 * time.Second, asRequest, web, "nginx's default client_header_timeout (60 s)"},
	{60 * time.Second, asFINWait2, 0, "Linux's default tcp_fin_timeout (60 s)"},
	{75 * time.Second, asServerIdle, web, "nginx's default keepalive_timeout (75 s)"},
	{90 * time.Second, asClientIdle, web, "IdleConnTimeout of Go's default HTTP transport (90 s)"},
	{100 * time.Second, asClient, web, ".NET's default HttpClient.Timeout (100 s)"},
	{102200 * time.Millisecond, asClient | asIdle, 0, "Linux's give-up on an orphan's FIN (102.2 s)"},
	{120 * time.Second, asIdle, 0, "the half-closed timeout of PAN-OS (120 s)"},
	{240 * time.Second, asPath, 0, "the default idle timeout of Azure Load Balancers (4 min)"},
	{350 * time.Second, asIdle | asPath, 0, "the default idle timeout of AWS Network Load Balancers (350 s)"},
	{600 * time.Second, asPath, 0, "the idle timeout of Google Cloud's network (10 min)"},
	{924600 * time.Millisecond, asClient | asIdle, 0, "Linux's give-up after tcp_retries2 retransmissions (924.6 s)"},
	{3600 * time.Second, asIdle, web, "Envoy's default idle_timeout (1 h)"},
	{7200 * time.Second, asIdle | asKeepAlive, 0, "Linux's default tcp_keepalive_time (2 h)"},
	{432000 * time.Second, asPath, 0, "the default of Linux's conntrack for established connections (5 days)"},
}

// knownAs names the defaults that t matches, of programs that speak what was seen: a timer fires late, so by a little
// less it can fall short than it can exceed. Of a bracket, what it encloses
// counts.
func knownAs(k model.TimerKind, t *inferred) *string {
	var names []string
	for i := range knownTimers {
		n := &knownTimers[i]
		v := model.Seconds(n.value)
		low, high := t.value-v/50, t.value+v/200
		if t.bracket && t.low > v/2 {
			low, high = t.low, t.high
		} else if k == model.PathIdleTimeout {
			continue // a bracket so wide names nothing
		}
		if n.kinds&(1<<k) != 0 && low <= v && v <= high && n.speaks.speaksAll(t.protocols) {
			names = append(names, n.name)
		}
	}
	if names == nil {
		return nil
	}
	text := "matches " + strings.Join(names, " or ")
	return &text
}
