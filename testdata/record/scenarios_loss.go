//go:build record

package main

import "time"

// lossScenarios are those in which the path or a firewall loses segments.
var lossScenarios = []scenario{
	{
		name:    "loss",
		shows:   "forty short connections across a path that loses a tenth of the frames both ways",
		path:    path{delay: 5 * time.Millisecond, loss: 0.1, seed: 9293},
		snaplen: 96,
		client:  "SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT",
		server:  "SYN-RECEIVED ESTABLISHED CLOSED",
		run: func(l *lab) {
			l.serve("recv:300 send:4000 eof wait:30ms close")
			l.run(l.client, role{
				Kind: dialing, Addr: ":8080", Count: 40, Stagger: 30 * time.Millisecond,
				Script: "send:300 recv:4000 wait:50ms close",
			})
			l.until(8 * time.Second)
		},
	},
	{
		name:    "loss-half-close",
		shows:   "thirty half-closes, with data going on for 120 ms, across a path that loses a tenth of the frames both ways",
		path:    path{delay: 5 * time.Millisecond, loss: 0.1, seed: 1122},
		snaplen: 96,
		client:  "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
		server:  "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
		run: func(l *lab) {
			l.serve("recv:300 send:1000 eof wait:60ms send:600 wait:60ms close")
			l.run(l.client, role{
				Kind: dialing, Addr: ":8080", Count: 30, Stagger: 30 * time.Millisecond,
				Script: "send:300 recv:1000 shut eof close",
			})
			l.until(7 * time.Second)
		},
	},
	{
		name:   "fin-lost",
		shows:  "the client's first FIN is lost and sent again; each host's capture shows another number of FINs",
		path:   path{delay: 10 * time.Millisecond},
		client: "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: loseOne(func(f tcpFrame) bool { return f.toServer && f.flags&flagFIN != 0 },
			"send:100 recv:200 at:1s close", "recv:100 send:200 eof wait:500ms close"),
	},
	{
		name:   "fin-ack-lost",
		shows:  "the ACK of the client's FIN is lost, so that the FIN is sent again",
		path:   path{delay: 10 * time.Millisecond},
		client: "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: loseOne(func(f tcpFrame) bool { return !f.toServer },
			"send:100 recv:200 at:1s close", "recv:100 send:200 eof wait:800ms close"),
	},
	{
		name:   "last-ack-lost",
		shows:  "the ACK of the second FIN is lost: LAST-ACK lasts until that FIN is sent again to TIME-WAIT",
		path:   path{delay: 10 * time.Millisecond},
		client: "ESTABLISHED FIN-WAIT-1 TIME-WAIT",
		server: "ESTABLISHED LAST-ACK CLOSED",
		run: loseOne(func(f tcpFrame) bool { return f.toServer && f.flags == flagACK },
			"send:100 recv:200 at:1s close", "recv:100 send:200 eof close"),
	},
	{
		name:   "data-lost-before-fin",
		shows:  "the server's last data is lost and its FIN arrives: the FIN counts only when the data is sent again",
		path:   path{delay: 10 * time.Millisecond},
		client: "ESTABLISHED CLOSE-WAIT",
		server: "ESTABLISHED FIN-WAIT-1",
		run: loseOne(func(f tcpFrame) bool { return !f.toServer && f.payload > 0 },
			"send:100 recv:200 eof wait:200ms close", "recv:100 send:200 at:1s send:300 close"),
	},
	{
		name:    "fin-black-hole",
		shows:   "the path dies before the client closes: its FIN is repeated until tcp_orphan_retries (2) is spent, and the socket vanishes in silence",
		path:    path{bridged: true},
		sysctls: []string{"net.ipv4.tcp_orphan_retries=2"},
		client:  "ESTABLISHED FIN-WAIT-1 CLOSED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof")
			l.dial(2, "send:100 recv:200 at:1s close")
			l.until(900 * time.Millisecond)
			l.loses(everything)
			l.until(5 * time.Second)
		},
	},
	{
		name:    "fin-ack-ignored",
		shows:   "the client's firewall drops the ACKs of its FIN, which the capture shows and the kernel never gets; it gives up (tcp_orphan_retries 2)",
		sysctls: []string{"net.ipv4.tcp_orphan_retries=2"},
		client:  "ESTABLISHED FIN-WAIT-1 CLOSED",
		server:  "ESTABLISHED CLOSE-WAIT",
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof")
			l.dial(2, "send:100 recv:200 at:1s close")
			l.until(900 * time.Millisecond)
			l.iptables(l.client, "-A INPUT -p tcp -j DROP")
			l.until(5 * time.Second)
		},
	},
	{
		name:   "fin-ack-ignored-a-while",
		shows:  "the client's firewall drops the ACKs of its FIN for 1 s; a later one is taken in, and the server closes at 4 s",
		client: "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
		server: "ESTABLISHED CLOSE-WAIT CLOSED",
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof at:4s close")
			l.dial(2, "send:100 recv:200 at:1s close")
			l.until(900 * time.Millisecond)
			l.iptables(l.client, "-A INPUT -p tcp -j DROP")
			l.until(2 * time.Second)
			l.iptables(l.client, "-D INPUT -p tcp -j DROP")
			l.until(4500 * time.Millisecond)
		},
	},
}

// loseOne runs one connection, and loses one frame that it sends after 900 ms
// and that d picks.
func loseOne(d drop, client, server string) func(*lab) {
	return func(l *lab) {
		l.serve(server)
		l.dial(1, client)
		l.until(900 * time.Millisecond)
		l.loses(first(1, d))
		l.until(2500 * time.Millisecond)
	}
}
