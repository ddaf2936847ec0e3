// Package filter selects segments by an expression in the language of tcpdump,
// as far as it speaks of addresses and ports:
//
//	expression = [ operand { ("and" | "&&" | "or" | "||") operand } ]
//	operand    = ("not" | "!") operand | "(" expression ")" | primitive | ids
//	primitive  = protocol | [protocol] [dir] [type] ids     (with dir or type)
//	protocol   = "tcp" | "ip" | "ip6" | "udp" | "sctp" | "icmp" | "icmp6" | "igmp" | "arp" | "rarp"
//	dir        = "src" | "dst" | ("src" | "dst") ("or" | "and") ("dst" | "src")
//	type       = "host" | "net" | "port" | "portrange"      (host where it is left out)
//	ids        = id | ("not" | "!") ids | "(" ids { ("and" | "or") ids } ")"
//
// As in pcap-filter(7), "and" and "or" bind equally and to the left, "not" binds
// tighter, and an id without qualifiers takes those of the primitive before it:
// "port 80 or 443". "host 10.1" means 10.1.0.0/16 there as here.
//
// What is compared is the segment's own tuple, that of the innermost header in a
// tunnel, whatever the link type and however many VLAN tags. A protocol other
// than TCP is understood, and no segment has it: "not arp and port 80" works.
// Ports of IP fragments are those of the datagram.
//
// Host names are not looked up, for the answer would depend on the machine;
// service names are those of a short list. Everything else that tcpdump knows is
// an error.
package filter
