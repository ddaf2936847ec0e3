//go:build record

package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// longestTransit matches the frames of two captures and returns the longest
// time from one host's device to the other's. On a busy host it can exceed the
// path's delay by far, and then neither capture tells when the other end
// learnt of a segment.
func longestTransit(dir string, captures sides[capture]) (time.Duration, error) {
	client, err := readFrames(filepath.Join(dir, captures.Client.File))
	if err != nil {
		return 0, err
	}
	server, err := readFrames(filepath.Join(dir, captures.Server.File))
	if err != nil {
		return 0, err
	}
	at := map[string][]int64{} // when the server's capture has a frame
	for _, f := range server {
		at[string(f.ip)] = append(at[string(f.ip)], f.time)
	}
	var longest int64
	for _, f := range client {
		times := at[string(f.ip)]
		if len(times) == 0 {
			continue // lost on the way
		}
		longest = max(longest, times[0]-f.time, f.time-times[0])
		at[string(f.ip)] = times[1:]
	}
	return time.Duration(longest), nil
}

// A frame is a captured packet.
type frame struct {
	time   int64  // Unix, nanoseconds
	length int    // on the wire, octets
	data   []byte // captured
	ip     []byte // of data, without the link layer, whose header need not be the same on both hosts
}

// readFrames reads a pcap file as tcpdump writes it on this host.
func readFrames(file string) ([]frame, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	const nanoseconds = 0xa1b23c4d
	ne := binary.NativeEndian
	if len(b) < 24 || ne.Uint32(b) != nanoseconds {
		return nil, fmt.Errorf("%s: no pcap with nanoseconds", file)
	}
	link := 14
	if ne.Uint32(b[20:]) == linkTypeSLL2 {
		link = 20
	}
	var frames []frame
	for b = b[24:]; len(b) >= 16; {
		seconds, nanos, size, length := ne.Uint32(b), ne.Uint32(b[4:]), int(ne.Uint32(b[8:])), int(ne.Uint32(b[12:]))
		if b = b[16:]; len(b) < size || size < link {
			return nil, fmt.Errorf("%s: cut short", file)
		}
		frames = append(frames, frame{int64(seconds)*1e9 + int64(nanos), length, b[:size:size], b[link:size:size]})
		b = b[size:]
	}
	return frames, nil
}
