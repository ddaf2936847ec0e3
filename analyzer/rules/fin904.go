package rules

import "finwait/analyzer/model"

// fin904 says that a capture was cut short in its last record. It is of the file:
// report finds it, no connection does.
var fin904 = &model.Rule{
	ID:       "FIN904",
	Name:     "cut-short",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "the capture was cut short in its last record",
		Text: `The file ends in the middle of a packet record: whatever wrote it was killed, ran out of disk, or is still
writing. All before it is good. What was open when it ends was open then; how it went on is not known.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.100 end`,
		Confirm:  "capinfos FILE says the same of the file.",
		Change:   "End tcpdump with SIGINT or SIGTERM, and let it write each packet at once (-U).",
		Harmless: "Always, but for the last packet.",
		Source:   "The pcap and pcapng file formats (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng)",
	},
}
