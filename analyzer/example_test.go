package analyzer_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// closes prints how each connection closed.
type closes struct{}

func (closes) Record(r *analyzer.Record) error {
	fmt.Printf("stream %d to %s: %s", r.Stream, r.Server.AddrPort(), r.Close)
	if r.FirstCloser != nil {
		fmt.Printf(", the %s closed first", *r.FirstCloser)
	}
	fmt.Println()
	return nil
}

func (closes) File(f *analyzer.FileInfo) error {
	fmt.Printf("%d of %d packets are TCP\n", f.TCPPackets, f.Packets)
	return nil
}

func (closes) Close(*analyzer.Summary) error { return nil }

// All connections of a file, as they become final.
func ExampleRun() {
	files := []string{"../testdata/real/delayed-close.pcap"}
	summary, err := analyzer.Run(context.Background(), files, analyzer.Options{}, closes{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(summary.Connections, "connections")
	// Output:
	// stream 0 to 10.77.0.2:8080: graceful, the client closed first
	// stream 1 to 10.77.0.2:8080: graceful, the client closed first
	// stream 2 to 10.77.0.2:8080: graceful, the client closed first
	// 33 of 72 packets are TCP
	// 3 connections
}

// A rule of one's own: connections on which the server said nothing at all.
func ExampleRun_rule() {
	silent := &analyzer.Rule{
		ID: "X001", Name: "silent-server", Severity: analyzer.Warning,
		Check: func(p *analyzer.Pass) {
			if asked, said := p.Record.PayloadBytes.Client, p.Record.PayloadBytes.Server; asked > 0 && said == 0 {
				p.Report(silence{asked}, analyzer.Verdict{Side: conn.Server, Frames: []int64{p.Conn.First.Frame}})
			}
		},
	}
	options := analyzer.Options{Rules: append(analyzer.Rules(), silent)}
	summary, err := analyzer.Run(context.Background(), []string{"../testdata/real/accept-never-called.pcap"}, options, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, group := range summary.Findings {
		if group.Rule == silent.ID {
			fmt.Printf("%s %s %s: %s\n", group.Severity, group.Rule, group.Name, group.Examples[0].File)
			fmt.Println(group.Message)
		}
	}
	// Output:
	// warning X001 silent-server: ../testdata/real/accept-never-called.pcap
	// for example, in stream 0 the client sent 100 bytes and the server not one
}

// silence is what the rule found. Its words follow from it alone.
type silence struct{ asked int64 }

func (s silence) Message() string {
	return fmt.Sprintf("the client sent %d bytes and the server not one", s.asked)
}
func (s silence) Advice() string { return "See whether the server reads at all." }

// Segments that come from elsewhere than a file: here a client that closes, and a
// server that does not.
func ExampleJudge() {
	judge := analyzer.Judge("my network card", analyzer.Rules(), analyzer.DefaultConfig())
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		r := judge(c)
		fmt.Printf("%s after %s\n", r.Close, r.Flags)
		for _, f := range r.Findings {
			fmt.Printf("%s: %s\n", f.Rule, f.Message)
		}
	})
	client := segment.Endpoint{Addr: segment.AddrFrom(netip.MustParseAddr("192.0.2.1")), Port: 40000}
	server := segment.Endpoint{Addr: segment.AddrFrom(netip.MustParseAddr("198.51.100.7")), Port: 80}
	for i, s := range []segment.Segment{
		{Src: client, Dst: server, Flags: segment.SYN, Seq: 100},
		{Src: server, Dst: client, Flags: segment.SYN | segment.ACK, Seq: 300, Ack: 101},
		{Src: client, Dst: server, Flags: segment.ACK, Seq: 101, Ack: 301},
		{Src: client, Dst: server, Flags: segment.FIN | segment.ACK, Seq: 101, Ack: 301},
		{Src: server, Dst: client, Flags: segment.ACK, Seq: 301, Ack: 102},
	} {
		s.Window, s.Is4 = 1000, true
		tracker.Add(frame.Frame{Number: i + 1, Time: frame.Time(i * 10e6)}, &s)
	}
	tracker.Advance(30e9) // nothing more came for half a minute
	tracker.Flush()
	// Output:
	// half-closed after >S <S. >. >F. <.
	// FIN101: the client closed; the server had not when observation ended, 30.0 s later
	// FIN202: the server acknowledged the client's FIN and then neither sent anything nor closed: it was in CLOSE-WAIT for 30.0 s when observation ended
}

// evidence prints what proves each finding.
type evidence struct{ closes }

func (evidence) Record(r *analyzer.Record) error {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Rule != "FIN202" {
			continue
		}
		display := make([]string, len(f.Frames))
		for n, number := range f.Frames {
			display[n] = fmt.Sprintf("frame.number == %d", number)
		}
		fmt.Printf("%s %s: %s\n", f.Rule, f.Name, strings.Join(display, " || "))
	}
	return nil
}

func (evidence) File(*analyzer.FileInfo) error { return nil }

// A finding's evidence, as a display filter of Wireshark.
func ExampleFinding() {
	files := []string{"../testdata/real/close-wait-leak.pcap"}
	if _, err := analyzer.Run(context.Background(), files, analyzer.Options{}, evidence{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// FIN202 close-wait-leak: frame.number == 32 || frame.number == 37
	// FIN202 close-wait-leak: frame.number == 33 || frame.number == 36
	// FIN202 close-wait-leak: frame.number == 35 || frame.number == 38
}
