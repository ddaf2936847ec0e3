//go:build record

package main

import "time"

// timeoutScenarios are those in which a Go HTTP client gives up.
var timeoutScenarios = []scenario{
	{
		name:    "go-timeout",
		shows:   "twelve requests of a Go HTTP client time out after 800 ms; the handlers answer after 3 s, into RSTs",
		snaplen: 262144,
		client:  "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED",
		server:  "ESTABLISHED CLOSE-WAIT CLOSED",
		run:     goTimeout(12, 800*time.Millisecond, 3*time.Second, 3500*time.Millisecond),
	},
}

// goTimeout runs a Go HTTP client against a Go HTTP server that is too slow
// for it.
func goTimeout(count int, timeout, handler, end time.Duration) func(*lab) {
	return func(l *lab) {
		l.run(l.server, role{Kind: httpServer, Addr: ":8080", Handler: handler, Body: 1200})
		l.run(l.client, role{Kind: httpClient, Addr: ":8080", Count: count, Stagger: 20 * time.Millisecond, Timeout: timeout})
		l.until(end)
	}
}
