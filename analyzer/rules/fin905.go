package rules

import "finwait/analyzer/model"

// fin905 says that the clock of a capture stepped back. It is of the file: report
// finds it, no connection does.
var fin905 = &model.Rule{
	ID:       "FIN905",
	Name:     "clock-step",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "the capture's clock stepped back",
		Text: `A packet bears an earlier time than the one before it, by more than capture queues explain: the clock was
set, or files were merged in the wrong order. Durations across the step are wrong by an unknown amount, and findings that rest on
them say so.`,
		Script: `10.000 A SYN
10.010 B SYN,ACK
9.000 A ACK
10.100 end`,
		Confirm:  "capinfos -o FILE says whether the packets are in the order of time.",
		Change:   "Let the clock be slewed, not stepped (chrony, ntpd -x); merge files with mergecap, or read them with --join.",
		Harmless: "Where the step lies outside the connections that are of interest.",
		Source:   "Linux clock_settime(2), adjtime(3)",
	},
}
