//go:build record

package main

import "time"

// resetScenarios are those that an RST ends.
var resetScenarios = []scenario{
	{
		name:   "abort-linger0",
		shows:  "the client aborts with SO_LINGER 0: RST,ACK and no FIN",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run:    talk(3, "send:100 recv:200 wait:200ms linger0 close", "recv:100 send:200 eof", 800*time.Millisecond),
	},
	{
		name:   "abort-unread-data",
		shows:  "the client closes with data unread, which its kernel makes an RST",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run:    talk(3, "send:100 wait:300ms close", "recv:100 send:200 eof", 800*time.Millisecond),
	},
	{
		name:   "abort-after-fin",
		shows:  "the client half-closes and aborts 500 ms later: FIN, then RST,ACK from the same side",
		client: "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run:    talk(3, "send:100 recv:200 wait:200ms shut wait:500ms linger0 close", "recv:100 send:200 eof", 1300*time.Millisecond),
	},
	{
		name:   "server-abort-unread",
		shows:  "the server answers and closes without reading the rest of the request: RST after the response",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run:    talk(3, "send:3000 some eof", "recv:100 send:200 wait:200ms close", 800*time.Millisecond),
	},
	{
		name:   "stale-reuse",
		shows:  "the client sends on a pooled connection whose FIN it acknowledged 1 s before: RST in answer",
		client: "ESTABLISHED CLOSE-WAIT CLOSED",
		server: "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED",
		run:    talk(3, "send:100 recv:200 wait:1500ms send:100 some close", "recv:100 send:200 wait:500ms close", 2*time.Second),
	},
	{
		name:   "nginx-idle-race",
		shows:  "requests cross the FIN with which nginx closes an idle connection (keepalive_timeout 2 s, path of 50 ms): RST in answer",
		path:   path{delay: 50 * time.Millisecond},
		client: "SYN-SENT ESTABLISHED CLOSE-WAIT CLOSED",
		server: "SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSED",
		run: func(l *lab) {
			l.nginx("keepalive_timeout 2s;")
			for _, idle := range []string{"1960ms", "1975ms", "1990ms"} {
				l.run(l.client, role{Kind: dialing, Addr: ":80", Script: "get some wait:" + idle + " get eof wait:100ms close"})
			}
			l.until(3 * time.Second)
		},
	},
	{
		name:   "rst-lost",
		shows:  "the client's RST is lost, and the server learns of it when it sends 1 s later",
		path:   path{bridged: true},
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run: func(l *lab) {
			l.loses(first(2, func(f tcpFrame) bool { return f.toServer && f.flags&flagRST != 0 }))
			l.serve("recv:100 send:200 at:2s send:100 eof close")
			l.dial(2, "send:100 recv:200 at:1s linger0 close")
			l.until(2500 * time.Millisecond)
		},
	},
	{
		name:   "keepalive-dead-peer",
		shows:  "the path dies; the client's keep-alive probes (1 s, each second, three) go unanswered and it gives up with an RST that nobody sees",
		path:   path{bridged: true},
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED",
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof")
			l.dial(2, "keepalive send:100 recv:200")
			l.until(500 * time.Millisecond)
			l.loses(everything)
			l.until(5500 * time.Millisecond)
		},
	},
}
