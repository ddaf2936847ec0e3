//go:build record

package main

// keepAliveProbe returns what tells the client's keep-alive probes: no payload,
// and one octet before what is next.
func keepAliveProbe() func(*transfer) bool {
	var next uint32
	return func(t *transfer) bool {
		if !t.toServer {
			return false
		}
		p := t.packet
		if p.payload() == 0 && p.flags() == flagACK && p.seq() == next-1 {
			return true
		}
		next = p.nextSeq()
		return false
	}
}

// loseHandshakes loses the first connection's SYN, the second's SYN-ACK and the
// third's ACK of it, once each.
func loseHandshakes() middlebox {
	conns := map[uint16]int{} // by the client's port, in the order of their SYNs
	lost := map[int]bool{}
	return loseSome(func(t *transfer) bool {
		port := t.packet.src().Port()
		if !t.toServer {
			port = t.packet.dst().Port()
		}
		n, known := conns[port]
		if !known {
			n = len(conns)
			conns[port] = n
		}
		isSYN := t.packet.flags()&flagSYN != 0
		step := 2
		if isSYN {
			step = 1 - index(t.toServer)
		}
		if step != n || lost[n] || step == 2 && !t.toServer {
			return false
		}
		lost[n] = true
		return true
	})
}

// isPayload picks frames with payload in one direction, and isPureACK those
// that only acknowledge.
func isPayload(toServer bool) func(*transfer) bool {
	return func(t *transfer) bool { return t.toServer == toServer && t.packet.payload() > 0 }
}

func isPureACK(toServer bool) func(*transfer) bool {
	return func(t *transfer) bool {
		return t.toServer == toServer && t.packet.payload() == 0 && t.packet.flags() == flagACK
	}
}

// nth picks the nth frame that want picks, counted from 1.
func nth(n int, want func(*transfer) bool) func(*transfer) bool {
	return func(t *transfer) bool {
		if !want(t) {
			return false
		}
		n--
		return n == 0
	}
}
