package cli

// pairsText is what 'finwait help pairs' says.
const pairsText = `Capture at both hosts at the same time, from before the trouble until after it:
tcpdump -i eth0 -s 128 -w client.pcap on the one, the same on the other. The clocks need not agree.

Clocks. A segment that passes A first shows the difference of the clocks plus its delay, one that passes B
first the difference minus its delay. The truth lies between the least of the ones and the greatest of the
others; half of what lies between is the error. Where the path takes longer one way than the other, nothing
shows by how much, and the offset is wrong by half of that, within its error. A drift is told only where
both directions show it, beyond what scatters. Segments one way only tell no offset and no delays.

What is the same segment: direction, sequence and acknowledgment number, timestamps, length, what was captured
of the payload, and, where the path leaves it alone, the IP identification: so each retransmission is found
again by itself. Where a device cuts or merges segments (offload), each of the smaller is one.

Fates.
- delivered: both captures hold it.
- lost: its sender's capture holds it, the other was running and does not, and nothing says that it arrived:
it was repeated, or the receiver went on as if it had not come.
- forged: only the receiver's capture holds it, and its sender went on as if it had never sent it, or its TTL,
IP identification and window are not its sender's.
- duplicated: the network delivered it once more. Its frame at the sender is null.
- not-captured: it was acknowledged, or its timestamp was echoed, or its sender went on behind it; or only one
capture was running when it passed.
- unknown: none of this can be told.

A capture loses packets, too: what was acknowledged arrived, selectively (SACK) or not. Where a capture is known
to have lost some, by its drop counter or because what it lacks was acknowledged, what it lacks and what nothing
proves is unknown: an ACK, a segment that was sent once, an RST that answers what was lost.

Findings and states. Each end's states are those of its own capture; where one began late, ended early or lacks
packets they follow from the segments of both, and from what became of them. What a rule finds in one capture is withdrawn where the other one refutes it: the FIN
that was missing is there, the reset that fits nobody was sent by its end, the SYN that was ignored never arrived,
or the capture lacks packets and the one that has them all finds nothing. What the other one confirms loses its
doubts; what packets are missing is told with how many of them the other capture holds.

What even two captures cannot tell:
- how much longer the path takes one way than the other; and, of traffic that arrives one way only, the delay;
- whether an RST that only its receiver's capture holds was forged or was lost by its sender's capture, where
  everything about it fits, it answers nothing that was lost, and its sender fell silent;
- whether a lost ACK, or what was sent once and never acknowledged, was lost on the path or by a capture that
  loses packets;
- which of several segments that differ in nothing was lost: ACKs over IPv6, which has no IP identification, or
  RSTs of no socket, sent closer to each other than delays scatter;
- whether the second copy of a segment is the network's or its sender's, where the sender's capture loses packets;
- what became of a segment whose time to arrive reaches over the beginning or the end of a capture;
- what happens between a network device and the place where the kernel captures.`

func pairsParts() []part { return []part{{text: pairsText}} }
