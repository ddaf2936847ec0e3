//go:build record

package main

import "time"

// pairPathScenarios are what paths do: loss, other orders, copies, delays.
var pairPathScenarios = []scenario{
	{
		name: "loss-1", shows: "two transfers across a path that loses 1 % both ways",
		path:    path{delay: 5 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(0.01)} }},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(2, 10, 300, 12000, 10*time.Millisecond, 4*time.Second),
	},
	{
		name: "loss-5", shows: "two transfers across a path that loses 5 % both ways",
		path:    path{delay: 5 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(0.05)} }},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(2, 8, 300, 12000, 10*time.Millisecond, 8*time.Second),
	},
	{
		name: "loss-20", shows: "six short transfers across a path that loses 20 % both ways",
		path:    path{delay: 5 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(0.2)} }},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(6, 4, 300, 6000, 10*time.Millisecond, 20*time.Second),
	},
	{
		name: "loss-ipv6", shows: "transfers over IPv6, which has no IP ID, across a path that loses 5 % both ways", ipv6: true,
		path:    path{delay: 5 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(0.05)} }},
		snaplen: 110, pair: &pairing{needs: "lost"},
		run: exchanges(2, 8, 300, 12000, 10*time.Millisecond, 8*time.Second),
	},
	{
		name: "loss-without-timestamps", shows: "transfers without TCP timestamps and SACK across a path that loses 5 % both ways",
		path:    path{delay: 5 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(0.05)} }},
		sysctls: []string{"net.ipv4.tcp_timestamps=0", "net.ipv4.tcp_sack=0"},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(2, 8, 300, 12000, 10*time.Millisecond, 8*time.Second),
	},
	{
		name: "reordering", shows: "an eighth of the frames is overtaken by later ones",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{reorder(0.125, 4*time.Millisecond)}
		}},
		snaplen: 96, pair: &pairing{needs: "delivered"},
		run: exchanges(2, 10, 300, 12000, 10*time.Millisecond, 4*time.Second),
	},
	{
		name: "duplication", shows: "the path delivers a tenth of the frames twice, 2 ms apart",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{repeat(0.1, 2*time.Millisecond)}
		}},
		snaplen: 96, pair: &pairing{needs: "duplicated"},
		run: exchanges(2, 10, 300, 9000, 10*time.Millisecond, 4*time.Second),
	},
	{
		name: "late-copies", shows: "the path delivers frames once more after 300 ms, some of them in TIME-WAIT",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{repeat(0.1, 300*time.Millisecond)}
		}},
		snaplen: 96, pair: &pairing{needs: "duplicated"},
		run: exchanges(3, 6, 300, 3000, 10*time.Millisecond, 4*time.Second),
	},
	{
		name: "stalled-answers", shows: "one answer waits in the path for 900 ms, so that repeated ones overtake it: repeated too early, and delivered",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{
				once(1, nth(4, isPayload(false)), func(t *transfer) { t.delay(900 * time.Millisecond) }),
				once(1, nth(7, isPayload(true)), func(t *transfer) { t.delay(900 * time.Millisecond) }),
			}
		}},
		pair: &pairing{needs: "delivered"},
		run:  exchanges(1, 9, 200, 900, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "acks-lost", shows: "every third ACK without payload is lost, and nothing else: what is repeated had arrived",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			n := 0
			acks := [2]func(*transfer) bool{isPureACK(false), isPureACK(true)}
			return []middlebox{loseSome(func(t *transfer) bool {
				if acks[index(t.toServer)](t) {
					n++
					return n%3 == 0
				}
				return false
			})}
		}},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(3, 6, 300, 6000, 60*time.Millisecond, 5*time.Second),
	},
	{
		name: "asymmetric-delay", shows: "5 ms to the server and 40 ms back, with 3 % lost",
		path: path{delay: 5 * time.Millisecond, back: 40 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.03)}
		}},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(3, 6, 300, 9000, 20*time.Millisecond, 6*time.Second),
	},
	{
		name: "zero-window", shows: "the client's window is shut for 2 s; of the probes into it one is lost, and so is the ACK that opens it",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.1)}
		}},
		snaplen: 96, pair: &pairing{needs: "lost"},
		run: fillWindow("send:100 wait:2s eof close", 8*time.Second),
	},
	{
		name: "offload-sender", shows: "the server's device takes segments of many times the MSS, and the path carries them cut",
		path: path{delay: 5 * time.Millisecond, mtu: 1500, boxes: func() []middlebox {
			return []middlebox{loseShare(0.02)}
		}},
		offload: true, snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(2, 5, 300, 40000, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "offload-both", shows: "what one device cut the other merges, at other borders, in both directions",
		path:    path{delay: 5 * time.Millisecond, mtu: 1500},
		offload: true, merge: true, snaplen: 96, pair: &pairing{needs: "delivered"},
		run: exchanges(2, 5, 30000, 30000, 20*time.Millisecond, 4*time.Second),
	},
}
