package analyzer

import (
	"fmt"
	"net/netip"
	"strconv"
	"unicode/utf8"

	"finwait/reassembly"
)

// AppendJSON appends r as one JSON object without a line end: byte for byte
// what encoding/json writes without HTML escapes, except that lists promised as
// lists are [] where they are nil. Written out by hand it takes no memory and a
// tenth of the time of encoding/json.
func (r *Record) AppendJSON(dst []byte) []byte {
	dst = appendStr(append(dst, `{"schema":`...), r.Schema)
	dst = appendStr(append(dst, `,"file":`...), r.File)
	dst = appendInt(append(dst, `,"stream":`...), int64(r.Stream))
	dst = appendStr(append(dst, `,"community_id":`...), r.CommunityID)
	dst = r.Client.append(append(dst, `,"client":`...))
	dst = r.Server.append(append(dst, `,"server":`...))
	dst = appendWord(append(dst, `,"roles":`...), r.Roles)
	dst = appendVLAN(append(dst, `,"vlan":`...), r.VLAN)
	dst = r.Tunnel.append(append(dst, `,"tunnel":`...))
	dst = appendStrOrNull(append(dst, `,"interface":`...), r.Interface)
	dst = appendSides(append(dst, `,"packets":`...), &r.Packets, appendIntAt)
	dst = appendSides(append(dst, `,"payload_bytes":`...), &r.PayloadBytes, appendIntAt)
	dst = appendSides(append(dst, `,"quality":`...), &r.Quality, appendQuality)
	dst = r.First.append(append(dst, `,"first":`...))
	dst = r.Last.append(append(dst, `,"last":`...))
	dst = appendStr(append(dst, `,"flags":`...), r.Flags)
	dst = appendInt(append(dst, `,"completeness":`...), int64(r.Completeness))
	dst = r.Zeek.append(append(dst, `,"zeek":`...))
	return r.appendClosing(dst)
}

// appendClosing appends the second half of the record, from handshake on.
func (r *Record) appendClosing(dst []byte) []byte {
	dst = appendWord(append(dst, `,"handshake":`...), r.Handshake)
	dst = appendWord(append(dst, `,"close":`...), r.Close)
	dst = appendWordOrNull(append(dst, `,"first_closer":`...), r.FirstCloser)
	dst = appendRoles(append(dst, `,"missing_fin":`...), r.MissingFIN)
	dst = appendWord(append(dst, `,"ended":`...), r.Ended)
	dst = appendSides(append(dst, `,"fin":`...), &r.FIN, appendFIN)
	dst = r.RST.append(append(dst, `,"rst":`...))
	dst = appendSecondsOrNull(append(dst, `,"half_closed_s":`...), r.HalfClosedS)
	dst = appendWordOrNull(append(dst, `,"half_closed_bound":`...), r.HalfClosed)
	dst = appendIntOrNull(append(dst, `,"half_closed_bytes":`...), r.HalfBytes)
	dst = appendSecondsOrNull(append(dst, `,"teardown_s":`...), r.TeardownS)
	dst = appendSides(append(dst, `,"states":`...), &r.States, appendStays)
	dst = appendSecondsOrNull(append(dst, `,"rtt_s":`...), r.RTTS)
	dst = appendWordOrNull(append(dst, `,"vantage":`...), r.Vantage)
	dst = r.App.append(append(dst, `,"app":`...))
	dst = r.Caveats.AppendJSON(append(dst, `,"caveats":`...))
	dst = appendFindings(append(dst, `,"findings":`...), r.Findings)
	return append(dst, '}')
}

// MarshalJSON returns what AppendJSON appends.
func (r *Record) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

func (e *Endpoint) append(dst []byte) []byte {
	dst = appendAddr(append(dst, `{"ip":"`...), e.IP)
	dst = appendInt(append(dst, `","port":`...), int64(e.Port))
	return append(dst, '}')
}

// appendAddr appends ip, without its zone: captures know of none.
func appendAddr(dst []byte, ip netip.Addr) []byte {
	if !ip.IsValid() {
		return dst
	}
	return ip.WithZone("").AppendTo(dst)
}

