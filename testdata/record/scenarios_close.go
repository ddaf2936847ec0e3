//go:build record

package main

import (
	"strings"
	"time"
)

// closeScenarios are those in which FINs do their work, or wait to.
var closeScenarios = []scenario{
	{
		name:   "client-close",
		shows:  "the client closes first, the server 300 ms later: four segments",
		client: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: talk(3, "send:100 recv:200 wait:200ms close",
			"recv:100 send:200 eof wait:300ms close", 1200*time.Millisecond),
	},
	{
		name:   "server-close",
		shows:  "the server closes first, the client 300 ms later",
		client: "ESTABLISHED CLOSE-WAIT CLOSED",
		server: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		run: talk(3, "send:100 recv:200 eof wait:300ms close",
			"recv:100 send:200 wait:200ms close", 1200*time.Millisecond),
	},
	{
		name:   "three-segment-close",
		shows:  "the server closes as soon as it reads the client's FIN, so that its FIN carries the ACK",
		client: "ESTABLISHED TIME-WAIT",
		server: "ESTABLISHED CLOSED",
		run:    talk(3, "send:100 recv:200 wait:200ms close", "recv:100 send:200 eof close", 800*time.Millisecond),
	},
	{
		name:   "delayed-close",
		shows:  "the client closes first across a path with 50 ms of delay, the server 300 ms after it learns of it",
		path:   path{delay: 50 * time.Millisecond},
		client: "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
		server: "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
		run: talk(3, "send:100 recv:200 wait:200ms close",
			"recv:100 send:200 eof wait:300ms close", 1600*time.Millisecond),
	},
	{
		name:   "half-close",
		shows:  "the client says that it is done sending (SHUT_WR) and the server goes on with data for 1.5 s",
		client: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: talk(2, "send:100 wait:200ms shut eof wait:100ms close",
			"recv:100 eof "+strings.Repeat("send:500 wait:100ms ", 15)+"close", 2500*time.Millisecond),
	},
	{
		name:    "half-close-held",
		shows:   "the client half-closes and keeps its descriptor, so that tcp_fin_timeout (2 s) does not apply: data after 3.5 s is still taken in",
		sysctls: []string{"net.ipv4.tcp_fin_timeout=2"},
		client:  "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run: talk(2, "send:100 recv:200 shut eof close",
			"recv:100 send:200 eof wait:3500ms send:300 wait:200ms close", 4200*time.Millisecond),
	},
	{
		name:   "close-wait-leak",
		shows:  "the client closes and the server never does: CLOSE-WAIT until the end",
		client: "ESTABLISHED FIN-WAIT-2",
		server: "ESTABLISHED CLOSE-WAIT",
		run:    talk(3, "send:100 recv:200 wait:200ms close", "recv:100 send:200 eof", 4*time.Second),
	},
	{
		name:    "fin-wait-2-late-data",
		shows:   "tcp_fin_timeout (2 s) reaps the client's closed socket in silence; data that comes 1.5 s later meets an RST",
		sysctls: []string{"net.ipv4.tcp_fin_timeout=2"},
		client:  "ESTABLISHED FIN-WAIT-2 CLOSED",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run: talk(2, "send:100 recv:200 wait:200ms close",
			"recv:100 send:200 eof wait:3500ms send:300", 4200*time.Millisecond),
	},
	{
		name:    "fin-wait-2-late-fin",
		shows:   "tcp_fin_timeout (2 s) reaps the client's closed socket in silence; the server's FIN comes 1.5 s later and meets an RST",
		sysctls: []string{"net.ipv4.tcp_fin_timeout=2"},
		client:  "ESTABLISHED FIN-WAIT-2 CLOSED",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run: talk(2, "send:100 recv:200 wait:200ms close",
			"recv:100 send:200 eof wait:3500ms close", 4200*time.Millisecond),
	},
	{
		name:   "simultaneous-close",
		shows:  "both sides close at the same time, 50 ms apart by the path: the FINs cross",
		path:   path{delay: 50 * time.Millisecond},
		client: "ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT",
		server: "ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT",
		run:    talk(3, "send:100 recv:200 at:1s close", "recv:100 send:200 at:1s close", 1500*time.Millisecond),
	},
	{
		name:    "zero-window-hidden-fin",
		shows:   "the server closes while the client's window is shut: FIN-WAIT-1 with no FIN on the wire until the client reads, 3 s later",
		snaplen: 96,
		client:  "ESTABLISHED CLOSE-WAIT",
		server:  "ESTABLISHED FIN-WAIT-1",
		run:     fillWindow("send:100 at:3s eof wait:200ms close", 4*time.Second),
	},
	{
		name:    "zero-window-abandoned",
		shows:   "the server closes while the client's window is shut, and the client never reads: FIN-WAIT-1 to the end, and never a FIN",
		snaplen: 96,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED FIN-WAIT-1",
		run:     fillWindow("send:100", 4*time.Second),
	},
	{
		name:   "nginx-idle-close",
		shows:  "nginx closes idle connections after keepalive_timeout (2 s); the Go client answers at once",
		server: "ESTABLISHED TIME-WAIT",
		run: func(l *lab) {
			l.nginx("keepalive_timeout 2s;")
			for range 4 { // one client would use one connection for all requests
				l.run(l.client, role{Kind: httpClient, Addr: ":80"})
			}
			l.until(3 * time.Second)
		},
	},
	{
		name:   "any-device",
		shows:  "captures on the pseudo-device any (LINUX_SLL2): the client closes first, the server 300 ms later",
		client: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED", anyDevice: true,
		run: talk(2, "send:100 recv:200 wait:200ms close",
			"recv:100 send:200 eof wait:300ms close", 1200*time.Millisecond),
	},
	{
		name:   "ipv6",
		shows:  "over IPv6 one client closes, one half-closes, one aborts; the server closes 300 ms after it learns of it",
		client: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED", ipv6: true,
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof wait:300ms send:300 close")
			l.dial(1, "send:100 recv:200 wait:200ms close")
			l.dial(1, "send:100 recv:200 wait:200ms shut eof close")
			l.dial(1, "send:100 recv:200 wait:200ms linger0 close")
			l.until(1500 * time.Millisecond)
		},
	},
	{
		name:   "mid-stream",
		shows:  "the captures begin while the connections are idle; then there is more data, and the client closes",
		client: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED", lateCapture: true,
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:100 send:200 eof wait:300ms close")
			l.dial(2, "send:100 recv:200 at:1500ms send:100 recv:200 close")
			l.until(500 * time.Millisecond)
			l.startCaptures()
			l.until(2300 * time.Millisecond)
		},
	},
	{
		name:    "offload",
		shows:   "the devices cut and merge segments, so that captured ones exceed the MSS and checksums are unfinished",
		offload: true,
		snaplen: 96,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run: talk(1, "send:100 recv:300000 wait:200ms close",
			"recv:100 send:300000 eof wait:200ms close", 1200*time.Millisecond),
	},
}

// talk runs the same script for each of count connections.
func talk(count int, client, server string, end time.Duration) func(*lab) {
	return func(l *lab) {
		l.serve(server)
		l.dial(count, client)
		l.until(end)
	}
}

// fillWindow has the server send more than the client's receive buffer holds,
// and close while its own send buffer holds the rest.
func fillWindow(client string, end time.Duration) func(*lab) {
	return func(l *lab) {
		l.run(l.server, role{Kind: listening, Addr: ":8080", SendBuffer: 200_000, Script: "recv:100 send:30000 close"})
		l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: 2, Stagger: 20 * time.Millisecond, ReceiveBuffer: 4096, Script: client})
		l.until(end)
	}
}
