package check

import (
	"net/netip"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"finwait/analyzer"
	"finwait/analyzer/query"
)

// Assertion is a condition that captures have to meet.
type Assertion struct {
	Name    string
	Files   string // a pattern; "" stands for all captures
	Message string // what it means that it does not hold; may be ""
	Where   string // file:line of the condition
	*query.Assertion
}

// Ignored are findings that are known and accepted, with the reason.
type Ignored struct {
	Rules  []string // IDs
	Server string   // ip, ip:port or :port; "" stands for all
	Reason string
}

// Config is what was agreed on for the captures below a directory.
type Config struct {
	Dir        string // that patterns are seen from
	Selections []Selection
	Assertions []Assertion
	Ignored    []Ignored
}

// ignoresFile reports whether findings of a rule about captures as a whole are
// ignored, which have no server.
func (c *Config) ignoresFile(rule string) bool {
	return slices.ContainsFunc(c.Ignored, func(i Ignored) bool { return i.Server == "" && slices.Contains(i.Rules, rule) })
}

// reasonFor returns why a finding is ignored; ok is false where it is not.
func (c *Config) reasonFor(r *analyzer.Record, f *analyzer.Finding) (reason string, ok bool) {
	for i := range c.Ignored {
		if ig := &c.Ignored[i]; slices.Contains(ig.Rules, f.Rule) && isServer(ig.Server, r.Server) {
			return ig.Reason, true
		}
	}
	return "", false
}

func isServer(text string, e analyzer.Endpoint) bool {
	port := strconv.Itoa(int(e.Port))
	switch {
	case text == "", text == e.IP.String(), text == ":"+port, text == port:
		return true
	case text == e.AddrPort().String():
		return true
	}
	return text == e.IP.String()+":"+port // IPv6 without brackets
}

// ValidServer reports whether text can stand for a server.
func ValidServer(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(text); err == nil {
		return true
	}
	_, err := strconv.ParseUint(strings.TrimPrefix(text, ":"), 10, 16)
	return err == nil
}

// Applies reports whether the assertion is about a capture. A pattern without a
// slash is compared with its name, another one with its path from dir; ** stands
// for any directories.
func (a *Assertion) Applies(dir, capture string) bool {
	return Match(a.Files, dir, capture)
}

// Match reports whether a pattern of a configuration in dir means a capture.
func Match(pattern, dir, capture string) bool {
	if pattern == "" {
		return true
	}
	pattern = path.Clean(filepath.ToSlash(pattern))
	name := filepath.ToSlash(filepath.Clean(capture))
	if !strings.Contains(pattern, "/") {
		if ok, _ := path.Match(pattern, path.Base(name)); ok {
			return true
		}
	}
	parts := strings.Split(pattern, "/")
	if matchParts(parts, strings.Split(name, "/")) {
		return true
	}
	absDir, err1 := filepath.Abs(dir)
	absName, err2 := filepath.Abs(capture)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(absDir, absName)
	return err == nil && matchParts(parts, strings.Split(filepath.ToSlash(rel), "/"))
}

func matchParts(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(name) + 1 {
				if matchParts(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], name[0]); err != nil || !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}
