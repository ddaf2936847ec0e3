package rules

import "finwait/analyzer/model"

// fin604 is of two captures: the command pair finds it, no single capture does.
var fin604 = &model.Rule{
	ID:       "FIN604",
	Name:     "path-loss",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "segments were lost between the captures",
		Text: `Segments left one place and did not arrive at the other, and no acknowledgment says that they did: they were
lost on the path between, in the direction that is named. What a capture itself failed to record is not counted:
its receiver acknowledged it.`,
		Script: `A SYN
B SYN,ACK
A ACK
A len 100 # only the first capture has it
+0.3 A len 100
B ACK`,
		Confirm:  "Count a connection's segments in both captures, direction by direction.",
		Change:   "Look at the devices and links between the two places, in that direction first.",
		Harmless: "Some loss belongs to every path: congestion control provokes it.",
		Source:   "RFC 9293 §3.8.1, RFC 5681",
	},
}
