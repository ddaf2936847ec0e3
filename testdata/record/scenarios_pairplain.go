//go:build record

package main

import "time"

// plain makes a forged segment what programs make that forge: the hosts' own TTL, IP ID
// 1 and a window of 8,192.
func plain(p packet) {
	p.setTTL(64)
	p.setIPID(1)
	p.setWindow(8192)
}

// plainFlags forges such a segment without payload.
func plainFlags(reply bool, flags uint8) func(*transfer) *emission {
	return func(t *transfer) *emission {
		return t.forge(reply, "", func(p packet) {
			plain(p)
			p.setFlags(flags)
		})
	}
}

// reject drops the SYNs of every second connection and refuses them in the server's name.
func reject() middlebox {
	n := 0
	return func(t *transfer) {
		if !isSYN(t) {
			return
		}
		if n++; n%2 == 1 {
			return
		}
		t.drop()
		t.out = append(t.out, t.forge(true, "", func(p packet) {
			p.setTTL(64)
			p.setIPID(0)
			p.setFlags(flagRST | flagACK)
			p.setWindow(0)
		}))
	}
}

// pairPlainScenarios are forged segments that neither TTL nor the like gives away.
var pairPlainScenarios = []scenario{
	{
		name: "plain-rst-to-client", shows: "a box resets the client behind the first answer, with the hosts' TTL",
		path: forging(func() middlebox {
			return inject(1, isPayload(false), forgedDelay+time.Millisecond, plainFlags(false, flagRST))
		}),
		pair: &pairing{needs: "forged"},
		run:  exchanges(1, 3, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "plain-rst-to-both", shows: "a box resets both ends of three connections at the first request, with the hosts' TTL",
		path: forging(func() middlebox {
			return func(t *transfer) {
				if isPayload(true)(t) {
					there := plainFlags(false, flagRST)(t)
					there.late = forgedDelay + time.Millisecond
					t.out = append(t.out, there, plainFlags(true, flagRST)(t))
				}
			}
		}),
		pair: &pairing{needs: "forged"},
		run:  exchanges(3, 3, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "plain-fin", shows: "a box ends the server's side with a FIN in its name, with the hosts' TTL; the server has more to say",
		path: forging(func() middlebox {
			return inject(2, isPayload(false), forgedDelay+time.Millisecond, plainFlags(false, flagFIN|flagACK))
		}),
		sysctls: []string{"net.ipv4.tcp_orphan_retries=2"}, pair: &pairing{needs: "forged"},
		run: serverHasMore,
	},
	{
		name: "plain-syn-ack", shows: "a box answers the SYN before the server does, with the hosts' TTL",
		path: forging(func() middlebox {
			return inject(1, isSYN, 0, func(t *transfer) *emission {
				return t.forge(true, "", func(p packet) {
					plain(p)
					p.setFlags(flagSYN | flagACK)
					p.setSeq(0x12345678)
				})
			})
		}),
		pair: &pairing{needs: "forged"},
		run:  exchanges(2, 2, 100, 200, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "plain-answer", shows: "a box answers the second request in the server's name, before the server does, with the hosts' TTL; the server's answer is taken for a copy",
		path: forging(func() middlebox {
			return inject(2, isPayload(true), 0, func(t *transfer) *emission {
				return t.forge(true, "HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n",
					func(p packet) {
						plain(p)
						p.setFlags(flagPSH | flagACK)
					})
			})
		}),
		pair: &pairing{needs: "forged"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:100 wait:30ms send:400 eof close")
			l.dial(1, "send:100 recv:200 wait:100ms send:100 recv:400 close")
			l.until(3 * time.Second)
		},
	},
	{
		name: "syn-rejected", shows: "a box drops every second SYN and refuses the connection in the server's name, as a closed port does",
		path: forging(reject), pair: &pairing{needs: "forged lost"},
		run: exchanges(6, 1, 100, 200, 20*time.Millisecond, time.Second),
	},
	{
		name: "idle-reset-alike", shows: "a box forgets connections that were idle for 1 s and answers what comes then with an RST as the server's own",
		path: forging(func() middlebox { return forget(time.Second, likeHost(true, flagRST)) }),
		pair: &pairing{needs: "lost forged"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 at:3s recv:100 send:200 eof close")
			l.dial(3, "send:100 recv:200 at:1800ms send:100 recv:200 close")
			l.until(4 * time.Second)
		},
	},
}
