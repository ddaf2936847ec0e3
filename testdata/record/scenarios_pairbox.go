//go:build record

package main

import (
	"net/netip"
	"time"
)

// Addresses that NATs use.
const (
	natClient  = "10.77.0.201" // the clients', as the server knows them
	natVirtual = "10.77.0.202" // the server's, as the clients know it
)

func natOfClient() translation {
	return translation{client: netip.MustParseAddr(natClient), firstPort: 1024}
}

func natOfBoth() translation {
	n := natOfClient()
	n.virtual = netip.MustParseAddrPort(natVirtual + ":80")
	n.real = netip.MustParseAddrPort(serverIPv4 + ":8080")
	return n
}

var natAliases = []alias{{natClient, false}, {natVirtual, true}}

// dialVirtual is exchanges, through the virtual address.
func dialVirtual(count, n, request, answer int, pause, end time.Duration) func(*lab) {
	client, server := exchange(n, request, answer, pause, "wait:50ms close", "eof wait:20ms close")
	return func(l *lab) {
		l.serve(server)
		l.run(l.client, role{Kind: dialing, Addr: natVirtual + ":80", Count: count, Stagger: 40 * time.Millisecond, Script: client})
		l.until(end)
	}
}

// pairBoxScenarios are what stands in the path: translators and boxes that
// forget.
var pairBoxScenarios = []scenario{
	{
		name: "nat", shows: "a NAT gives the clients another address and other ports; 2 % are lost",
		path: path{delay: 4 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.02), translate(natOfClient())}
		}},
		aliases: natAliases, snaplen: 96, pair: &pairing{needs: "delivered"},
		run: exchanges(8, 4, 300, 3000, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "nat-of-both", shows: "both ends are known to each other by other addresses and ports; 2 % are lost",
		path: path{delay: 4 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.02), translate(natOfBoth())}
		}},
		aliases: natAliases, snaplen: 96, pair: &pairing{needs: "delivered"},
		run: dialVirtual(8, 4, 300, 3000, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "nat-mid-stream", shows: "captures that begin in the middle of connections through a NAT of both ends",
		path:    path{delay: 4 * time.Millisecond, boxes: func() []middlebox { return []middlebox{translate(natOfBoth())} }},
		aliases: natAliases, lateCapture: true, pair: &pairing{needs: "delivered"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:150 send:700 recv:90 send:2000 eof wait:100ms close")
			l.run(l.client, role{Kind: dialing, Addr: natVirtual + ":80", Count: 4, Stagger: 20 * time.Millisecond,
				Script: "send:100 recv:200 at:1200ms send:150 recv:700 wait:80ms send:90 recv:2000 wait:100ms close"})
			l.until(600 * time.Millisecond)
			l.startCaptures()
			l.until(2500 * time.Millisecond)
		},
	},
	{
		name: "nat-without-timestamps", shows: "a NAT of both ends between hosts without TCP timestamps, which ask the same at the same time",
		path:    path{delay: 4 * time.Millisecond, boxes: func() []middlebox { return []middlebox{translate(natOfBoth())} }},
		sysctls: []string{"net.ipv4.tcp_timestamps=0"},
		aliases: natAliases, pair: &pairing{needs: "delivered"},
		run: dialVirtual(10, 3, 300, 900, 20*time.Millisecond, 3*time.Second),
	},
	{
		name: "idle-drop", shows: "a box forgets connections that were idle for 1 s and drops what comes then, in silence",
		path: path{delay: 4 * time.Millisecond, boxes: func() []middlebox { return []middlebox{forget(time.Second, nil)} }},
		pair: &pairing{needs: "lost"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:100 send:200 eof close")
			l.dial(3, "send:100 recv:200 at:1800ms send:100 recv:200 close")
			l.until(5 * time.Second)
		},
	},
	{
		name: "idle-reset", shows: "a box forgets connections that were idle for 1 s and answers what comes then with an RST",
		path: path{delay: 4 * time.Millisecond, boxes: func() []middlebox { return []middlebox{forget(time.Second, forgedFlags(true, flagRST))} }},
		pair: &pairing{needs: "lost forged"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 at:3s recv:100 send:200 eof close")
			l.dial(3, "send:100 recv:200 at:1800ms send:100 recv:200 close")
			l.until(4 * time.Second)
		},
	},
	{
		name: "port-reuse", shows: "the client comes back from the same port four times, across a path that loses 5 %",
		path:    path{delay: 4 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(0.05)} }},
		sysctls: []string{"net.ipv4.tcp_tw_reuse=1", "net.ipv4.tcp_fin_timeout=1"},
		pair:    &pairing{needs: "delivered"},
		run: func(l *lab) {
			l.serve("recv:100 send:700 wait:30ms close")
			for i := range 4 {
				l.run(l.client, role{Kind: dialing, Addr: ":8080", LocalAddr: clientIPv4 + ":45000",
					Script: "at:" + (time.Duration(i) * 1500 * time.Millisecond).String() + " send:100 recv:700 eof close"})
			}
			l.until(8 * time.Second)
		},
	},
}
