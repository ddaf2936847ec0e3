//go:build record

// Command oracle asks tshark how it numbers the streams of the project's own
// captures and scripts, and compares. The expectations in the tests were checked
// so; run it again when a fixture or the numbering changes:
//
//	go run -tags record ./testdata/record/oracle
//
// It needs tshark 4.0 and neither root nor network.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

// stream is what both sides are asked of one stream.
type stream struct {
	first, last, frames, completeness int
}

func main() {
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		fatal(err)
	}
	defer os.RemoveAll(dir)
	var files, streams, differ int
	for _, pattern := range []string{"testdata/pkt/*.pkt", "testdata/rules/*/*.pkt", "testdata/real/*.pcap"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			path := name
			if strings.HasSuffix(name, ".pkt") {
				path = filepath.Join(dir, "script.pcap")
				if err := compile(name, path); err != nil {
					fatal(err)
				}
			}
			ours, err := finwait(path)
			if err != nil {
				fatal(err)
			}
			theirs, err := tshark(path)
			if err != nil {
				fatal(err)
			}
			files++
			streams += len(theirs)
			for n := range max(len(ours), len(theirs)) {
				if ours[n] != theirs[n] {
					differ++
					fmt.Printf("%s: stream %d: first, last, frames, completeness %v; tshark says %v\n", name, n, ours[n], theirs[n])
				}
			}
		}
	}
	fmt.Printf("%d files, %d streams, %d differ\n", files, streams, differ)
	if differ > 0 {
		os.Exit(1)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "oracle:", err)
	os.Exit(2)
}

// compile writes the script at name as a capture.
func compile(name, path string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	s, err := pktscript.Parse(name, text)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// finwait returns the streams of a capture as we see them.
func finwait(path string) (map[int]stream, error) {
	r, err := capture.Open(path, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := map[int]stream{}
	t := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		out[int(c.Stream)] = stream{
			int(c.First.Frame), int(c.Last.Frame), int(c.Packets[0] + c.Packets[1]), int(c.Completeness),
		}
	})
	d := segment.NewDecoder()
	var p capture.Packet
	var s segment.Segment
	for r.Next(&p) == nil {
		switch d.Decode(p.Link, p.Data, p.Length, &s) {
		case segment.Decoded:
			t.Add(p.Frame(), &s)
		case segment.ICMPError:
			t.Quote(p.Frame(), &s)
		default:
			t.Advance(p.Time)
		}
	}
	t.Flush()
	return out, nil
}

// tshark returns the streams of a capture as tshark sees them in two passes.
// What an ICMP error quotes is left out: it is no segment of the connection.
func tshark(path string) (map[int]stream, error) {
	cmd := exec.Command("tshark", "-n", "-2", "-r", path, "-Y", "tcp && !icmp && !icmpv6", "-T", "fields",
		"-E", "occurrence=l", "-e", "frame.number", "-e", "tcp.stream", "-e", "tcp.completeness")
	b, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("tshark -r %s: %w", path, err)
	}
	out := map[int]stream{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		frame, err1 := strconv.Atoi(f[0])
		n, err2 := strconv.Atoi(f[1])
		if err1 != nil || err2 != nil {
			continue
		}
		s := out[n]
		if s.frames == 0 {
			s.first = frame
		}
		s.last = frame
		s.frames++
		if v, err := strconv.Atoi(f[2]); err == nil {
			s.completeness = v
		}
		out[n] = s
	}
	return out, nil
}
