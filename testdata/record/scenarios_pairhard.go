//go:build record

package main

import "time"

// jitter delays every second frame by a random time up to most, in order.
func jitter(most time.Duration) middlebox {
	return func(t *transfer) {
		for _, e := range t.out {
			if !e.forged {
				e.late += max(time.Duration(t.random.Int64N(int64(2*most)))-most, 0)
			}
		}
	}
}

// pairHardScenarios are paths on which matching is hard.
var pairHardScenarios = []scenario{
	{
		name: "jitter-ipv6", shows: "over IPv6 frames take up to 60 ms longer, 5 % are lost and 3 % copied", ipv6: true,
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.05), repeat(0.03, time.Millisecond), jitter(60 * time.Millisecond)}
		}},
		snaplen: 128, pair: &pairing{needs: "lost duplicated"},
		run: exchanges(3, 6, 300, 9000, 10*time.Millisecond, 8*time.Second),
	},
	{
		name: "nat-port-reuse", shows: "clients come back from the same port through a NAT of both ends, captured on any; 5 % are lost",
		path: path{delay: 4 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.05), translate(natOfBoth())}
		}},
		sysctls: []string{"net.ipv4.tcp_tw_reuse=1"}, aliases: natAliases, anyDevice: true, snaplen: 96,
		pair: &pairing{b: edit{offset: 1500 * time.Millisecond, pcapng: true}, needs: "delivered"},
		run: func(l *lab) {
			l.serve("recv:100 send:700 wait:30ms close")
			for i := range 4 {
				l.run(l.client, role{Kind: dialing, Addr: natVirtual + ":80", LocalAddr: clientIPv4 + ":45000",
					Script: "at:" + (time.Duration(i) * 1500 * time.Millisecond).String() + " send:100 recv:700 eof close"})
			}
			l.until(8 * time.Second)
		},
	},
	{
		name: "offload-storm", shows: "both devices cut and merge segments; 2 % are lost, 2 % copied, 4 % out of order",
		path: path{delay: 5 * time.Millisecond, mtu: 1500, boxes: func() []middlebox {
			return []middlebox{loseShare(0.02), repeat(0.02, time.Millisecond), reorder(0.04, 2*time.Millisecond)}
		}},
		offload: true, merge: true, snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(1, 4, 20000, 40000, 20*time.Millisecond, 6*time.Second),
	},
	{
		name: "dead-path-both-late", shows: "both captures begin in mid-stream, at other times; then the path dies for 700 ms and comes back",
		path: path{delay: 8 * time.Millisecond}, snaplen: 96,
		pair: &pairing{a: edit{from: 150 * time.Millisecond}, b: edit{from: 320 * time.Millisecond, offset: -3 * time.Hour}, needs: "lost not-captured"},
		run: func(l *lab) {
			exchanges(3, 12, 300, 3000, 60*time.Millisecond, 700*time.Millisecond)(l)
			l.loses(everything)
			l.until(1400 * time.Millisecond)
			l.loses(nil)
			l.until(6 * time.Second)
		},
	},
	{
		name: "many-alike", shows: "twenty-four connections at once that say the same, through a NAT of both ends, with 3 % lost",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.03), translate(natOfBoth())}
		}},
		sysctls: []string{"net.ipv4.tcp_timestamps=0"}, aliases: natAliases, snaplen: 96, lateCapture: true,
		pair: &pairing{b: edit{offset: 5 * time.Hour}, needs: "lost"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:100 send:200 recv:100 send:200 eof wait:20ms close")
			l.run(l.client, role{Kind: dialing, Addr: natVirtual + ":80", Count: 24, Stagger: time.Millisecond,
				Script: "send:100 recv:200 at:1200ms send:100 recv:200 wait:80ms send:100 recv:200 wait:100ms close"})
			l.until(800 * time.Millisecond)
			l.startCaptures()
			l.until(5 * time.Second)
		},
	},
}
