package check

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// Scope is what of a configuration is about one capture.
type Scope struct {
	assertions []*Assertion
	selections []*Selection
}

// What patterns may cost, counted in characters that are compared: a stranger may have
// written them. A million takes 10 ms.
const (
	baseCompared    = 16 << 20
	captureCompared = 4 << 10 // for each capture, much less than it takes to read it
)

// Scope returns what is about a capture, and notes that it is about one. Captures come
// in a fixed order: what they may cost, they share.
func (c *Config) Scope(capture string) (*Scope, error) {
	place, s := c.place(capture), new(Scope)
	c.compared -= captureCompared
	means := func(pattern string) bool {
		if c.compared > baseCompared {
			return false
		}
		ok, compared := place.matches(pattern)
		c.compared += compared
		return ok
	}
	for i := range c.Assertions {
		if a := &c.Assertions[i]; means(a.Files) {
			a.met = true
			s.assertions = append(s.assertions, a)
		}
	}
	for _, sel := range c.Selections {
		if means(sel.Files) {
			sel.met = true
			s.selections = append(s.selections, sel)
		}
	}
	if c.compared > baseCompared {
		return nil, fmt.Errorf("%s: files: so many and such patterns cost too much for so many captures: %s", c.Path, capture)
	}
	return s, nil
}

// place is where a capture stands, as patterns see it.
type place struct {
	base  string
	names [2][]string // the parts of its path as it is named, and as it is seen from the configuration
}

func (c *Config) place(capture string) *place {
	name := filepath.ToSlash(filepath.Clean(capture))
	p := &place{base: path.Base(name)}
	p.names[0] = strings.Split(name, "/")
	absDir, err1 := filepath.Abs(c.Dir)
	absName, err2 := filepath.Abs(capture)
	if err1 != nil || err2 != nil {
		return p
	}
	if rel, err := filepath.Rel(absDir, absName); err == nil && filepath.ToSlash(rel) != name {
		p.names[1] = strings.Split(filepath.ToSlash(rel), "/")
	}
	return p
}

// matches reports whether a pattern means the capture, and about how many characters
// were compared to tell. A pattern without a slash is compared with the name of the
// file, another one with its path; ** stands for any directories.
func (p *place) matches(pattern string) (ok bool, compared int) {
	if pattern == "" {
		return true, 0
	}
	pattern = path.Clean(filepath.ToSlash(pattern))
	if !strings.Contains(pattern, "/") {
		if ok, compared = matchPart(pattern, p.base); ok {
			return ok, compared
		}
	}
	parts := strings.Split(pattern, "/")
	for _, names := range p.names {
		if names != nil && !ok {
			var more int
			ok, more = matchParts(parts, names)
			compared += more
		}
	}
	return ok, compared + len(pattern)/4
}

// matchParts compares the parts of a pattern with those of a name. A ** first stands for
// nothing, and for one part more whenever what follows does not fit: earlier ones need
// not be tried again, because what they could take the last one can take as well.
func matchParts(pattern, name []string) (ok bool, compared int) {
	p, n := 0, 0
	again, from := -1, 0 // behind the last **, and the part that it stands for last
	for n < len(name) {
		if p < len(pattern) && pattern[p] == "**" {
			p++
			again, from = p, n
			continue
		}
		if p < len(pattern) {
			fits, more := matchPart(pattern[p], name[n])
			compared += more
			if fits {
				p, n = p+1, n+1
				continue
			}
		}
		if again < 0 {
			return false, compared
		}
		from++
		p, n = again, from
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern), compared
}

func matchPart(pattern, name string) (ok bool, compared int) {
	if !strings.ContainsAny(pattern, `*?[\`) {
		return pattern == name, 2
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok, 8 + len(pattern)*len(name)/2
}
