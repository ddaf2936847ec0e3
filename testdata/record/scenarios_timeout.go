//go:build record

package main

import "time"

// timeoutScenarios are those in which a Go HTTP client gives up.
var timeoutScenarios = []scenario{
	{
		name:    "go-timeout",
		shows:   "twelve requests of a Go HTTP client time out after 800 ms; the handlers answer after 3 s, into RSTs",
		snaplen: 262144,
		client:  "ESTABLISHED FIN-WAIT-2 CLOSED",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run:     goTimeout(12, role{Timeout: 800 * time.Millisecond}, role{Handler: 3 * time.Second}, 3500*time.Millisecond),
	},
	{
		name:   "go-timeout-short",
		shows:  "a Go HTTP client gives up after 500 ms; the handlers return 500 ms later",
		client: "ESTABLISHED FIN-WAIT-2 CLOSED",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run:    goTimeout(3, role{Timeout: 500 * time.Millisecond}, role{Handler: time.Second}, 1500*time.Millisecond),
	},
	{
		name:   "go-timeout-long",
		shows:  "a Go HTTP client gives up after 500 ms; the handlers return after 6 s",
		client: "ESTABLISHED FIN-WAIT-2 CLOSED",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run:    goTimeout(2, role{Timeout: 500 * time.Millisecond}, role{Handler: 6 * time.Second}, 6500*time.Millisecond),
	},
	{
		name:    "go-timeout-reaped",
		shows:   "a Go HTTP client gives up after 500 ms and its kernel forgets the sockets 2 s later (tcp_fin_timeout), before the handlers return after 4 s",
		sysctls: []string{"net.ipv4.tcp_fin_timeout=2"},
		client:  "ESTABLISHED FIN-WAIT-2 CLOSED",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run:     goTimeout(3, role{Timeout: 500 * time.Millisecond}, role{Handler: 4 * time.Second}, 4500*time.Millisecond),
	},
	{
		name:   "go-timeout-partial",
		shows:  "a Go HTTP client gives up after 800 ms although the response had begun; the handlers write the rest after 2 s",
		client: "ESTABLISHED FIN-WAIT-2 CLOSED",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: goTimeout(3, role{Timeout: 800 * time.Millisecond}, role{Handler: 2 * time.Second, Early: 300},
			2500*time.Millisecond),
	},
	{
		name:   "go-timeout-delayed",
		shows:  "a Go HTTP client gives up after 600 ms across a path with 30 ms of delay; the handlers return after 1.5 s",
		path:   path{delay: 30 * time.Millisecond},
		client: "SYN-SENT ESTABLISHED FIN-WAIT-2 CLOSED",
		server: "SYN-RECEIVED ESTABLISHED CLOSE-WAIT CLOSED",
		run:    goTimeout(4, role{Timeout: 600 * time.Millisecond}, role{Handler: 1500 * time.Millisecond}, 2*time.Second),
	},
}

// goTimeout runs a Go HTTP client that makes count requests against a Go HTTP
// server that is too slow for it.
func goTimeout(count int, client, server role, end time.Duration) func(*lab) {
	server.Kind, server.Addr, server.Body = httpServer, ":8080", 1200
	client.Kind, client.Addr, client.Count, client.Stagger = httpClient, ":8080", count, 20*time.Millisecond
	return func(l *lab) {
		l.run(l.server, server)
		l.run(l.client, client)
		l.until(end)
	}
}
