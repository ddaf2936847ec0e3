package timeline

import (
	"strings"

	"finwait/reassembly/tcpstate"
)

// Spelling is a state's name in the programs that show sockets.
type Spelling struct {
	State   tcpstate.State
	SS      string // iproute2 misc/ss.c, sstate_name
	Netstat string // net-tools netstat.c, tcp_state
	Zabbix  string // the key of the item that the published scripts count it in; "" for none
}

// Spellings are the states that a socket of a connection can be in, in the order of
// RFC 9293 §3.3.2.
var Spellings = []Spelling{
	{tcpstate.SynSent, "SYN-SENT", "SYN_SENT", "synsent"},
	{tcpstate.SynReceived, "SYN-RECV", "SYN_RECV", "synrecv"},
	{tcpstate.Established, "ESTAB", "ESTABLISHED", "established"},
	{tcpstate.FinWait1, "FIN-WAIT-1", "FIN_WAIT1", "finwait1"},
	{tcpstate.FinWait2, "FIN-WAIT-2", "FIN_WAIT2", "finwait2"},
	{tcpstate.CloseWait, "CLOSE-WAIT", "CLOSE_WAIT", "closewait"},
	{tcpstate.Closing, "CLOSING", "CLOSING", "closing"},
	{tcpstate.LastAck, "LAST-ACK", "LAST_ACK", "lastack"},
	{tcpstate.TimeWait, "TIME-WAIT", "TIME_WAIT", "timewait"},
	{tcpstate.Unknown, "UNKNOWN", "UNKNOWN", ""},
}

// SpellingOf returns how programs spell a state.
func SpellingOf(s tcpstate.State) Spelling {
	for _, one := range Spellings {
		if one.State == s {
			return one
		}
	}
	return Spelling{State: s, SS: s.String(), Netstat: s.String()}
}

// ParseState takes a state as RFC 9293, ss, netstat or a Zabbix key spells it, in
// letters of either case.
func ParseState(text string) (tcpstate.State, bool) {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
	}
	for _, one := range Spellings {
		for _, name := range []string{one.State.String(), one.SS, one.Netstat, one.Zabbix} {
			if name != "" && plain(name) == plain(text) {
				return one.State, true
			}
		}
	}
	return 0, false
}
