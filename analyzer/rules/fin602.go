package rules

import "finwait/analyzer/model"

// fin602 is of two captures: the command pair finds it, no single capture does.
var fin602 = &model.Rule{
	ID:       "FIN602",
	Name:     "reset-forged",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "an RST, or another segment, that its sender never sent",
		Text: `An RST reached one end, and the capture at the end that it seems to come from shows that this end did not send
it: it went on with the connection, or the RST's TTL, IP identification or window is not its own. Something on
the path tears connections down: a firewall, an intrusion prevention system, a balancer, a censor. What ends or answers connections otherwise, with a FIN, a SYN,ACK or payload that the end never
sent, is told likewise.`,
		Script: `A SYN
B SYN,ACK
A ACK
A len 100
B RST # only the first capture has it
B len 200 # and B went on`,
		Confirm:  "Compare ip.ttl, ip.id and tcp.window_size of the RST with those of its neighbours from the same address.",
		Change:   "Ask who runs the path: the device has a log of what it resets, and why.",
		Harmless: "Never: a connection was ended that both hosts wanted.",
		Source:   "RFC 9293 §3.5.3, RFC 3360",
	},
}
