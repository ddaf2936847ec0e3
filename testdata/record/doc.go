//go:build record

// Record makes the captures under testdata/real, and beside each pair of
// captures the truth: what state both kernels said each socket was in.
//
//	go run -tags record ./testdata/record             record every scenario
//	go run -tags record ./testdata/record go-timeout  record some of them
//	go run -tags record ./testdata/record pairs       record all pairs of captures to be compared
//	go run -tags record ./testdata/record -list       say what there is
//
// Run it as root on Linux, from the top of the module. It needs ip, iptables,
// tcpdump, nginx, nft, ss, haproxy, node and redis-server, and says which of them is missing.
//
// A scenario runs real programs (Go's net/http, nginx, small programs that do
// one socket call after another) in two network namespaces: the client's and
// the server's. A veth pair joins them; where a scenario needs delay, loss or
// a path that dies, a third namespace stands between them and this program
// carries the frames across it. No traffic leaves the namespaces, and they
// vanish with the program.
//
// Each host's eth0 is captured by a tcpdump of its own, with timestamps in
// nanoseconds. Meanwhile both kernels are asked once a millisecond, over
// NETLINK_SOCK_DIAG, for the state of every TCP socket. A UDP datagram to port
// 9 every 50 ms keeps both captures going until after the last poll, so that
// observation ends when the truth does and not with the last segment.
//
// A recording is kept only if no poll came late where a state changed, no frame
// took much longer than the path, tcpdump lost nothing, and the kernels were
// seen in the states that the scenario is there to show; otherwise it is made
// again, a few times. On a busy host that takes patience. What is written:
//
//	testdata/real/NAME.pcap         captured at the client
//	testdata/real/NAME.server.pcap  captured at the server
//	testdata/real/NAME.truth.json   what the kernels said; see type truth
//	testdata/README.md              the table of captures, between its marks
//
// The scenarios that "pairs" stands for have another truth: what became of each
// segment between the two captures, as this program knows that carried, lost,
// copied, rewrote or forged it (type pairTruth). Some captures are edited
// afterwards, so that they lack packets or have another clock.
//
//	testdata/real/pair/NAME.a.pcap     captured at the client
//	testdata/real/pair/NAME.b.pcap     captured at the server
//	testdata/real/pair/NAME.pair.json  the bridge's log, matched with both
package main
