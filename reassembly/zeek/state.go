package zeek

// State returns conn_state (scripts/base/protocols/conn/main.zeek: conn_state).
func (c *Conn) State() string {
	orig := c.Originator()
	o, r := &c.ends[orig], &c.ends[orig^1]
	os, rs := o.state(), r.state()
	oInactive := os == inactive || os == halfSeen
	rInactive := rs == inactive || rs == halfSeen
	switch {
	case rs == reset:
		switch {
		case os == synSent, os == synAckSent, os == reset && o.size() == 0 && r.size() == 0:
			return "REJ"
		case oInactive:
			return "RSTRH"
		}
		return "RSTR"
	case os == reset:
		switch {
		case !rInactive:
			return "RSTO"
		case c.history.abortedAttempt():
			return "RSTOS0"
		}
		return "OTH"
	case os == closed && rs == closed:
		return "SF"
	case os == closed:
		if rInactive {
			return "SH"
		}
		return "S2"
	case rs == closed:
		if oInactive {
			return "SHR"
		}
		return "S3"
	case os == synSent && rs == inactive:
		return "S0"
	case os == established && rs == established:
		return "S1"
	}
	return "OTH"
}

// abortedAttempt says that the history begins with the originator's SYN and,
// with nothing of weight from it between, its RST. In main.zeek it is the
// pattern /\^?S[^HAFGIQ]*R.*/.
func (h *history) abortedAttempt() bool {
	i := 0
	if h.at(i) == '^' {
		i++
	}
	if h.at(i) != 'S' {
		return false
	}
	for i++; i < maxHistory; i++ {
		switch h.at(i) {
		case 'R':
			return true
		case 'H', 'A', 'F', 'G', 'I', 'Q', 0:
			return false
		}
	}
	return false
}
