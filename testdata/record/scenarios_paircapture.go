//go:build record

package main

import "time"

func loses(share float64) path {
	return path{delay: 5 * time.Millisecond, boxes: func() []middlebox { return []middlebox{loseShare(share)} }}
}

// isPlain tells segments without SYN, FIN and RST.
func isPlain(p packet) bool { return p.flags()&(flagSYN|flagFIN|flagRST) == 0 }

// pairCaptureScenarios are about what captures lack and how they are taken.
var pairCaptureScenarios = []scenario{
	{
		name: "b-begins-late", shows: "B's capture begins in the middle of the connections",
		path: loses(0.03), snaplen: 96, pair: &pairing{b: edit{from: 400 * time.Millisecond}, needs: "not-captured lost"},
		run: exchanges(4, 8, 300, 3000, 60*time.Millisecond, 3*time.Second),
	},
	{
		name: "a-ends-early", shows: "A's capture ends in the middle of the connections",
		path: loses(0.03), snaplen: 96, pair: &pairing{a: edit{until: 500 * time.Millisecond}, needs: "not-captured lost"},
		run: exchanges(4, 8, 300, 3000, 60*time.Millisecond, 3*time.Second),
	},
	{
		name: "late-and-early", shows: "A's capture begins late and B's ends early, and B's clock is 1 h ahead",
		path: loses(0.03), snaplen: 96,
		pair: &pairing{a: edit{from: 250 * time.Millisecond}, b: edit{until: 600 * time.Millisecond, offset: time.Hour}, needs: "not-captured"},
		run:  exchanges(4, 10, 300, 3000, 60*time.Millisecond, 3*time.Second),
	},
	{
		name: "b-lacks-packets", shows: "the path loses nothing, and B's capture lacks 4 % of the packets",
		path: path{delay: 5 * time.Millisecond}, snaplen: 96, pair: &pairing{b: edit{loses: 0.04}, needs: "not-captured"},
		run: exchanges(3, 10, 300, 9000, 20*time.Millisecond, 3*time.Second),
	},
	{
		name: "both-lack-packets", shows: "the path loses 3 %; both captures lack 3 % more, and their drop counters say so",
		path: loses(0.03), snaplen: 96,
		pair: &pairing{a: edit{loses: 0.03, pcapng: true, tellsDrops: true}, b: edit{loses: 0.03, pcapng: true, tellsDrops: true}, needs: "lost not-captured"},
		run:  exchanges(3, 10, 300, 9000, 20*time.Millisecond, 5*time.Second),
	},
	{
		name: "control-segments-only", shows: "both captures hold segments with SYN, FIN or RST only, of a path that loses 10 %",
		path: loses(0.1), pair: &pairing{a: edit{loses: 1, losesOnly: isPlain}, b: edit{loses: 1, losesOnly: isPlain}, needs: "lost"},
		run: exchanges(25, 2, 300, 1000, 20*time.Millisecond, 6*time.Second),
	},
	{
		name: "cut-to-96", shows: "both captures keep 96 octets of each packet; the path loses 5 %, copies and reorders",
		path: path{delay: 5 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.05), repeat(0.03, 2*time.Millisecond), reorder(0.05, 3*time.Millisecond)}
		}},
		snaplen: 96, pair: &pairing{needs: "lost duplicated"},
		run: exchanges(3, 8, 300, 9000, 20*time.Millisecond, 6*time.Second),
	},
	{
		name: "any-device-loss", shows: "both captures come from the pseudo-device any (LINUX_SLL2); the path loses 5 %",
		path: loses(0.05), anyDevice: true, snaplen: 96, pair: &pairing{needs: "lost"},
		run: exchanges(3, 6, 300, 6000, 20*time.Millisecond, 5*time.Second),
	},
	{
		name: "nat-any-device", shows: "captures of the pseudo-device any on both sides of a NAT of both ends, one of them pcapng",
		path: path{delay: 4 * time.Millisecond, boxes: func() []middlebox {
			return []middlebox{loseShare(0.03), translate(natOfBoth())}
		}},
		aliases: natAliases, anyDevice: true, snaplen: 96, pair: &pairing{b: edit{pcapng: true}, needs: "lost"},
		run: dialVirtual(6, 4, 300, 3000, 20*time.Millisecond, 4*time.Second),
	},
}
