package rules

import "finwait/analyzer/model"

// fin601 is of two captures: the command pair finds it, no single capture does.
var fin601 = &model.Rule{
	ID:       "FIN601",
	Name:     "fin-lost",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a FIN was lost on the way",
		Text: `One end sent a FIN and the capture at the other end shows that it did not arrive. The other end learns of the
close only from a copy, a retransmission timeout later or never: until then it stands in ESTABLISHED while the
closer waits in FIN-WAIT-1. The hosts did what they should; the path did not.`,
		Script: `A SYN
B SYN,ACK
A ACK
+1 A FIN,ACK # only the first capture has it
+0.3 A FIN,ACK
B FIN,ACK
A ACK`,
		Confirm:  "The capture at the sender holds the FIN with its IP identification, that at the receiver does not: tshark -Y tcp.flags.fin==1 on both.",
		Change:   "Look for what drops packets between the two places: full queues, a link with errors, connection tracking that forgot the connection.",
		Harmless: "A single loss that a retransmission mends costs a timeout and nothing else.",
		Source:   "RFC 9293 §3.6, RFC 6298 §5",
	},
}
