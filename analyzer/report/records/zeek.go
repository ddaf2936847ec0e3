package records

import (
	"crypto/sha1"
	"encoding/binary"
	"io"
	"math/big"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// zeekField is a field of Zeek's conn.log with its type, and how to write it.
// write appends nothing for a value that is not set.
type zeekField struct {
	name, kind string
	write      func(dst []byte, c *zeekConn) []byte
}

// zeekConn is a Record as Zeek looks at it: from its originator's side.
type zeekConn struct {
	*model.Record
	orig, resp         model.Endpoint
	origBytes, origPkt int64
	respBytes, respPkt int64
	missed             int64
	duration           model.Seconds
}

// zeekFields are the fields of conn.log in Zeek's order. What a record does not
// hold, such as bytes with headers, is unset.
var zeekFields = []zeekField{
	{"ts", "time", func(d []byte, c *zeekConn) []byte { return appendEpoch(d, c.First.Time) }},
	{"uid", "string", func(d []byte, c *zeekConn) []byte { return append(d, zeekUID(c.Record)...) }},
	{"id.orig_h", "addr", func(d []byte, c *zeekConn) []byte { return c.orig.IP.AppendTo(d) }},
	{"id.orig_p", "port", func(d []byte, c *zeekConn) []byte { return appendCount(d, int64(c.orig.Port)) }},
	{"id.resp_h", "addr", func(d []byte, c *zeekConn) []byte { return c.resp.IP.AppendTo(d) }},
	{"id.resp_p", "port", func(d []byte, c *zeekConn) []byte { return appendCount(d, int64(c.resp.Port)) }},
	{"proto", "enum", func(d []byte, _ *zeekConn) []byte { return append(d, "tcp"...) }},
	{"service", "string", func(d []byte, c *zeekConn) []byte { return append(d, zeekService(c.App)...) }},
	{"duration", "interval", func(d []byte, c *zeekConn) []byte {
		if c.duration == 0 {
			return d
		}
		return appendMicros(d, int64(c.duration))
	}},
	{"orig_bytes", "count", func(d []byte, c *zeekConn) []byte { return c.appendBytes(d, c.origBytes) }},
	{"resp_bytes", "count", func(d []byte, c *zeekConn) []byte { return c.appendBytes(d, c.respBytes) }},
	{"conn_state", "string", func(d []byte, c *zeekConn) []byte { return append(d, c.Zeek.ConnState...) }},
	{"local_orig", "bool", unset},
	{"local_resp", "bool", unset},
	{"missed_bytes", "count", func(d []byte, c *zeekConn) []byte { return appendCount(d, c.missed) }},
	{"history", "string", func(d []byte, c *zeekConn) []byte { return append(d, c.Zeek.History...) }},
	{"orig_pkts", "count", func(d []byte, c *zeekConn) []byte { return appendCount(d, c.origPkt) }},
	{"orig_ip_bytes", "count", unset},
	{"resp_pkts", "count", func(d []byte, c *zeekConn) []byte { return appendCount(d, c.respPkt) }},
	{"resp_ip_bytes", "count", unset},
	{"tunnel_parents", "set[string]", unset},
}

func unset(dst []byte, _ *zeekConn) []byte { return dst }

func appendCount(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendBytes appends a payload size, which Zeek leaves unset where a connection
// is a single packet.
func (c *zeekConn) appendBytes(dst []byte, n int64) []byte {
	if c.duration == 0 {
		return dst
	}
	return appendCount(dst, n)
}

// zeekTypes are Zeek's names for the kinds of our own columns.
var zeekTypes = map[kind]string{
	text: "string", integer: "count", boolean: "bool", seconds: "interval", timestamp: "time", address: "addr", list: "string",
}

// extras are the columns that stand behind Zeek's: all but those that would say
// the same again.
var extras = func() []column {
	var out []column
	for _, c := range columns {
		if c.name != "schema" && !strings.HasPrefix(c.name, "zeek_") {
			out = append(out, c)
		}
	}
	return out
}()

type zeekLog struct {
	recordsOnly
	w      io.Writer
	buf    []byte
	values values
	begun  bool
}

// Zeek returns a Handler that writes a conn.log: Zeek's fields first, then the
// record's own.
func Zeek(w io.Writer) model.Handler { return &zeekLog{w: w} }

func (z *zeekLog) Record(r *model.Record) error {
	z.buf = z.header(z.buf[:0])
	conn := newZeekConn(r)
	for i := range zeekFields {
		if i > 0 {
			z.buf = append(z.buf, '\t')
		}
		z.buf = orUnset(z.buf, func(dst []byte) []byte { return zeekFields[i].write(dst, conn) })
	}
	z.values.of(r)
	for i := range extras {
		c := &extras[i]
		z.buf = append(z.buf, '\t')
		v, ok := z.values.value(c)
		switch {
		case !ok:
			z.buf = append(z.buf, '-')
		case c.kind == timestamp:
			z.buf = appendEpoch(z.buf, model.Time(v.Int()))
		case c.kind == boolean && v.Bool():
			z.buf = append(z.buf, 'T')
		case c.kind == boolean:
			z.buf = append(z.buf, 'F')
		default:
			z.buf = orUnset(z.buf, func(dst []byte) []byte { return c.append(dst, v) })
		}
	}
	z.buf = append(z.buf, '\n')
	_, err := z.w.Write(z.buf)
	return err
}

// Close writes the header that no record has written. There is no #open and no
// #close: a run has no time but that of its captures.
func (z *zeekLog) Close(*model.Summary) error {
	_, err := z.w.Write(z.header(z.buf[:0]))
	return err
}

func (z *zeekLog) header(dst []byte) []byte {
	if z.begun {
		return dst
	}
	z.begun = true
	dst = append(dst, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields"...)
	for _, f := range zeekFields {
		dst = append(append(dst, '\t'), f.name...)
	}
	for _, c := range extras {
		dst = append(append(dst, '\t'), c.name...)
	}
	dst = append(dst, "\n#types"...)
	for _, f := range zeekFields {
		dst = append(append(dst, '\t'), f.kind...)
	}
	for _, c := range extras {
		kind := zeekTypes[c.kind]
		if strings.HasSuffix(c.name, "_port") {
			kind = "port"
		}
		dst = append(append(dst, '\t'), kind...)
	}
	return append(dst, '\n')
}

// orUnset appends what write appends, - where that is nothing, and (empty)'s
// look-alikes escaped as Zeek does.
func orUnset(dst []byte, write func([]byte) []byte) []byte {
	from := len(dst)
	dst = write(dst)
	switch string(dst[from:]) {
	case "":
		return append(dst, '-')
	case "-":
		return append(dst[:from], `\x2d`...)
	}
	return dst
}

func newZeekConn(r *model.Record) *zeekConn {
	c := &zeekConn{
		Record: r, orig: r.Client, resp: r.Server,
		origBytes: r.PayloadBytes.Client, respBytes: r.PayloadBytes.Server,
		origPkt: r.Packets.Client, respPkt: r.Packets.Server,
		missed:   r.Quality.Client.MissingBytes + r.Quality.Server.MissingBytes,
		duration: model.Seconds(r.Last.Time - r.First.Time),
	}
	if r.Zeek.Originator == conn.Server {
		c.orig, c.resp = c.resp, c.orig
		c.origBytes, c.respBytes = c.respBytes, c.origBytes
		c.origPkt, c.respPkt = c.respPkt, c.origPkt
	}
	c.duration = max(c.duration, 0)
	return c
}

// zeekService names the application protocol as Zeek's analyzers are named.
func zeekService(a *model.App) string {
	if a == nil {
		return ""
	}
	switch a.Protocol {
	case payload.HTTP1, payload.HTTP2:
		return "http"
	case payload.TLS:
		return "ssl"
	case payload.SSH:
		return "ssh"
	}
	return ""
}

// zeekUID returns a connection's identifier in Zeek's form, C and 17 digits to
// the base 62. Zeek draws its own at random; ours is the same in every run, and
// whatever the capture is called.
func zeekUID(r *model.Record) string {
	b := []byte(r.CommunityID)
	b = binary.BigEndian.AppendUint32(b, r.Stream)
	b = binary.BigEndian.AppendUint64(b, uint64(r.First.Time))
	b = binary.BigEndian.AppendUint64(b, uint64(r.First.Frame))
	sum := sha1.Sum(b) // not for secrecy
	digits := new(big.Int).SetBytes(sum[:13]).Text(62)
	return "C" + (strings.Repeat("0", 18) + digits)[len(digits)+1:]
}

// appendEpoch appends a time as seconds since 1970, with Zeek's six decimals.
func appendEpoch(dst []byte, t model.Time) []byte { return appendMicros(dst, int64(t)) }

// appendMicros appends ns as seconds with six decimals, rounded down.
func appendMicros(dst []byte, ns int64) []byte {
	micros := ns / 1e3
	if ns < 0 {
		dst = append(dst, '-')
		micros = -micros
	}
	dst = strconv.AppendInt(dst, micros/1e6, 10)
	dst = append(dst, '.')
	for unit := int64(1e5); unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(micros%1e6/unit%10))
	}
	return dst
}