func (t *Tunnel) append(dst []byte) []byte {
	if t == nil {
		return append(dst, "null"...)
	}
	dst = appendWord(append(dst, `{"kind":`...), t.Kind)
	dst = appendIntOrNull(append(dst, `,"id":`...), t.ID)
	return append(dst, '}')
}

func appendQuality(dst []byte, q *Quality) []byte {
	dst = appendInt(append(dst, `{"retransmissions":`...), q.Retransmissions)
	dst = appendInt(append(dst, `,"out_of_order":`...), q.OutOfOrder)
	dst = appendInt(append(dst, `,"duplicate_acks":`...), q.DuplicateACKs)
	dst = appendInt(append(dst, `,"keep_alives":`...), q.KeepAlives)
	dst = q.ZeroWindowS.Append(append(dst, `,"zero_window_s":`...))
	dst = appendInt(append(dst, `,"missing_bytes":`...), q.MissingBytes)
	return append(dst, '}')
}

func (p *Point) append(dst []byte) []byte {
	dst = appendFile(append(dst, '{'), "file", p.File)
	dst = appendInt(append(dst, `"frame":`...), p.Frame)
	dst = appendTime(append(dst, `,"time":`...), p.Time)
	return append(dst, '}')
}

func (z *Zeek) append(dst []byte) []byte {
	dst = appendStr(append(dst, `{"conn_state":`...), z.ConnState)
	dst = appendStr(append(dst, `,"history":`...), z.History)
	dst = appendWord(append(dst, `,"originator":`...), z.Originator)
	return append(dst, '}')
}

func appendFIN(dst []byte, at **FIN) []byte {
	f := *at
	if f == nil {
		return append(dst, "null"...)
	}
	dst = appendFile(append(dst, '{'), "file", f.File)
	dst = appendIntOrNull(append(dst, `"frame":`...), f.Frame)
	dst = appendTimeOrNull(append(dst, `,"time":`...), f.Time)
	dst = appendFile(append(dst, ','), "ack_file", f.ACKFile)
	dst = appendIntOrNull(append(dst, `"ack_frame":`...), f.ACKFrame)
	dst = appendTimeOrNull(append(dst, `,"ack_time":`...), f.ACKTime)
	dst = appendInt(append(dst, `,"retransmissions":`...), f.Retransmissions)
	dst = strconv.AppendBool(append(dst, `,"implied":`...), f.Implied)
	return append(dst, '}')
}

func (r *RST) append(dst []byte) []byte {
	if r == nil {
		return append(dst, "null"...)
	}
	dst = appendWord(append(dst, `{"by":`...), r.By)
	dst = appendFile(append(dst, ','), "file", r.File)
	dst = appendInt(append(dst, `"frame":`...), r.Frame)
	dst = appendTime(append(dst, `,"time":`...), r.Time)
	dst = appendWordOrNull(append(dst, `,"kind":`...), r.Kind)
	dst = appendFile(append(dst, ','), "reply_to_file", r.ReplyToFile)
	dst = appendIntOrNull(append(dst, `"reply_to":`...), r.ReplyTo)
	dst = appendInt(append(dst, `,"count":`...), r.Count)
	return append(dst, '}')
}

