package rules

import "finwait/analyzer/model"

// fin603 is of two captures: the command pair finds it, no single capture does.
var fin603 = &model.Rule{
	ID:       "FIN603",
	Name:     "reset-lost",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "an RST was lost on the way",
		Text: `One end aborted the connection with an RST that did not arrive. An RST is never repeated: the other end takes
the connection for open until it sends something itself, or until its keep-alive or idle timer ends.`,
		Script: `A SYN
B SYN,ACK
A ACK
+1 A RST,ACK # only the first capture has it
+1 B len 100`,
		Confirm:  "The capture at the sender holds the RST, that at the receiver does not.",
		Change:   "Look for what drops RSTs between the two places: rate limits, connection tracking that calls them invalid.",
		Harmless: "Where the other end closes soon anyway.",
		Source:   "RFC 9293 §3.5.2",
	},
}
