package reassembly

import (
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// ask sends the SYN of client n to the server with an address of number to, id being
// its IP identification.
func (k *crowd) ask(n int, to int, isn seqnum.Value, id uint16) {
	k.from(n, to, 0, syn, isn, 0, id)
}

func (k *crowd) from(n int, to int, side int, flags segment.Flags, seq, ack seqnum.Value, id uint16) {
	k.p.Number++
	k.p.Time += 1000
	k.s = segment.Segment{Seq: seq, Ack: ack, Flags: flags, Window: 500, Is4: true, TTL: 64, IPID: id}
	client := segment.Endpoint{Port: uint16(n), Addr: segment.Addr{10: 0xff, 11: 0xff, 12: 10, 15: 1}}
	server := segment.Endpoint{Port: 443, Addr: segment.Addr{10: 0xff, 11: 0xff, 12: 198, 13: 51, 14: byte(to >> 8), 15: byte(to)}}
	k.s.Src, k.s.Dst = client, server
	if side == 1 {
		k.s.Src, k.s.Dst = server, client
	}
	k.Add(k.p, &k.s)
}

// A SYN that was answered from another address is found among thousands; how many came
// between it and the answer does not matter, as long as they are as many as are remembered.
func TestAnswersFromElsewhere(t *testing.T) {
	for _, others := range []int{0, 100, mostAsked - 1, mostAsked} {
		found := 0
		k := newCrowd(Config{}, func(c *conn.Conn) {
			if e, ok := c.Elsewhere(); ok {
				if found++; e.Reset.Frame == 0 || e.Stream == c.Stream || e.SYN != 1 {
					t.Errorf("%d others: stream %d: %+v", others, c.Stream, e)
				}
			}
		})
		k.ask(1, 7, 1000, 1)
		for i := range others {
			k.ask(2+i, 7, seqnum.Value(9*i), 1)
		}
		k.from(1, 8, 1, synACK, 5, 1001, 0)
		k.from(1, 8, 0, rst, 1001, 0, 0)
		k.Flush()
		want := 2 // both connections say so
		if others == mostAsked {
			want = 0
		}
		if found != want {
			t.Errorf("%d others: %d connections know of another, want %d", others, found, want)
		}
		if len(k.asked.kin) > 0 || len(k.asked.ring) > mostAsked {
			t.Errorf("%d others: %d kin and room for %d SYNs are left", others, len(k.asked.kin), len(k.asked.ring))
		}
	}
}

// What a SYN superseded is no kin of what comes after it, though it may be handed out later.
func TestNoKinOfTheSuperseded(t *testing.T) {
	count := 0
	k := newCrowd(Config{OnBatch: func(list []*conn.Conn) {
		for _, c := range list {
			if count++; c.AnsweredElsewhere() {
				t.Errorf("stream %d knows of another", c.Stream)
			}
		}
	}}, nil)
	k.ask(1, 7, 1000, 1)
	k.ask(1, 7, 5000, 2)
	k.from(1, 8, 1, synACK, 5, 1001, 0)
	k.from(1, 8, 0, rst, 1001, 0, 0)
	if k.Flush(); count != 3 {
		t.Errorf("%d connections", count)
	}
}

// A scanner that has one port and one sequence number for all has no kin, and costs no more
// for each SYN than others do.
func TestScannersHaveNoKin(t *testing.T) {
	const ports = 60_000
	k := newCrowd(Config{}, func(c *conn.Conn) {
		if c.AnsweredElsewhere() {
			t.Fatalf("stream %d knows of another", c.Stream)
		}
	})
	looked := 0
	for i := range ports {
		k.ask(1, i, 1000, uint16(1+i))
		if i%2 == 0 {
			k.from(1, i, 1, synACK, 5, 1001, 0)
			k.from(1, i, 0, rst, 1001, 0, 0)
		}
		looked = max(looked, len(k.asked.kin))
	}
	k.Flush()
	if looked > 0 {
		t.Errorf("%d kin", looked)
	}
}