func appendStays(dst []byte, stays *[]Stay) []byte {
	dst = append(dst, '[')
	for i := range *stays {
		s := &(*stays)[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendWord(append(dst, `{"state":`...), s.State)
		dst = appendTime(append(dst, `,"since":`...), s.Since)
		dst = appendFile(append(dst, ','), "file", s.File)
		dst = appendInt(append(dst, `"frame":`...), s.Frame)
		dst = s.DurationS.Append(append(dst, `,"duration_s":`...))
		dst = appendWord(append(dst, `,"bound":`...), s.Bound)
		dst = strconv.AppendBool(append(dst, `,"open":`...), s.Open)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func (a *App) append(dst []byte) []byte {
	if a == nil {
		return append(dst, "null"...)
	}
	dst = appendWord(append(dst, `{"protocol":`...), a.Protocol)
	dst = appendIntOrNull(append(dst, `,"requests":`...), a.Requests)
	dst = appendIntOrNull(append(dst, `,"responses":`...), a.Responses)
	if len(a.Alerts) > 0 {
		dst = appendStrs(append(dst, `,"alerts":`...), a.Alerts)
	}
	return append(dst, '}')
}

func appendFindings(dst []byte, list []Finding) []byte {
	dst = append(dst, '[')
	for i := range list {
		f := &list[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendStr(append(dst, `{"rule":`...), f.Rule)
		dst = appendStr(append(dst, `,"name":`...), f.Name)
		dst = appendWord(append(dst, `,"severity":`...), f.Severity)
		dst = appendStr(append(dst, `,"message":`...), f.Message.String())
		dst = appendWordOrNull(append(dst, `,"side":`...), f.Side)
		dst = appendInts(append(dst, `,"frames":`...), f.Frames)
		if len(f.Files) > 0 {
			dst = appendStrs(append(dst, `,"files":`...), f.Files)
		}
		dst = appendSecondsOrNull(append(dst, `,"duration_s":`...), f.DurationS)
		dst = appendWordOrNull(append(dst, `,"bound":`...), f.Bound)
		dst = appendStr(append(dst, `,"advice":`...), f.Advice.String())
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendSides[T any](dst []byte, s *Sides[T], one func([]byte, *T) []byte) []byte {
	dst = one(append(dst, `{"client":`...), &s.Client)
	dst = one(append(dst, `,"server":`...), &s.Server)
	return append(dst, '}')
}

// appendFile appends a member that names a file with a comma behind it, or nothing:
// it stands only where captures were joined.
func appendFile(dst []byte, name, file string) []byte {
	if file == "" {
		return dst
	}
	dst = append(append(append(dst, '"'), name...), `":`...)
	return append(appendStr(dst, file), ',')
}

func appendInt(dst []byte, v int64) []byte    { return strconv.AppendInt(dst, v, 10) }
func appendIntAt(dst []byte, v *int64) []byte { return strconv.AppendInt(dst, *v, 10) }

func appendIntOrNull[T int64 | uint32](dst []byte, v *T) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	return appendInt(dst, int64(*v))
}

func appendSecondsOrNull(dst []byte, s *Seconds) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	return s.Append(dst)
}

func appendTime(dst []byte, t Time) []byte { return append(t.Append(append(dst, '"')), '"') }

func appendTimeOrNull(dst []byte, t *Time) []byte {
	if t == nil {
		return append(dst, "null"...)
	}
	return appendTime(dst, *t)
}

func appendVLAN(dst []byte, ids []uint16) []byte {
	if len(ids) == 0 {
		return append(dst, "null"...)
	}
	return appendInts(dst, ids)
}

func appendInts[T int64 | uint16](dst []byte, list []T) []byte {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendInt(dst, int64(v))
	}
	return append(dst, ']')
}

func appendStrs(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendStr(dst, s)
	}
	return append(dst, ']')
}

func appendStrOrNull(dst []byte, s *string) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	return appendStr(dst, *s)
}

// appendWord appends the word of an enumeration.
func appendWord[E fmt.Stringer](dst []byte, v E) []byte { return appendStr(dst, v.String()) }

func appendWordOrNull[E fmt.Stringer](dst []byte, v *E) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	return appendWord(dst, *v)
}

func appendRoles(dst []byte, list []reassembly.Role) []byte {
	dst = append(dst, '[')
	for i, r := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendWord(dst, r)
	}
	return append(dst, ']')
}

const hexDigits = "0123456789abcdef"

// appendStr appends s as a JSON string. Invalid UTF-8 becomes U+FFFD; U+2028
// and U+2029 are escaped, as they end lines in JavaScript.
func appendStr(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := plain(s); i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = appendEscape(append(dst, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(append(dst, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			dst = append(append(dst, s[start:i]...), `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(append(dst, s[start:]...), '"')
}

// plain returns how much of the beginning of s, in steps of eight octets, holds
// nothing that has to be escaped or looked at: only ASCII from the space on,
// without quotes and backslashes.
func plain(s string) (n int) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		quote, slash := w^ones*'"', w^ones*'\\'
		// The top bit of an octet is set if it was, or if the subtraction
		// borrowed: the octet was less than what was taken off.
		if (w|(w-ones*' ')|(quote-ones)|(slash-ones))&tops != 0 {
			break
		}
		n += 8
	}
	return n
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
