package rules

import "finwait/analyzer/model"

// fin605 is of two captures: the command pair finds it, no single capture does.
var fin605 = &model.Rule{
	ID:       "FIN605",
	Name:     "address-translated",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "addresses or ports are translated between the captures",
		Text: `The same connection has other addresses or ports in the second capture than in the first: its sequence numbers,
timestamps and sizes agree. Something between translates: a NAT, a balancer, a service address.`,
		Script: `A SYN
B SYN,ACK
A ACK
A len 100
B ACK`,
		Confirm:  "conntrack -L on the device between, or the balancer's log.",
		Change:   "Nothing. Search logs of each host by the addresses that this host sees.",
		Harmless: "Always, by itself. A connection that the translator forgets is another matter.",
		Source:   "RFC 2663, RFC 5382",
	},
}
