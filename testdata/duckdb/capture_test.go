package duckdb

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"os"
	"slices"
	"testing"
)

// The control bits of TCP.
const (
	fin = 1 << iota
	syn
	_
	_
	ack
)

// packet is a TCP segment without payload.
type packet struct {
	at         int64 // microseconds
	from, to   address
	flags      byte
	seq, acked uint32
}

type address struct {
	ip   [4]byte
	port uint16
}

// connection returns the segments of the ith connection. A client closes after
// 3 ms, and the server up to a second later; one server in ten never does.
func connection(i int) []packet {
	client := address{[4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, uint16(1024 + i%60000)}
	server := address{[4]byte{192, 0, 2, byte(1 + i%7)}, 443}
	began := int64(i) * 1000
	waited := int64(i) * 37 % 1000 * 1000
	all := []packet{
		{began, client, server, syn, 100, 0},
		{began + 1000, server, client, syn | ack, 500, 101},
		{began + 2000, client, server, ack, 101, 501},
		{began + 3000, client, server, fin | ack, 101, 501},
		{began + 4000, server, client, ack, 501, 102},
		{began + 5000 + waited, server, client, fin | ack, 501, 102},
		{began + 6000 + waited, client, server, ack, 102, 502},
	}
	if i%10 == 0 {
		return all[:5]
	}
	return all
}

// writeCapture writes a pcap file of n connections, in the order of time.
func writeCapture(t *testing.T, path string, n int) {
	t.Helper()
	var all []packet
	for i := range n {
		all = append(all, connection(i)...)
	}
	slices.SortStableFunc(all, func(a, b packet) int { return cmp.Compare(a.at, b.at) })
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	const rawIP = 101
	header := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	header = append(header, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	header = binary.LittleEndian.AppendUint32(header, 1<<16)
	_, _ = w.Write(binary.LittleEndian.AppendUint32(header, rawIP)) // Flush returns the error
	for i := range all {
		_, _ = w.Write(all[i].record())
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// record returns the packet as it stands in a pcap file.
func (p *packet) record() []byte {
	const size = 40 // of the headers of IPv4 and TCP
	b := binary.LittleEndian.AppendUint32(nil, uint32(1_700_000_000+p.at/1_000_000))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.at%1_000_000))
	b = binary.LittleEndian.AppendUint32(b, size)
	b = binary.LittleEndian.AppendUint32(b, size)
	b = append(b, 0x45, 0, 0, size, 0, 0, 0, 0, 64, 6, 0, 0)
	b = append(append(b, p.from.ip[:]...), p.to.ip[:]...)
	b = binary.BigEndian.AppendUint16(b, p.from.port)
	b = binary.BigEndian.AppendUint16(b, p.to.port)
	b = binary.BigEndian.AppendUint32(b, p.seq)
	b = binary.BigEndian.AppendUint32(b, p.acked)
	return append(b, 5<<4, p.flags, 0xff, 0xff, 0, 0, 0, 0)
}
