package traffic

import (
	"bufio"
	"bytes"
	"io"
	"iter"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// Write writes packets on Ethernet as a pcap file.
func Write(w io.Writer, packets iter.Seq[*capture.Packet]) error {
	buffered := bufio.NewWriterSize(w, 1<<18)
	out := capture.NewWriter(buffered, segment.LinkEthernet)
	for p := range packets {
		if out.Write(p) != nil {
			break
		}
	}
	if err := out.Err(); err != nil {
		return err
	}
	return buffered.Flush()
}

// WriteNg does the same as a pcapng file.
func WriteNg(w io.Writer, packets iter.Seq[*capture.Packet]) error {
	buffered := bufio.NewWriterSize(w, 1<<18)
	out := capture.NewNgWriter(buffered)
	id, err := out.Interface(&capture.Interface{Link: segment.LinkEthernet})
	for p := range packets {
		if err == nil {
			err = out.Write(id, p)
		}
		if err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// Capture returns the pcap file of packets, and how many there are.
func Capture(packets iter.Seq[*capture.Packet]) (file []byte, count int) {
	var b bytes.Buffer
	// A bytes.Buffer takes everything.
	_ = Write(&b, func(yield func(*capture.Packet) bool) {
		for p := range packets {
			count++
			if !yield(p) {
				return
			}
		}
	})
	return b.Bytes(), count
}

// Collect returns packets that stay valid.
func Collect(packets iter.Seq[*capture.Packet]) (out []capture.Packet) {
	for p := range packets {
		q := *p
		q.Data = bytes.Clone(p.Data)
		out = append(out, q)
	}
	return out
}
