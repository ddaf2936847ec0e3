package truth

// blind lists what no capture can show, by scenario, vantage, side and kernel
// state, each with its reason. "*" stands for any.
var blind = []struct{ scenario, vantage, side, state, reason string }{
	{"fin-wait-2-late-data", "*", "client", "CLOSED", silentReap},
	{"fin-wait-2-late-fin", "*", "client", "CLOSED", silentReap},
	{"go-timeout-reaped", "*", "client", "CLOSED", silentReap},
	{"half-open-gone", "*", "*", "CLOSED", silentEnd},
	{"half-open", "*", "*", "CLOSED", silentEnd},
	{"unanswered", "*", "client", "CLOSED", silentEnd},
	{"answer-from-elsewhere", "*", "client", "CLOSED", silentEnd},
	{"syn-sent-abort", "*", "client", "CLOSED", silentEnd},
	{"fin-black-hole", "*", "client", "CLOSED", silentEnd},
	{"fin-black-hole", "server", "client", "*", farSide},
	{"loss", "server", "client", "*", farSide},
	{"loss", "client", "server", "*", farSide},
	{"backlog-overflow", "*", "client", "FIN-WAIT-1", lossyFIN},
	{"backlog-overflow", "*", "client", "order", lossyFIN},
	{"syn-cookies", "*", "client", "FIN-WAIT-1", lossyFIN},
	{"syn-cookies", "*", "client", "order", lossyFIN},
	{"fin-ack-ignored", "*", "client", "CLOSED", silentEnd},
	{"conntrack-resets", "*", "server", "ESTABLISHED", inItsName},
	{"fin-lost", "server", "client", "FIN-WAIT-1", farSide},
	{"keepalive-dead-peer", "server", "client", "CLOSED", farSide},
	{"rst-lost", "server", "client", "CLOSED", farSide},
	{"zero-window-hidden-fin", "*", "server", "FIN-WAIT-1", hiddenFIN},
	{"zero-window-hidden-fin", "*", "server", "order", hiddenFIN},
	{"zero-window-abandoned", "*", "server", "FIN-WAIT-1", hiddenFIN},
	{"zero-window-abandoned", "*", "server", "order", hiddenFIN},
}

const lossyFIN = "the FIN waits behind payload that is being repeated, one segment at a time"

const inItsName = "a firewall resets in the server's name, and its kernel hears nothing of that"

const silentEnd = "an endpoint that gives up repeating its segments ends in silence"

const farSide = "the client's last segments were lost before they came to the server's capture"

const hiddenFIN = "the FIN waits behind payload that a zero window holds back: close() leaves no trace on the wire"

const silentReap = "tcp_fin_timeout ends FIN-WAIT-2 in silence; only the reply RST to a late segment shows it, so the stay is at-most"

// Blind reports whether no capture, or not one from that vantage, can show when the
// kernel of that side was in a state; "order" asks for the order of its states.
func Blind(scenario, vantage, side, state string) bool {
	is := func(pattern, s string) bool { return pattern == "*" || pattern == s }
	for _, b := range blind {
		if is(b.scenario, scenario) && is(b.vantage, vantage) && is(b.side, side) && is(b.state, state) {
			return true
		}
	}
	return false
}
