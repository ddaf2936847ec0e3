package rules

import "finwait/analyzer/model"

// fin606 is of two captures: the command pair finds it, no single capture does.
var fin606 = &model.Rule{
	ID:       "FIN606",
	Name:     "spurious-retransmission",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "a segment was sent again that had arrived",
		Text: `A segment arrived, and its sender sent it again all the same: its ACK was lost on the way back to it, or was still on
its way when the timer ran out, or had come and was not taken in (a full accept queue, a packet filter on the host), or the first was
overtaken by what was sent after it, so that the receiver asked for it and the sender took it for lost (fast retransmit). The payload
was not lost; only reordering is of its own way.`,
		Script: `A SYN
B SYN,ACK
A ACK
A len 100
B ACK # only the second capture has it
+0.3 A len 100
B ACK`,
		Confirm:  "The receiver's capture holds both copies, and its answer to the second carries a D-SACK.",
		Change:   "Look at the way that the ACK goes, which the finding names, or at the host that did not take it in. Where segments overtake each other, look for links that share the load packet by packet. Where neither is so, the round trip grew faster than the sender's timer: queues.",
		Harmless: "Where it is rare: a copy costs its octets.",
		Source:   "RFC 2883, RFC 6298",
	},
}
