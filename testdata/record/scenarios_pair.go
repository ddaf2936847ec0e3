//go:build record

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// pairScenarios are those that two captures are to explain. Each has a bridge,
// whose log is the truth.
func pairScenarios() []scenario {
	all := slices.Concat(pairControlScenarios, pairPathScenarios, pairBoxScenarios, pairForgedScenarios, pairPlainScenarios, pairHardScenarios,
		pairCaptureScenarios, pairClockScenarios, pairMixedScenarios)
	for i := range all {
		s := &all[i]
		if s.pair == nil {
			s.pair = &pairing{}
		}
		s.path.bridged = true
		if s.path.seed == 0 {
			s.path.seed = 9293 + uint64(i)
		}
	}
	return all
}

// exchange returns the scripts of a client that asks n times and of a server
// that answers, with a pause between; then end, which both have behind it.
func exchange(n, request, answer int, pause time.Duration, client, server string) (string, string) {
	wait := ""
	if pause > 0 {
		wait = fmt.Sprintf("wait:%v ", pause)
	}
	return strings.Repeat(fmt.Sprintf("%ssend:%d recv:%d ", wait, request, answer), n) + client,
		strings.Repeat(fmt.Sprintf("recv:%d send:%d ", request, answer), n) + server
}

// exchanges runs count connections of an exchange that the client closes.
func exchanges(count, n, request, answer int, pause, end time.Duration) func(*lab) {
	client, server := exchange(n, request, answer, pause, "wait:50ms close", "eof wait:20ms close")
	return func(l *lab) {
		l.serve(server)
		l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: count, Stagger: 40 * time.Millisecond, Script: client})
		l.until(end)
	}
}

// pairControlScenarios each lose one control segment.
var pairControlScenarios = []scenario{
	{
		name: "client-fin-lost", shows: "the client's FIN is lost and sent again",
		path: path{delay: 10 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: loseOne(func(f tcpFrame) bool { return f.toServer && f.flags&flagFIN != 0 },
			"send:100 recv:200 at:1s close", "recv:100 send:200 eof wait:500ms close"),
	},
	{
		name: "server-fin-lost", shows: "the server's FIN is lost and sent again",
		path: path{delay: 10 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: loseOne(func(f tcpFrame) bool { return !f.toServer && f.flags&flagFIN != 0 },
			"send:100 recv:200 eof wait:300ms close", "recv:100 send:200 at:1s close"),
	},
	{
		name: "first-ack-of-fin-lost", shows: "the ACK of the client's FIN is lost: the FIN is repeated although it had arrived",
		path: path{delay: 10 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: loseOne(func(f tcpFrame) bool { return !f.toServer },
			"send:100 recv:200 at:1s close", "recv:100 send:200 eof wait:800ms close"),
	},
	{
		name: "final-ack-lost", shows: "the ACK of the second FIN is lost: LAST-ACK lasts until that FIN is sent again",
		path: path{delay: 10 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: loseOne(func(f tcpFrame) bool { return f.toServer && f.flags == flagACK },
			"send:100 recv:200 at:1s close", "recv:100 send:200 eof close"),
	},
	{
		name: "client-rst-lost", shows: "the client's RSTs are lost; the server learns of it when it sends 1 s later",
		path: path{delay: 3 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: func(l *lab) {
			l.loses(first(2, func(f tcpFrame) bool { return f.toServer && f.flags&flagRST != 0 }))
			l.serve("recv:100 send:200 at:2s send:100 eof close")
			l.dial(2, "send:100 recv:200 at:1s linger0 close")
			l.until(2500 * time.Millisecond)
		},
	},
	{
		name: "server-rst-lost", shows: "the server aborts and its RST is lost; the client learns of it from the answer to its next request",
		path: path{delay: 3 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: func(l *lab) {
			l.loses(first(2, func(f tcpFrame) bool { return !f.toServer && f.flags&flagRST != 0 }))
			l.serve("recv:100 send:200 at:1s linger0 close")
			l.dial(2, "send:100 recv:200 at:2s send:100 eof close")
			l.until(2500 * time.Millisecond)
		},
	},
	{
		name: "handshake-lost", shows: "a SYN, a SYN-ACK and a handshake's last ACK are lost, one of each of three connections",
		path: path{delay: 10 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseHandshakes()}
		}}, pair: &pairing{needs: "lost"},
		run: exchanges(3, 2, 200, 600, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "path-dies", shows: "the path dies in both directions while answers are under way; the client gives up and closes",
		path: path{delay: 10 * time.Millisecond}, pair: &pairing{needs: "lost"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 at:1200ms send:300")
			l.dial(3, "send:100 recv:200 at:1500ms close")
			l.until(time.Second)
			l.loses(everything)
			l.until(5 * time.Second)
		},
	},
	{
		name: "answers-never-arrive", shows: "nothing from the server arrives: SYNs are repeated, and so are the SYN-ACKs that answer them",
		path: path{delay: 10 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseSome(func(t *transfer) bool { return !t.toServer })}
		}}, pair: &pairing{needs: "lost"},
		run: exchanges(2, 1, 100, 100, 0, 4*time.Second),
	},
	{
		name: "probes-lost", shows: "keep-alive probes, which are copies of each other: the second of three is lost, later ones are answered",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			probe := keepAliveProbe()
			n := 0
			return []middlebox{loseSome(func(t *transfer) bool {
				if probe(t) {
					n++
				}
				return n == 2 && probe(t)
			})}
		}}, pair: &pairing{needs: "lost"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof close")
			l.dial(1, "keepalive send:100 recv:200 at:5500ms close")
			l.until(6 * time.Second)
		},
	},
}
