package rules

import (
	"fmt"

	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// unaccepted is a connection that the client has and the server does not: it stayed in
// SYN-RECEIVED and took in neither the ACK of its SYN nor payload, as a listener does
// whose accept queue is full (Linux: tcp_v4_syn_recv_sock() in net/ipv4/tcp_ipv4.c).
type unaccepted struct {
	known  bool
	again  int64 // SYN,ACKs that the server sent behind the client's ACK
	atHost bool  // captured at the server: the segments arrived
}

// unacceptedBy looks for that in c.
func unacceptedBy(c *conn.Conn) (u unaccepted) {
	states := c.States(conn.Server)
	if c.Handshake != conn.HandshakeComplete || len(states) == 0 ||
		states[len(states)-1].State != tcpstate.SynReceived || c.SndUna(conn.Client) > 1 {
		return u
	}
	acknowledged := false
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Is(conn.Duplicate):
		case m.By(conn.Client) && m.Covers(1) && !m.Has(segment.SYN):
			acknowledged = true
		case m.By(conn.Server) && m.Has(segment.SYN|segment.ACK) && acknowledged:
			u.again++
		}
	}
	u.known, u.atHost = true, c.Vantage == conn.VantageServer
	return u
}

// silent says it of a server that then fell silent.
func (u unaccepted) silent() string {
	if u.again > 0 {
		return u.message()
	}
	return "the server had sent no more than its SYN,ACK, as one does whose accept queue is full"
}

// message says what shows it; "" where a silent server alone does.
func (u unaccepted) message() string {
	if u.again == 0 {
		return ""
	}
	why := "its accept queue was full, or nothing of the client reached it"
	if u.atHost {
		why = "its accept queue was full"
	}
	return fmt.Sprintf("the server sent its SYN,ACK again %s although the client had acknowledged it, and took no payload in: %s", times(u.again), why)
}

// advice says where a full accept queue shows.
func (u unaccepted) advice() string {
	text := "Look at the server for a full accept queue: ss -ltn (Recv-Q has reached Send-Q), nstat -az TcpExtListenOverflows. Let its program accept sooner, or raise its backlog and net.core.somaxconn"
	if !u.atHost {
		text += "; if the queue is not full, capture there to see whether the client's segments arrive"
	}
	return text + "."
}
