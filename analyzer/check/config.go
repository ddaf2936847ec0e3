package check

import (
	"net/netip"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	analyzer "finwait/analyzer/model"
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

	met bool // it was about some capture
}

// Ignored are findings that are known and accepted, with the reason.
type Ignored struct {
	Rules  []string // IDs
	Server string   // ip, ip:port or :port; "" stands for all
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
}

// reasonForFile returns why a finding about the capture as a whole is ignored; ok is
// false where it is not. It has no server.
func (c *Config) reasonForFile(rule string) (reason string, ok bool) {
	for i := range c.Ignored {
		if ig := &c.Ignored[i]; ig.Server == "" && slices.Contains(ig.Rules, rule) {
			ig.met = true
			if !ok {
				reason, ok = ig.Reason, true
			}
		}
	}
	return reason, ok
}

// reasonFor returns why a finding is ignored; ok is false where it is not.
func (c *Config) reasonFor(r *analyzer.Record, f *analyzer.Finding) (reason string, ok bool) {
	for i := range c.Ignored {
		if ig := &c.Ignored[i]; slices.Contains(ig.Rules, f.Rule) && isServer(ig.Server, r.Server) {
			ig.met = true
			if !ok {
				reason, ok = ig.Reason, true
			}
		}
	}
	return reason, ok
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

// matchParts compares the parts of a pattern with those of a name. A ** first stands for
// nothing, and for one part more whenever what follows does not fit: earlier ones need
// not be tried again, because what they could take the last one can take as well.
func matchParts(pattern, name []string) bool {
	p, n := 0, 0
	again, from := -1, 0 // behind the last **, and the part that it stands for last
	for n < len(name) {
		if p < len(pattern) && pattern[p] == "**" {
			p++
			again, from = p, n
			continue
		}
		if p < len(pattern) {
			if ok, err := path.Match(pattern[p], name[n]); err == nil && ok {
				p, n = p+1, n+1
				continue
			}
		}
		if again < 0 {
			return false
		}
		from++
		p, n = again, from
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}
