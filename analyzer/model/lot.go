package model

import (
	"encoding/binary"

	"finwait/reassembly/conn"
)

// Lot is the number that a connection draws where only some can be kept. It follows from
// its ends and its beginning, so that it is the same in every run.
func (r *Record) Lot() uint64 { return r.MixEnds(Mix(uint64(r.First.Time))) }

// MixEnds mixes a number with the addresses and ports of a connection.
func (r *Record) MixEnds(lot uint64) uint64 {
	for _, e := range [...]*Endpoint{&r.Client, &r.Server} {
		octets := e.IP.As16()
		lot = Mix(lot ^ binary.BigEndian.Uint64(octets[:8]))
		lot = Mix(lot ^ binary.BigEndian.Uint64(octets[8:]))
		lot = Mix(lot ^ uint64(e.Port))
	}
	return lot
}

// isnsOf returns a hash of both initial sequence numbers; 0 where the capture lacks one.
func isnsOf(c *conn.Conn) uint64 {
	client, ok := c.ISN(conn.Client)
	server, both := c.ISN(conn.Server)
	if !ok || !both {
		return 0
	}
	return Mix(uint64(client)<<32 | uint64(server))
}

// Mix is the finalizer of SplitMix64: every bit of v moves every bit of the
// result.
func Mix(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}
