package check

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
)

// Assertion is a condition that captures have to meet.
type Assertion struct {
	Name    string
	Files   string // a pattern; "" stands for all captures
	Message string // what it means that it does not hold; may be ""
	Where   string // file:line of the condition
	Line    int    // of the entry
	Broken  error  // why it can say nothing: it asks for what there is not
	*query.Assertion

	met    bool // it was about some capture
	titled string
}

// title names the assertion where it is told how it went. It is made once: there are
// many captures.
func (a *Assertion) title() string {
	if a.titled == "" {
		a.titled = "assertion " + a.Name
	}
	return a.titled
}

// Ignored are findings that are known and accepted, with the reason.
type Ignored struct {
	Rules  []string // IDs
	Server Server
	Reason string
	Line   int

	met bool // it ignored something
}

// Config is what was agreed on for the captures below a directory.
type Config struct {
	Path       string // of the file; "" where there is none
	Dir        string // that patterns are seen from
	List       bool   // the file is nothing but a list of assertions
	Indent     int    // of that list
	Selections []*Selection
	Assertions []Assertion
	Ignored    []Ignored

	ignoring map[string][]*Ignored // by rule; nil until one is asked for
	compared int                   // characters, for the patterns of files
}

// reasonForFile returns why a finding about the capture as a whole is ignored; ok is
// false where it is not. It has no server.
func (c *Config) reasonForFile(rule string) (reason string, ok bool) {
	return c.reason(rule, func(s *Server) bool { return *s == Server{} })
}

// reasonFor returns why a finding is ignored; ok is false where it is not.
func (c *Config) reasonFor(r *model.Record, f *model.Finding) (reason string, ok bool) {
	return c.reason(f.Rule, func(s *Server) bool { return s.is(r.Server) })
}

func (c *Config) reason(rule string, of func(*Server) bool) (reason string, ok bool) {
	if c.ignoring == nil {
		c.ignoring = map[string][]*Ignored{}
		for i := range c.Ignored {
			ig := &c.Ignored[i]
			for _, id := range slices.Compact(slices.Clone(ig.Rules)) {
				c.ignoring[id] = append(c.ignoring[id], ig)
			}
		}
	}
	for _, ig := range c.ignoring[rule] {
		if ok && ig.met || !of(&ig.Server) {
			continue
		}
		ig.met = true
		if !ok {
			reason, ok = ig.Reason, true
		}
	}
	return reason, ok
}

// Server is whose findings are ignored; its zero value is everybody.
type Server struct {
	text    string     // as it was written
	ip      netip.Addr // none stands for all
	port    uint16
	hasPort bool
	or      netip.AddrPort // what else IPv6 without brackets can mean
}

func (s *Server) String() string { return s.text }

// ParseServer reads ip, ip:port, :port or port; ok is false where text is none of them.
func ParseServer(text string) (s Server, ok bool) {
	s.text = text
	if text == "" {
		return s, true
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		s.ip = ip
		if i := strings.LastIndexByte(text, ':'); i > 0 {
			s.or, _ = netip.ParseAddrPort("[" + text[:i] + "]" + text[i:])
		}
		return s, true
	}
	if both, err := netip.ParseAddrPort(text); err == nil {
		s.ip, s.port, s.hasPort = both.Addr(), both.Port(), true
		return s, true
	}
	port, err := strconv.ParseUint(strings.TrimPrefix(text, ":"), 10, 16)
	s.port, s.hasPort = uint16(port), true
	return s, err == nil
}

func (s *Server) is(e model.Endpoint) bool {
	return (!s.ip.IsValid() || s.ip == e.IP) && (!s.hasPort || s.port == e.Port) || s.or.IsValid() && s.or == e.AddrPort()
}
