package rules

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
)

const second = model.Seconds(time.Second)

func spread(n int64, low, median, high model.Seconds) model.Spread {
	return model.Spread{N: n, Low: low, Median: median, High: high}
}

// TestGroups puts groups into words. Every %-verb that lacks its value shows as
// "%!".
func TestGroups(t *testing.T) {
	client, server := model.Sides[int64]{Client: 12}, model.Sides[int64]{Server: 12}
	known := "matches nginx's default keepalive_timeout (75 s)"
	idle := model.Timer{Kind: model.ServerIdleTimeout, Value: new(75 * second), Samples: 40, Spread: second / 500, From: model.FromLastData, KnownAs: &known}
	timeout := model.Timer{Kind: model.ClientTimeout, Value: new(second * 8 / 10), Samples: 12, Spread: second / 500, From: model.FromSYN}
	handler := model.Timer{Kind: model.HandlerTime, Value: new(3 * second), High: new(3 * second), Samples: 12, From: model.FromRequestEnd}
	for _, c := range []struct {
		rule, want, advice string
		group              model.Group
	}{
		{
			"FIN201", "Each sent its request and closed 0.80 s after its SYN, with no response byte yet: a client timeout of 0.80 s (12 samples, ±2.00 ms). " +
				"The server answered 3.00 s after the request, 2.20 s too late, into RSTs (1452 bytes wasted).",
			"Raise the client's timeout above 3.00 s, or let the handler stop when its request's context ends.",
			model.Group{
				Connections: 12, Unheard: 12, Resets: 12, HalfBytes: 1452, Took: spread(12, second/2, second, 2*second),
				HalfClosed: spread(12, second*22/10, second*22/10, second*22/10), Timers: []model.Timer{timeout, handler},
			},
		},
		{
			"FIN201", "Each sent its request and closed 1.00 s (500 ms to 2.00 s) after it, before it had all of the response. The server closed in its turn 2.00 s later.", "",
			model.Group{Connections: 3, Took: spread(3, second/2, second, 2*second), HalfClosed: spread(3, 2*second, 2*second, 2*second)},
		},
		{
			"FIN201", "Each sent its request and closed 1.00 s to 2.00 s after it, with no response byte yet. The server had not answered or closed when observation ended.", "",
			model.Group{Connections: 2, Unheard: 2, Open: 2, Took: spread(2, second, second, 2*second)},
		},
		{
			"FIN201", "Each sent its request and closed 1.00 s after it, before it had all of the response. The server answered 2.00 s too late. On 1 of them the server had not closed when observation ended.", "",
			model.Group{Connections: 3, Open: 1, HalfBytes: 9, Took: spread(3, second, second, second), HalfClosed: spread(2, 2*second, 2*second, 2*second)},
		},
		{
			"FIN101", "The client closed; the server had not when observation ended, 2.00 s (1.00 s to 3.00 s) later.", "",
			model.Group{Connections: 12, Side: server, Took: spread(12, second, 2*second, 3*second)},
		},
		{
			"FIN202", "The client acknowledged the server's FIN and then neither sent anything nor closed: 12 sockets were in CLOSE-WAIT when observation ended, for 4.00 s and longer.", "",
			model.Group{Connections: 12, Side: client, Took: spread(12, 4*second, 4*second, 4*second)},
		},
		{
			"FIN204", "The client's FIN came 64.0 s after the server's had been acknowledged, and met an RST: the kernel of the server 198.51.100.7 had given FIN-WAIT-2 up. It does so after 55.0 s to 64.0 s.", "",
			model.Group{
				Server: "198.51.100.7:443", Connections: 12, Side: server, Took: spread(12, 64*second, 64*second, 64*second),
				Timers: []model.Timer{{Kind: model.FINWait2Timeout, Low: new(55 * second), High: new(64 * second)}},
			},
		},
		{
			"FIN204", "The server's FIN came 4.00 s after the client's had been acknowledged, and met an RST: the kernel of the client 192.0.2.1 had", "",
			model.Group{Connections: 12, Side: client, Client: netip.MustParseAddr("192.0.2.1"), Took: spread(12, 4*second, 4*second, 4*second)},
		},
		{
			"FIN204", "The server's FIN came 4.00 s after the client's had been acknowledged, and met an RST: the kernel of the client (3 hosts) had", "",
			model.Group{Connections: 12, Side: client, Clients: 3, ClientsExact: true, Took: spread(12, 4*second, 4*second, 4*second)},
		},
		{
			"FIN206", "The server closed after 75.0 s of silence: a server idle timeout of 75.0 s (40 samples, ±2.00 ms; it " + known + ").",
			"The server's idle timeout (75.0 s) is shorter than the client's, so that a request may cross the server's FIN: let the client give idle connections up before that, or raise the server's.",
			model.Group{Connections: 12, Side: server, Took: spread(12, 75*second, 75*second, 75*second), Timers: []model.Timer{idle}},
		},
		{
			"FIN207", "Each time a request crossed the FIN with which the server closed the connection, 2.00 ms after the last payload, and was lost: no idle timeout is so short", "",
			model.Group{Connections: 12, Took: spread(12, second/500, second/500, second/500)},
		},
		{
			"FIN207", "Each time a request crossed the FIN with which the server closed the idle connection, and was lost: a server idle timeout of 75.0 s",
			"The server's idle timeout (75.0 s) is shorter than the client's (90.0 s), so",
			model.Group{Connections: 12, Timers: []model.Timer{idle, {Kind: model.ClientIdleTimeout, Value: new(90 * second)}}},
		},
		{
			"FIN401", "20000 attempts to connect from about 9000 clients, over 10.0 s, got no answer. So many at once, from so many addresses, look like a SYN flood.", "",
			model.Group{Connections: 20000, Clients: 9000, Began: spread(20000, 0, 5*second, 10*second)},
		},
		{
			"FIN402", "3 attempts to connect from one client, over 10.0 s, were refused.", "",
			model.Group{Connections: 3, Clients: 1, ClientsExact: true, Began: spread(3, 0, 5*second, 10*second)},
		},
		{
			"FIN403", "3 attempts to connect from 2 clients, over 10.0 s, were never completed: the SYN,ACK got no answer.", "",
			model.Group{Connections: 3, Clients: 2, ClientsExact: true, Began: spread(3, 0, 5*second, 10*second)},
		},
	} {
		for _, r := range All {
			if r.ID != c.rule {
				continue
			}
			if r.Group == nil {
				t.Errorf("%s does not word its groups", r.ID)
				break
			}
			message, advice := r.Group(&c.group)
			if !strings.HasPrefix(message, c.want) || strings.Contains(message, "%!") || len(c.advice) > 0 && !strings.HasPrefix(advice, c.advice) {
				t.Errorf("%s: %s\n\t%s\nwant\t%s\n\t%s", c.rule, message, advice, c.want, c.advice)
			}
		}
	}
}
