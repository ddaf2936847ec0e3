package timers

import (
	"strings"
	"time"

	analyzer "finwait/analyzer/model"
)

// knownTimer is a timeout that software has unless told otherwise.
type knownTimer struct {
	value time.Duration
	kinds uint16 // in which it may show
	name  string
}

// The sides that a default may show on.
const (
	asClient     = 1 << clientTimeout
	asServerIdle = 1 << serverIdle
	asClientIdle = 1 << clientIdle
	asHandler    = 1 << handlerTime
	asFINWait2   = 1 << finWait2
	asPath       = 1 << pathIdle
	asKeepAlive  = 1 << keepAlive
	asIdle       = asServerIdle | asClientIdle
)

// knownTimers are defaults that captures show again and again.
var knownTimers = [...]knownTimer{
	{40 * time.Millisecond, asClient | asIdle | asHandler, "Linux's delayed ACK (40 ms)"},
	{500 * time.Millisecond, asIdle, "rstAvoidanceDelay of Go's net/http server (500 ms)"},
	{time.Second, asIdle, "Envoy's default delayed_close_timeout (1 s)"},
	{5 * time.Second, asServerIdle, "Node's default keepAliveTimeout (5 s)"},
	{5 * time.Second, asServerIdle, "nginx's default lingering_timeout (5 s)"},
	{10 * time.Second, asServerIdle, "Bun's default idleTimeout (10 s)"},
	{15 * time.Second, asKeepAlive, "Go's default keep-alive (15 s)"},
	{15 * time.Second, asClient, "Envoy's default route timeout (15 s)"},
	{30 * time.Second, asIdle, "the half-closed timeout of PAN-OS before 6.1 (30 s)"},
	{60 * time.Second, asClient, "nginx's default proxy_read_timeout (60 s)"},
	{60 * time.Second, asIdle, "the default idle timeout of AWS Application Load Balancers (60 s)"},
	{60 * time.Second, asFINWait2, "Linux's default tcp_fin_timeout (60 s)"},
	{75 * time.Second, asServerIdle, "nginx's default keepalive_timeout (75 s)"},
	{90 * time.Second, asClientIdle, "IdleConnTimeout of Go's default HTTP transport (90 s)"},
	{100 * time.Second, asClient, ".NET's default HttpClient.Timeout (100 s)"},
	{102200 * time.Millisecond, asClient | asIdle, "Linux's give-up on an orphan's FIN (102.2 s)"},
	{120 * time.Second, asIdle, "the half-closed timeout of PAN-OS (120 s)"},
	{240 * time.Second, asPath, "the default idle timeout of Azure Load Balancers (4 min)"},
	{350 * time.Second, asIdle | asPath, "the default idle timeout of AWS Network Load Balancers (350 s)"},
	{600 * time.Second, asPath, "the idle timeout of Google Cloud's network (10 min)"},
	{924600 * time.Millisecond, asClient | asIdle, "Linux's give-up after tcp_retries2 retransmissions (924.6 s)"},
	{3600 * time.Second, asIdle, "Envoy's default idle_timeout (1 h)"},
	{7200 * time.Second, asIdle | asKeepAlive, "Linux's default tcp_keepalive_time (2 h)"},
}

// knownAs names the defaults that t matches: a timer fires late, so by a little
// less it can fall short than it can exceed. Of a bracket, what it encloses
// counts.
func knownAs(k kind, t *inferred) *string {
	var names []string
	for i := range knownTimers {
		n := &knownTimers[i]
		v := analyzer.Seconds(n.value)
		low, high := t.value-v/50, t.value+v/200
		if t.bracket && t.low > v/2 {
			low, high = t.low, t.high
		} else if k == pathIdle {
			continue // a bracket so wide names nothing
		}
		if n.kinds&(1<<k) != 0 && low <= v && v <= high {
			names = append(names, n.name)
		}
	}
	if names == nil {
		return nil
	}
	text := "matches " + strings.Join(names, " or ")
	return &text
}
