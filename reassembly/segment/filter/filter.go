package filter

import (
	"encoding/binary"

	"finwait/reassembly/segment"
)

// A Filter is a parsed expression. Its zero value matches every segment. It may
// be used by several goroutines at once.
type Filter struct {
	tests []test
	entry int
}

// Where a test leads to, other than to another test.
const (
	accept = -1
	reject = -2
)

// test is one comparison, and the tests that follow if it holds or not.
type test struct {
	kind    kind
	dir     direction
	yes, no int

	addr, mask block // of testAddr4 and testAddr6
	low, high  uint16
}

type kind uint8

const (
	testTCP  kind = iota // holds always
	testNone             // never
	testIP
	testIP6
	testAddr4
	testAddr6
	testPort
)

type direction uint8

const (
	srcOrDst direction = iota
	srcAndDst
	src
	dst
)

// block is an address or a mask as two numbers, to compare without loops.
type block struct{ high, low uint64 }

func blockOf(a *segment.Addr) block {
	return block{binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])}
}

// Match reports whether s is selected. It allocates nothing.
func (f *Filter) Match(s *segment.Segment) bool {
	if len(f.tests) == 0 {
		return true
	}
	for i := f.entry; ; {
		if i < 0 {
			return i == accept
		}
		t := &f.tests[i]
		if t.holds(s) {
			i = t.yes
		} else {
			i = t.no
		}
	}
}

func (t *test) holds(s *segment.Segment) bool {
	switch t.kind {
	case testTCP:
		return true
	case testIP:
		return s.Is4
	case testIP6:
		return !s.Is4
	case testAddr4, testAddr6:
		return s.Is4 == (t.kind == testAddr4) && t.dir.either(t.contains(&s.Src.Addr), t.contains(&s.Dst.Addr))
	case testPort:
		return t.dir.either(t.within(s.Src.Port), t.within(s.Dst.Port))
	}
	return false
}

func (t *test) contains(a *segment.Addr) bool {
	b := blockOf(a)
	return b.high&t.mask.high == t.addr.high && b.low&t.mask.low == t.addr.low
}

func (t *test) within(port uint16) bool { return t.low <= port && port <= t.high }

// either combines what holds of the source and of the destination.
func (d direction) either(source, destination bool) bool {
	switch d {
	case src:
		return source
	case dst:
		return destination
	case srcAndDst:
		return source && destination
	}
	return source || destination
}

// node is an expression. It is a test where it has no operator.
type node struct {
	op          operator
	left, right *node // right only of and, or
	test        test
}

type operator uint8

const (
	isTest operator = iota
	and
	or
	not
)

// compile appends the tests of n, which lead to yes or no in the end, and returns
// the first of them. What follows is compiled first, so that its place is known.
func (f *Filter) compile(n *node, yes, no int) int {
	switch n.op {
	case and:
		return f.compile(n.left, f.compile(n.right, yes, no), no)
	case or:
		return f.compile(n.left, yes, f.compile(n.right, yes, no))
	case not:
		return f.compile(n.left, no, yes)
	}
	t := n.test
	t.yes, t.no = yes, no
	f.tests = append(f.tests, t)
	return len(f.tests) - 1
}
