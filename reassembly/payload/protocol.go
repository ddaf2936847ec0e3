package payload

import (
	"bytes"

	"finwait/reassembly/enum"
)

// Protocol is the application protocol, by how its messages begin.
type Protocol uint8

// The protocols that are told apart.
const (
	ProtocolUnknown Protocol = iota
	HTTP1
	HTTP2
	TLS
	SSH
)

var protocolNames = [...]string{"", "http/1", "http/2", "tls", "ssh"}

func (p Protocol) String() string { return protocolNames[p] }

// Answers reports whether p is known to be requests and an answer to each, in the clear or
// within. In SSH either side speaks when it likes.
func (p Protocol) Answers() bool { return p == HTTP1 || p == HTTP2 || p == TLS }

// sshBanner is how both sides begin SSH (RFC 4253 §4.2).
var sshBanner = []byte("SSH-")

// http2Preface is how a client begins HTTP/2 (RFC 9113 §3.4).
var http2Preface = []byte("PRI * HTTP/2.0\r\n")

// recognise looks at how a turn begins. HTTP/1 is recognised where its messages are read.
func (k *state) recognise(head []byte) {
	switch {
	case bytes.HasPrefix(head, http2Preface):
		k.proto = HTTP2
	case k.proto != ProtocolUnknown:
	case len(head) >= 5 && head[0] >= 20 && head[0] <= 23 && head[1] == 3 && head[2] <= 4:
		k.proto = TLS // a record header (RFC 8446 §5.1)
	case bytes.HasPrefix(head, sshBanner):
		k.proto = SSH
	}
}

// AppendText appends the word.
func (p Protocol) AppendText(dst []byte) ([]byte, error) { return append(dst, p.String()...), nil }

// MarshalText returns the word.
func (p Protocol) MarshalText() ([]byte, error) { return p.AppendText(nil) }

// UnmarshalText takes a word.
func (p *Protocol) UnmarshalText(text []byte) (err error) {
	*p, err = enum.Parse[Protocol](protocolNames[:], text)
	return err
}

// Words returns all words.
func (Protocol) Words() []string { return protocolNames[1:] }
