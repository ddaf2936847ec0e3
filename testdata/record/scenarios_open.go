//go:build record

package main

import "time"

// openScenarios are those in which the handshake is the point.
var openScenarios = []scenario{
	{
		name:   "refused",
		shows:  "nobody listens: each SYN is answered by an RST",
		path:   path{delay: 20 * time.Millisecond},
		client: "SYN-SENT CLOSED",
		run:    dialOnly(role{Count: 3}, time.Second),
	},
	{
		name:    "unanswered",
		shows:   "the server's firewall drops each SYN; the client sends one more and gives up",
		sysctls: []string{"net.ipv4.tcp_syn_retries=1", "net.ipv4.tcp_syn_linear_timeouts=0"},
		client:  "SYN-SENT CLOSED",
		run: func(l *lab) {
			l.iptables(l.server, "-A INPUT -p tcp -j DROP")
			dialOnly(role{Count: 2}, 4*time.Second)(l)
		},
	},
	{
		name:    "half-open",
		shows:   "the client's firewall drops each SYN-ACK: both sides repeat themselves and give up",
		sysctls: []string{"net.ipv4.tcp_syn_retries=1", "net.ipv4.tcp_syn_linear_timeouts=0", "net.ipv4.tcp_synack_retries=1"},
		client:  "SYN-SENT CLOSED",
		server:  "SYN-RECEIVED CLOSED",
		run: func(l *lab) {
			l.iptables(l.client, "-A INPUT -p tcp -j DROP")
			l.serve("eof")
			dialOnly(role{Count: 2}, 7*time.Second)(l)
		},
	},
	{
		name:   "syn-ack-rejected",
		shows:  "the client's firewall answers the first SYN,ACK with an RST and then no more: the server forgets the attempt, and the SYN that is repeated opens the connection",
		client: "SYN-SENT ESTABLISHED",
		server: "SYN-RECEIVED CLOSED SYN-RECEIVED ESTABLISHED",
		path:   path{delay: 10 * time.Millisecond},
		run: func(l *lab) {
			const rule = "INPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j REJECT --reject-with tcp-reset"
			l.iptables(l.client, "-A "+rule)
			l.serve("recv:100 send:200 eof close")
			l.dial(2, "send:100 recv:200 close")
			l.until(500 * time.Millisecond)
			l.iptables(l.client, "-D "+rule)
			l.until(2 * time.Second)
		},
	},
	{
		name:    "half-open-gone",
		shows:   "the client's firewall drops the SYN-ACK and the client gives up before it repeats its SYN",
		sysctls: []string{"net.ipv4.tcp_synack_retries=1"},
		client:  "SYN-SENT CLOSED",
		server:  "SYN-RECEIVED CLOSED",
		run: func(l *lab) {
			l.iptables(l.client, "-A INPUT -p tcp -j DROP")
			l.serve("eof")
			dialOnly(role{Count: 2, DialTimeout: 400 * time.Millisecond}, 4*time.Second)(l)
		},
	},
	{
		name:   "syn-sent-abort",
		shows:  "the client gives up 100 ms before the SYN-ACK arrives over a slow path, and answers it with an RST",
		path:   path{delay: 200 * time.Millisecond},
		client: "SYN-SENT CLOSED",
		server: "SYN-RECEIVED CLOSED",
		run: func(l *lab) {
			l.serve("eof")
			dialOnly(role{Count: 2, DialTimeout: 300 * time.Millisecond}, 1200*time.Millisecond)(l)
		},
	},
	{
		name:   "simultaneous-open",
		shows:  "both sides dial each other at the same time across 50 ms: the SYNs cross",
		path:   path{delay: 50 * time.Millisecond},
		client: "SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
		server: "SYN-SENT SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
		run: func(l *lab) {
			a, b := clientIPv4+":40000", serverIPv4+":8080"
			l.run(l.client, role{Kind: dialing, LocalAddr: a, Addr: b, Script: "at:500ms send:100 recv:200 wait:200ms close"})
			l.run(l.server, role{Kind: dialing, LocalAddr: b, Addr: a, Script: "at:500ms recv:100 send:200 eof wait:200ms close"})
			l.until(1700 * time.Millisecond)
		},
	},
	{
		name:   "accept-never-called",
		shows:  "the server's kernel completes handshakes that its program never accepts; the clients close after 800 ms",
		client: "ESTABLISHED FIN-WAIT-2",
		server: "ESTABLISHED CLOSE-WAIT",
		run: func(l *lab) {
			l.run(l.server, role{Kind: listening, Addr: ":8080", Deaf: true})
			l.dial(3, "send:100 wait:800ms close")
			l.until(2500 * time.Millisecond)
		},
	},
	{
		name:    "backlog-overflow",
		shows:   "the accept queue has room for one of two handshakes: the other client is ESTABLISHED while the server ignores its ACK and its data",
		path:    path{delay: 20 * time.Millisecond},
		sysctls: []string{"net.core.somaxconn=2"}, // the queue holds one more
		client:  "SYN-SENT ESTABLISHED FIN-WAIT-1",
		server:  "SYN-RECEIVED ESTABLISHED CLOSE-WAIT",
		run: func(l *lab) {
			l.run(l.server, role{Kind: listening, Addr: ":8080", Deaf: true})
			l.dial(2, "send:100")
			l.until(300 * time.Millisecond)
			l.dial(2, "send:100 at:1500ms close")
			l.until(6 * time.Second)
		},
	},
	{
		name:    "syn-cookies",
		shows:   "two of four clients are answered with SYN cookies and find the accept queue full: ESTABLISHED for them, nothing at all for the server",
		path:    path{delay: 20 * time.Millisecond},
		sysctls: []string{"net.core.somaxconn=1"},
		client:  "SYN-SENT ESTABLISHED FIN-WAIT-1",
		server:  "SYN-RECEIVED ESTABLISHED CLOSE-WAIT",
		run: func(l *lab) {
			l.run(l.server, role{Kind: listening, Addr: ":8080", Deaf: true})
			l.dial(4, "send:100 wait:1500ms close")
			l.until(4 * time.Second)
		},
	},
	{
		name:   "time-wait-reuse",
		shows:  "the client comes back from the same port 1.5 s after the server closed first: its SYN is accepted onto the TIME-WAIT socket",
		server: "ESTABLISHED TIME-WAIT ESTABLISHED",
		run: func(l *lab) {
			l.serve("recv:100 send:200 wait:200ms close")
			samePortTwice(l, "send:100 recv:200 eof close")
		},
	},
	{
		name:    "time-wait-reuse-client",
		shows:   "the client closed first and takes its port in TIME-WAIT again after 1.5 s (tcp_tw_reuse 1)",
		sysctls: []string{"net.ipv4.tcp_tw_reuse=1"},
		client:  "ESTABLISHED TIME-WAIT ESTABLISHED TIME-WAIT",
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof close")
			samePortTwice(l, "send:100 recv:200 wait:200ms close")
		},
	},
	{
		name:   "sequence-wrap",
		shows:  "the client's sequence numbers wrap round zero in the middle of its data; then it closes",
		client: "ESTABLISHED FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: func(l *lab) {
			l.serve("recv:1000 send:200 eof wait:300ms close")
			l.run(l.client, role{Kind: dialing, Addr: ":8080", ISN: 1<<32 - 500, Script: "send:1000 recv:200 wait:200ms close"})
			l.until(1200 * time.Millisecond)
		},
	},
}

// dialOnly dials in vain.
func dialOnly(r role, end time.Duration) func(*lab) {
	r.Kind, r.Addr, r.Stagger = dialing, ":8080", 20*time.Millisecond
	return func(l *lab) {
		l.run(l.client, r)
		l.until(end)
	}
}

// samePortTwice makes two connections with the same addresses, one after the
// other.
func samePortTwice(l *lab, script string) {
	for _, start := range []string{"at:200ms ", "at:2s "} {
		l.run(l.client, role{Kind: dialing, Addr: ":8080", LocalAddr: clientIPv4 + ":40000", Script: start + script})
	}
	l.until(3 * time.Second)
}
