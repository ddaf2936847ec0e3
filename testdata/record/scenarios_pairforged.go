//go:build record

package main

import "time"

const forgedDelay = 3 * time.Millisecond // of the paths below, one way

// forging is a path with a box in it that sends what neither host has sent.
func forging(boxes ...func() middlebox) path {
	return path{delay: forgedDelay, boxes: func() []middlebox {
		var made []middlebox
		for _, b := range boxes {
			made = append(made, b())
		}
		return made
	}}
}

// resetClient resets the client behind the second answer, resetServer the
// server at the time of it.
func resetClient() middlebox {
	return inject(2, isPayload(false), forgedDelay+time.Millisecond, forgedFlags(false, flagRST))
}

func resetServer() middlebox {
	return inject(2, isPayload(false), 0, forgedFlags(true, flagRST|flagACK))
}

// pairForgedScenarios are those in which a box sends segments in the name of
// one host or of both.
var pairForgedScenarios = []scenario{
	{
		name: "forged-rst-to-client", shows: "a box resets the client in the server's name; the server's next answer meets the client's own RST",
		path: forging(resetClient), pair: &pairing{needs: "forged"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:100 send:200 wait:500ms send:300 eof close")
			l.dial(1, "send:100 recv:200 wait:100ms send:100 recv:200 eof close")
			l.until(2 * time.Second)
		},
	},
	{
		name: "forged-rst-to-server", shows: "a box resets the server in the client's name; the client's next request meets the server's own RST",
		path: forging(resetServer), pair: &pairing{needs: "forged"},
		run: exchanges(1, 4, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "forged-rst-to-both", shows: "a box resets both ends, each in the other's name",
		path: forging(resetClient, resetServer), pair: &pairing{needs: "forged"},
		run: exchanges(1, 4, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "forged-rst-alike", shows: "a box resets both ends with RSTs that have the hosts' own TTL and IP ID 0",
		path: forging(func() middlebox {
			return inject(2, isPayload(false), forgedDelay+time.Millisecond, likeHost(false, flagRST|flagACK))
		}, func() middlebox {
			return inject(2, isPayload(false), 0, likeHost(true, flagRST|flagACK))
		}),
		pair: &pairing{needs: "forged"},
		run:  exchanges(1, 4, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "forged-rst-burst", shows: "a box sends three RSTs to each end of two connections, at sequence numbers one window apart",
		path: forging(burst), pair: &pairing{needs: "forged"},
		run: exchanges(2, 4, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "forged-rst-refused", shows: "a box sends the client an RST that is not exactly where it must be: the client asks the server (challenge ACK) and goes on",
		path: forging(func() middlebox {
			return inject(2, isPayload(false), 0, forgedFlags(false, flagRST)) // overtakes the answer
		}),
		pair: &pairing{needs: "forged"},
		run:  exchanges(1, 4, 100, 200, 100*time.Millisecond, 2*time.Second),
	},
	{
		name: "forged-fin", shows: "a box ends the server's side with a FIN in its name; the client closes, and acknowledges what the server never sent",
		path: forging(func() middlebox {
			return inject(2, isPayload(false), forgedDelay+time.Millisecond, forgedFlags(false, flagFIN|flagACK))
		}),
		sysctls: []string{"net.ipv4.tcp_orphan_retries=2"}, pair: &pairing{needs: "forged"},
		run: serverHasMore,
	},
	{
		name: "forged-syn-ack", shows: "a box answers the SYN before the server does: both ends think of other sequence numbers",
		path: forging(func() middlebox {
			return inject(1, isSYN, 0, func(t *transfer) *emission {
				return t.forge(true, "", func(p packet) {
					p.setFlags(flagSYN | flagACK)
					p.setSeq(0x12345678)
				})
			})
		}),
		pair: &pairing{needs: "forged"},
		run:  exchanges(2, 2, 100, 200, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "forged-answer", shows: "a box answers the second request in the server's name, before the server does, and ends the connection",
		path: forging(func() middlebox {
			return inject(2, isPayload(true), 0, func(t *transfer) *emission {
				return t.forge(true, "HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nConnection: close\r\n\r\n",
					func(p packet) { p.setFlags(flagFIN | flagPSH | flagACK) })
			})
		}),
		sysctls: []string{"net.ipv4.tcp_orphan_retries=2"}, pair: &pairing{needs: "forged"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 recv:100 wait:30ms send:400 eof close")
			l.dial(1, "send:100 recv:200 wait:100ms send:100 eof close")
			l.until(3 * time.Second)
		},
	},
	{
		name: "genuine-resets", shows: "nobody forges: nobody listens, requests meet closed sockets, programs abort, and 5 % are lost",
		path: path{delay: forgedDelay, boxes: func() []middlebox { return []middlebox{loseShare(0.05)} }},
		pair: &pairing{needs: "lost"},
		run: func(l *lab) {
			l.serve("recv:100 send:200 wait:100ms close")
			for range 2 {
				l.dial(3, "send:100 recv:200 wait:300ms send:100 some wait:50ms send:100 close")
				l.dial(3, "send:100 some linger0 close")
				l.dial(3, "send:3000 close")
				l.run(l.client, role{Kind: dialing, Addr: ":8081", Count: 3, Stagger: connectionStagger, Script: "send:100"})
			}
			l.until(4 * time.Second)
		},
	},
}

func isSYN(t *transfer) bool { return t.toServer && t.packet.flags() == flagSYN }

// likeHost forges what the host itself could have sent.
func likeHost(reply bool, flags uint8) func(*transfer) *emission {
	return func(t *transfer) *emission {
		return t.forge(reply, "", func(p packet) {
			p.setFlags(flags)
			p.setTTL(64)
			p.setIPID(0)
		})
	}
}

// burst resets both ends thrice at each second answer, as boxes do that cannot
// know how far the ends are.
func burst() middlebox {
	n := 0
	return func(t *transfer) {
		if !isPayload(false)(t) {
			return
		}
		if n++; n != 3 && n != 4 {
			return
		}
		for i := range uint32(3) {
			for _, reply := range []bool{false, true} {
				e := t.forge(reply, "", func(p packet) {
					p.setFlags(flagRST)
					p.setSeq(p.seq() + i*1460)
				})
				if !reply {
					e.late = forgedDelay + time.Millisecond
				}
				t.out = append(t.out, e)
			}
		}
	}
}

// serverHasMore closes the client when its second answer ends, and has the server say
// more 400 ms later.
func serverHasMore(l *lab) {
	l.serve("recv:100 send:200 recv:100 send:200 wait:400ms send:300 eof close")
	l.dial(1, "send:100 recv:200 wait:100ms send:100 recv:200 eof wait:50ms close")
	l.until(3 * time.Second)
}
