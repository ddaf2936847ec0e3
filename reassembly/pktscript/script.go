package pktscript

import (
	"encoding/binary"
	"fmt"
	"io"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// The limits of a script: beyond them Parse gives up, so that no text can take
// memory without bound.
const (
	maxText    = 4 << 20  // octets of script
	maxPackets = 1 << 17  // packet lines
	maxBytes   = 64 << 20 // octets of all packets together
	maxSnaplen = 1 << 18
	maxHosts   = 4096
)

// Script is a packet script that was understood: the packets that it stands for.
type Script struct {
	Name    string
	Link    segment.LinkType
	Snaplen int
	Start   capture.Time // time 0 of the lines
	Wants   []Want

	packets []capture.Packet
}

// Want is one expectation: the text behind "# want".
type Want struct {
	Line  int // 1-based line of the script
	Frame int // 1-based number of the frame that the line became; 0 for the whole capture
	Text  string
}

// Packets returns the packets in the order of the script. They belong to it.
func (s *Script) Packets() []capture.Packet { return s.packets }

// Write writes the packets as a nanosecond pcap file.
func (s *Script) Write(w io.Writer) error {
	head := make([]byte, 0, 24)
	head = binary.LittleEndian.AppendUint32(head, 0xa1b23c4d)
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 4)
	head = append(head, make([]byte, 8)...)
	head = binary.LittleEndian.AppendUint32(head, uint32(s.Snaplen))
	head = binary.LittleEndian.AppendUint32(head, uint32(s.Link))
	if _, err := w.Write(head); err != nil {
		return err
	}
	for i := range s.packets {
		p := &s.packets[i]
		rec := make([]byte, 0, 16+len(p.Data))
		rec = binary.LittleEndian.AppendUint32(rec, uint32(int64(p.Time)/1e9))
		rec = binary.LittleEndian.AppendUint32(rec, uint32(int64(p.Time)%1e9))
		rec = binary.LittleEndian.AppendUint32(rec, uint32(len(p.Data)))
		rec = binary.LittleEndian.AppendUint32(rec, uint32(p.Length))
		if _, err := w.Write(append(rec, p.Data...)); err != nil {
			return err
		}
	}
	return nil
}

// Error says where a script could not be understood.
type Error struct {
	Name      string
	Line, Col int // 1-based
	Msg       string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, e.Msg)
}
