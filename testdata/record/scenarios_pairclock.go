//go:build record

package main

import "time"

// pairClockScenarios have clocks that differ, and pairMixedScenarios much at once.
var pairClockScenarios = []scenario{
	{
		name: "clock-ahead", shows: "B's clock is 1.5 s ahead; the path loses 3 %",
		path: loses(0.03), snaplen: 96, pair: &pairing{b: edit{offset: 1500 * time.Millisecond}, needs: "lost"},
		run: exchanges(3, 6, 300, 6000, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "clock-behind", shows: "B's clock is 37 ms behind; the path loses 3 %",
		path: loses(0.03), snaplen: 96, pair: &pairing{b: edit{offset: -37 * time.Millisecond}, needs: "lost"},
		run: exchanges(3, 6, 300, 6000, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "clock-hours", shows: "A's clock is 2 h behind; the path loses 3 %",
		path: loses(0.03), snaplen: 96, pair: &pairing{a: edit{offset: -2 * time.Hour}, needs: "lost"},
		run: exchanges(3, 6, 300, 6000, 20*time.Millisecond, 4*time.Second),
	},
	{
		name: "clock-drift", shows: "B's clock is 2 s ahead and gains 50 ppm, over 40 s",
		path: path{delay: 500 * time.Microsecond}, pair: &pairing{b: edit{offset: 2 * time.Second, ppm: 50}, needs: "delivered"},
		run: exchanges(1, 78, 100, 200, 500*time.Millisecond, 41*time.Second),
	},
	{
		name: "clock-one-way", shows: "B's clock is 3 s ahead and nothing from the server arrives: nothing tells the clocks' difference",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseSome(func(t *transfer) bool { return !t.toServer })}
		}},
		pair: &pairing{b: edit{offset: 3 * time.Second}, needs: "lost"},
		run:  exchanges(2, 1, 100, 100, 0, 3*time.Second),
	},
}

var pairMixedScenarios = []scenario{
	{
		name: "storm", shows: "5 % lost, 3 % copied, 5 % out of order, both captures lack 2 %, B's clock is 1 d behind and gains 20 ppm",
		path: path{delay: 6 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.05), repeat(0.03, time.Millisecond), reorder(0.05, 3*time.Millisecond)}
		}},
		snaplen: 96, pair: &pairing{a: edit{loses: 0.02}, b: edit{loses: 0.02, offset: -24 * time.Hour, ppm: 20}, needs: "lost duplicated not-captured"},
		run: exchanges(4, 8, 300, 6000, 20*time.Millisecond, 6*time.Second),
	},
	{
		name: "storm-nat", shows: "through a NAT of both ends 5 % are lost, 3 % copied, 5 % out of order; B begins late, with a clock 90 s ahead",
		path: path{delay: 6 * time.Millisecond, back: 9 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.05), repeat(0.03, time.Millisecond), reorder(0.05, 3*time.Millisecond), translate(natOfBoth())}
		}},
		aliases: natAliases, snaplen: 96,
		pair: &pairing{b: edit{from: 200 * time.Millisecond, offset: 90 * time.Second}, needs: "lost duplicated not-captured"},
		run:  dialVirtual(6, 8, 300, 4000, 20*time.Millisecond, 6*time.Second),
	},
	{
		name: "pure-chance", shows: "forty short connections across a path that loses a tenth, with late copies and resets by programs",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.1), repeat(0.05, 20*time.Millisecond)}
		}},
		snaplen: 96, pair: &pairing{needs: "lost duplicated"},
		run: func(l *lab) {
			l.serve("recv:300 send:2000 wait:30ms close")
			l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: 20, Stagger: 20 * time.Millisecond, Script: "send:300 recv:2000 eof close"})
			l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: 20, Stagger: 20 * time.Millisecond, Script: "send:300 some linger0 close"})
			l.until(6 * time.Second)
		},
	},
	{
		name: "quiet-path", shows: "nothing is lost, forged or late: a client, a server, and two clocks that agree to 100 µs",
		path: path{delay: 2 * time.Millisecond}, pair: &pairing{b: edit{offset: 100 * time.Microsecond}, needs: "delivered"},
		run: exchanges(3, 5, 300, 3000, 20*time.Millisecond, 2*time.Second),
	},
}
