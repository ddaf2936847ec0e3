package filter

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"finwait/reassembly/segment"
)

// id reads one id of the type that q says.
func (p *parser) id(q qualifiers) (*node, error) {
	t := p.nextToken()
	n := &node{test: test{dir: q.dir}}
	var err error
	switch q.typ {
	case "port":
		n.test.kind = testPort
		n.test.low, err = port(t)
		n.test.high = n.test.low
	case "portrange":
		n.test.kind = testPort
		n.test.low, n.test.high, err = portRange(t)
	default:
		err = p.address(q, t, &n.test)
	}
	if protocols[q.proto] == testNone && q.proto != "" {
		n.test.kind = testNone
	}
	return n, err
}

// address reads a host or a network: an IPv4 address, the start of one, or an
// IPv6 address, and for a network a length or a mask.
func (p *parser) address(q qualifiers, t token, out *test) error {
	ip, bitLen, err := parseAddress(t, q.typ == "net" || p.peek().text == "/")
	if err != nil {
		return err
	}
	switch {
	case ip.Is4() && q.proto == "ip6", ip.Is6() && q.proto == "ip":
		return errorf(t.column, "%q does not go with %q", q.proto, t.text)
	case q.typ == "host" && (p.peek().text == "/" || p.peek().text == "mask"):
		return errorf(p.peek().column, "only a net has a length or a mask")
	}
	mask := prefix(ip, bitLen)
	switch p.peek().text {
	case "/":
		p.nextToken()
		mask, err = p.maskLength(ip)
	case "mask":
		p.nextToken()
		mask, err = p.mask(ip)
	}
	if err != nil {
		return err
	}
	addr := segment.AddrFrom(ip)
	out.kind = testAddr6
	if ip.Is4() {
		out.kind = testAddr4
	}
	out.addr, out.mask = blockOf(&addr), mask
	if out.addr.high&^mask.high != 0 || out.addr.low&^mask.low != 0 {
		return errorf(t.column, "%s has bits outside of its mask", t.text)
	}
	return nil
}

// parseAddress returns an address, and how many bits of it were written.
// A lone number is the first octet of a net, but no host.
func parseAddress(t token, net bool) (ip netip.Addr, bitLen int, err error) {
	if strings.ContainsRune(t.text, ':') {
		ip, err := netip.ParseAddr(t.text)
		if err != nil {
			return ip, 0, errorf(t.column, "%q is not an IPv6 address", t.text)
		}
		return ip, 128, nil
	}
	octets := strings.Split(t.text, ".")
	var b [4]byte
	for i, o := range octets {
		v, err := strconv.ParseUint(o, 10, 8)
		if err != nil || len(octets) > len(b) {
			if strings.Trim(t.text, "0123456789.") == "" {
				return ip, 0, errorf(t.column, "%q is not an IPv4 address", t.text)
			}
			return ip, 0, errorf(t.column, "%q is not an address, and host names are not looked up", t.text)
		}
		b[i] = byte(v)
	}
	if len(octets) == 1 && !net {
		return ip, 0, errorf(t.column, "%q is not an address", t.text)
	}
	return netip.AddrFrom4(b), 8 * len(octets), nil
}

// maskLength reads the number of leading bits.
func (p *parser) maskLength(ip netip.Addr) (block, error) {
	t := p.nextToken()
	n, err := strconv.ParseUint(t.text, 10, 8)
	if err != nil || int(n) > ip.BitLen() {
		return block{}, errorf(t.column, "a mask length from 0 to %d must follow the slash", ip.BitLen())
	}
	return prefix(ip, int(n)), nil
}

// mask reads an IPv4 mask, which need not be contiguous.
func (p *parser) mask(ip netip.Addr) (block, error) {
	t := p.nextToken()
	mask, bitLen, err := parseAddress(t, true)
	if err != nil || !mask.Is4() || bitLen != 32 || !ip.Is4() {
		return block{}, errorf(t.column, "a mask is for IPv4, and written like an address")
	}
	b := mask.As4()
	return block{^uint64(0), 0xffffffff<<32 | uint64(binary.BigEndian.Uint32(b[:]))}, nil
}

// prefix is a mask of the first n bits of ip in its own family.
func prefix(ip netip.Addr, n int) block {
	if ip.Is4() {
		n += 96
	}
	return block{leading(n), leading(n - 64)}
}

// leading has the first n of 64 bits set; n may lie outside of them.
func leading(n int) uint64 {
	return bits.Reverse64(1<<uint(min(max(n, 0), 64)) - 1)
}

// port reads a number, decimal, octal or hexadecimal as in C, or a service name.
func port(t token) (uint16, error) {
	if v, ok := services[t.text]; ok {
		return v, nil
	}
	if strings.Trim(t.text, "0123456789abcdefxABCDEFX") != "" || t.text[0] < '0' || t.text[0] > '9' {
		return 0, errorf(t.column, "%q is not a port", t.text)
	}
	base, digits := 10, t.text
	switch {
	case strings.HasPrefix(digits, "0x"), strings.HasPrefix(digits, "0X"):
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base, digits = 8, digits[1:]
	}
	v, err := strconv.ParseUint(digits, base, 16)
	if err != nil {
		return 0, errorf(t.column, "%q is not a port from 0 to 65535", t.text)
	}
	return uint16(v), nil
}

// portRange reads two ports joined by a hyphen, in either order, or one. A hyphen
// may be part of a service name, too.
func portRange(t token) (low, high uint16, err error) {
	if low, err = port(t); err == nil {
		return low, low, nil
	}
	for i, c := range t.text {
		if c != '-' || i == 0 || i == len(t.text)-1 {
			continue
		}
		a, errA := port(token{t.text[:i], t.column})
		b, errB := port(token{t.text[i+1:], t.column + i + 1})
		if errA == nil && errB == nil {
			return min(a, b), max(a, b), nil
		}
	}
	return 0, 0, errorf(t.column, "%q is not a range of ports", t.text)
}

// services are the names that ports can be given by, from the IANA service name
// registry.
var services = map[string]uint16{
	"ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "kerberos": 88,
	"pop3": 110, "sunrpc": 111, "imap2": 143, "imap": 143, "bgp": 179, "ldap": 389, "https": 443, "submission": 587,
	"ldaps": 636, "imaps": 993, "pop3s": 995, "ms-sql-s": 1433, "mqtt": 1883, "nfs": 2049, "mysql": 3306,
	"postgresql": 5432, "amqp": 5672, "redis": 6379, "http-alt": 8080,
}
