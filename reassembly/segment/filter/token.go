package filter

import "strings"

// token is a word, a symbol, or "" at the end of the expression.
type token struct {
	text   string
	column int // 1-based, in octets
}

// tokens splits an expression.
func tokens(expr string) ([]token, error) {
	var out []token
	for i := 0; i < len(expr); {
		n := 1
		switch c := expr[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
			continue
		case strings.HasPrefix(expr[i:], "&&"), strings.HasPrefix(expr[i:], "||"):
			n = 2
		case strings.IndexByte("()!/", c) >= 0:
		case isWord(c):
			for i+n < len(expr) && isWord(expr[i+n]) {
				n++
			}
		default:
			return nil, errorf(i+1, "unexpected %q; only addresses and ports can be compared", rune(c))
		}
		out = append(out, token{expr[i : i+n], i + 1})
		i += n
	}
	return append(out, token{"", len(expr) + 1}), nil
}

// isWord reports whether c may be part of a keyword, a number, a name or an
// address.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(".:-_", c) >= 0
}

// isID reports whether the token can be an id: a word, but no keyword.
func (t token) isID() bool {
	return t.text != "" && isWord(t.text[0]) && !isKeyword(t.text)
}

func isKeyword(s string) bool {
	switch s {
	case "and", "or", "not", "src", "dst", "host", "net", "port", "portrange", "mask":
		return true
	}
	_, ok := protocols[s]
	return ok || unsupported[s]
}

// isAnd and isOr know both spellings.
func (t token) isAnd() bool { return t.text == "and" || t.text == "&&" }
func (t token) isOr() bool  { return t.text == "or" || t.text == "||" }
func (t token) isNot() bool { return t.text == "not" || t.text == "!" }

// protocols are the ones that a primitive can name, and what holds of a segment then.
var protocols = map[string]kind{
	"tcp": testTCP, "ip": testIP, "ip6": testIP6, "udp": testNone, "sctp": testNone,
	"icmp": testNone, "icmp6": testNone, "igmp": testNone, "arp": testNone, "rarp": testNone,
}

// unsupported are words of tcpdump's that have a meaning there, and none here.
var unsupported = map[string]bool{
	"ether": true, "vlan": true, "mpls": true, "pppoes": true, "geneve": true, "vxlan": true, "gateway": true,
	"proto": true, "protochain": true, "broadcast": true, "multicast": true, "less": true, "greater": true, "len": true,
	"inbound": true, "outbound": true, "ifname": true, "wlan": true, "type": true, "subtype": true, "addr1": true, "addr2": true,
}
