//go:build record

package main

import "slices"

// A scenario is one thing that happens to TCP connections, and is recorded.
type scenario struct {
	name        string
	shows       string // one sentence
	path        path
	ipv6        bool
	anyDevice   bool     // capture on the pseudo-device "any"
	lateCapture bool     // the scenario starts the captures itself
	offload     bool     // leave segmentation and checksums to the device
	snaplen     int      // 0 for 256
	sysctls     []string // of both hosts, for example "net.ipv4.tcp_fin_timeout=2"
	merge       bool     // the server's device merges segments (GRO)
	aliases     []alias
	pair        *pairing // nil where the kernels' states are the truth
	run         func(*lab)
	// client and server are states, divided by spaces, that some socket of
	// that host must have been found in, in this order.
	client, server string
}

// scenarios lists all of them.
var scenarios = slices.Concat(
	timeoutScenarios, closeScenarios, resetScenarios, openScenarios, lossScenarios, endingScenarios,
	pairScenarios())

// captureFile names the capture made at a side.
func (s scenario) captureFile(side string) string {
	if side == "client" {
		return s.name + ".pcap"
	}
	return s.name + ".server.pcap"
}

// An alias is an address that a middlebox gives to one host, as the other one
// knows it.
type alias struct {
	addr   string
	server bool // of the server; else of the client
}
