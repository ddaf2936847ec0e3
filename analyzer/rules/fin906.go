package rules

import "finwait/analyzer/model"

// fin906 says that a capture has a gap. It is of the file: report finds it, no
// connection does.
var fin906 = &model.Rule{
	ID:       "FIN906",
	Name:     "capture-gap",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "nothing at all was captured for a while, though many connections were busy before and after",
		Text: `Many connections were busy, then no packet of anybody was captured for ten seconds or more, and then most of them went on as if
nothing had been: the capture was paused, or the host that captured was suspended. Silences and states that span the gap are no evidence: who seems to have
waited may have talked. A capture of few or quiet connections has no such gap, however long they are silent.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A PSH,ACK len 100
300.000 B PSH,ACK len 100
300.001 A ACK
300.100 end`,
		Confirm:  "The log of the host that captured: suspend and resume (journalctl -k), a virtual machine that was paused or moved; ls -l of the files that a rotating capture wrote.",
		Change:   "Capture again where that does not happen; cut the capture in two there (editcap -A, -B) and look at each part.",
		Harmless: "Where the connections that are of interest lie on one side of it.",
		Source:   "Linux clock_gettime(2): CLOCK_REALTIME goes on while a host is suspended",
	},
}
