// Package pktscript turns readable packet scripts into captures, and captures
// back into scripts. A script is to a capture what source text is to a binary:
// what a test means can be read, reviewed and changed in it.
//
// It knows how TCP numbers its octets, so that most lines need no numbers, but
// it is no TCP: a script may say what no kernel would ever send.
//
//	# A closes, B never does (RFC 9293 §3.6.1).
//	# want close half-closed
//	A 192.0.2.1:40000
//	B 198.51.100.7:443
//	0.000  A SYN
//	0.010  B SYN,ACK
//	0.020  A ACK
//	1.000  A FIN,ACK        # want fin.client.ack_frame 5
//	1.010  B ACK
//	60.010 end
//
// # Header lines
//
//	A 192.0.2.1:40000       an endpoint; IPv6 in brackets: A [2001:db8::1]:40000
//	R 203.0.113.9           a router, which sends nothing but ICMP errors
//	link ethernet           or sll, sll2, raw, ipv4, ipv6, null, loop, ppp
//	snaplen 96              octets kept of every packet
//	start 2026-01-01T00:00:00Z
//	mac A 02:00:00:00:00:01
//	isn A 4294967290        A's initial sequence number, 0 if not said; may stand
//	                        between packets, for the next incarnation; "isn B 7 to A2"
//
// # Packet lines
//
// Each begins with a time in seconds after start; "+0.010" counts from the line
// before. Lines are written in the order in which they stand, whatever their times.
//
//	TIME WHO FLAGS [key value]…   a segment; FLAGS is none or a list like FIN,ACK
//	TIME WHO dup [ttl N]          WHO's last captured segment once more, octet by octet
//	TIME R icmp TYPE CODE quoting A [seq N]   an ICMP error that quotes A's last segment
//	TIME beat                     a UDP packet: observation lasts until here
//	TIME end                      the same, where it reads better
//	TIME frame HEX [length N]     any packet at all; N octets on the wire
//
// The keys of a segment:
//
//	seq N, ack N       relative to the sender's and the receiver's ISN; default what the
//	                   sender would send next and what it has received so far;
//	                   next, next-1, next+5 count from there
//	rawseq N, rawack N as on the wire; rawack leaves the ACK flag as it is
//	len N, data "…"    payload: N times 'x', or a quoted string; both: filled up to N
//	win N, urg N       window (64240) and urgent pointer (0)
//	mss N, wscale N, sackok, ts VAL ECR, sack L-R[,L-R…]   options; opts HEX for any other
//	ttl N, id N, tos N, nodf, flow N   IP header: 64, counted per host, 0, DF set, 0
//	vlan N, pad N      802.1Q tag; zero octets after the packet
//	sum N              this TCP checksum instead of the right one
//	cap N              octets captured of this packet
//	to B               the receiver, where the sender talks with more than one
//	drop               sent and delivered, but missing from the capture
//	lost               captured, but never delivered
//
// Giving ack sets the ACK flag. A bare RST has window 0 and IP ID 0 unless told
// otherwise, as a kernel's reply to a segment that has no socket.
//
// With two endpoints each is the other's peer; A2's is B2, or else B. An
// endpoint with several peers needs "to" each time.
//
// # Comments
//
// A comment runs from # to the end of the line. One that begins with "want" is
// an expectation of the frame that its line becomes, or, on a line of its own,
// of the capture; one line may carry several, each after its own #.
package pktscript
