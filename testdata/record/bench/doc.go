//go:build record

// Bench makes the captures that speed is measured with, and the table that says how
// finwait compares. From the top of the module:
//
//	go run -tags record ./testdata/record/bench web DIR              record web.pcap and web2m.pcap
//	go run -tags record ./testdata/record/bench shapes DIR [NAME…]   make up what a loopback lacks
//	go run -tags record ./testdata/record/bench table FILE           measure, and print a table in Markdown
//	go run -trimpath -tags record ./testdata/record/bench profile FILE > .ci/release.pgo
//	                                                                 what the compiler is told for a release
//
// web.pcap is what tcpdump sees of nginx and wrk on the loopback device of a network
// namespace of their own, the answer a page as long as the one that nginx comes with:
// for half a minute every request has a connection of its own, so that ports come back
// many times, then connections are kept alive for some seconds. On two idle cores that
// makes some 7 million packets; web2m.pcap has the first 2 million, of 158 octets on
// average. It needs root, Linux, ip, nginx, wrk and tcpdump.
//
// The shapes are made up by package reassembly/traffic, the same each time, and need
// nothing; -h lists them. All together take 7 GB.
//
// The table holds finwait against a plain copy by tcpdump, and others that read
// captures, side by side. It needs hyperfine and GNU time, and leaves out what is not
// installed. Let nothing else run meanwhile.
package main
