package filter

import "fmt"

// An Error says what is wrong with an expression, and where.
type Error struct {
	Column  int // 1-based, in octets
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Message) }

func errorf(column int, format string, args ...any) error {
	return &Error{column, fmt.Sprintf(format, args...)}
}

// maxDepth bounds how deep brackets and negations may be nested.
const maxDepth = 200

// Parse reads an expression; an empty one matches every segment. Its errors are
// of type *Error.
func Parse(expr string) (*Filter, error) {
	ts, err := tokens(expr)
	if err != nil {
		return nil, err
	}
	if len(ts) == 1 {
		return &Filter{}, nil
	}
	p := parser{tokens: ts}
	n, err := p.expression()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.text != "" {
		return nil, p.unexpected(t)
	}
	f := &Filter{}
	f.entry = f.compile(n, accept, reject)
	return f, nil
}

// qualifiers are what stands before an id.
type qualifiers struct {
	proto string // "" where none is named
	dir   direction
	typ   string // host, net, port, portrange
}

type parser struct {
	tokens    []token
	next      int
	depth     int
	inherited *qualifiers // of the primitive before; nil where an id cannot stand alone
}

func (p *parser) peek() token { return p.tokens[p.next] }

// nextToken returns the next token and steps over it; the end is never stepped over.
func (p *parser) nextToken() token {
	t := p.peek()
	if t.text != "" {
		p.next++
	}
	return t
}

func (p *parser) unexpected(t token) error {
	switch {
	case t.text == "":
		return errorf(t.column, "the expression ends too early")
	case unsupported[t.text]:
		return errorf(t.column, "%q is not supported: only addresses and ports can be compared", t.text)
	}
	return errorf(t.column, "unexpected %q", t.text)
}

// enter counts one more level of nesting.
func (p *parser) enter(t token) error {
	if p.depth++; p.depth > maxDepth {
		return errorf(t.column, "nested too deep")
	}
	return nil
}

// expression reads operands until something else than "and" or "or" follows.
func (p *parser) expression() (*node, error) { return p.chain(p.operand) }

// chain reads what item reads, joined by "and" and "or": they bind equally, and
// to the left.
func (p *parser) chain(item func() (*node, error)) (*node, error) {
	left, err := item()
	if err != nil {
		return nil, err
	}
	for {
		op := or
		switch t := p.peek(); {
		case t.isAnd():
			op = and
		case t.isOr():
		default:
			return left, nil
		}
		p.nextToken()
		right, err := item()
		if err != nil {
			return nil, err
		}
		left = &node{op: op, left: left, right: right}
	}
}

func (p *parser) operand() (*node, error) {
	t := p.peek()
	switch {
	case t.isNot():
		return p.negation(p.operand)
	case t.text == "(":
		return p.brackets(p.expression)
	case t.isID():
		if p.inherited == nil {
			return nil, errorf(t.column, "%q needs a qualifier before it, such as host or port", t.text)
		}
		return p.id(*p.inherited)
	}
	return p.primitive()
}

func (p *parser) negation(item func() (*node, error)) (*node, error) {
	if err := p.enter(p.nextToken()); err != nil {
		return nil, err
	}
	n, err := item()
	p.depth--
	return &node{op: not, left: n}, err
}

func (p *parser) brackets(inside func() (*node, error)) (*node, error) {
	if err := p.enter(p.nextToken()); err != nil {
		return nil, err
	}
	n, err := inside()
	if err != nil {
		return nil, err
	}
	p.depth--
	if t := p.nextToken(); t.text != ")" {
		if t.text == "" {
			return nil, errorf(t.column, "a closing bracket is missing")
		}
		return nil, p.unexpected(t)
	}
	return n, nil
}

// primitive reads a protocol alone, or qualifiers and their ids.
func (p *parser) primitive() (*node, error) {
	first := p.peek()
	var q qualifiers
	if _, ok := protocols[first.text]; ok {
		q.proto = p.nextToken().text
	}
	hasDir := p.direction(&q)
	hasType := false
	switch t := p.peek(); t.text {
	case "host", "net", "port", "portrange":
		q.typ, hasType = p.nextToken().text, true
	default:
		q.typ = "host"
	}
	if !hasDir && !hasType {
		if q.proto == "" {
			return nil, p.unexpected(first)
		}
		p.inherited = nil
		return &node{test: test{kind: protocols[q.proto]}}, nil
	}
	if err := q.check(first.column); err != nil {
		return nil, err
	}
	p.inherited = &q
	return p.ids(q)
}

// direction reads "src", "dst", or both joined by "or" or "and".
func (p *parser) direction(q *qualifiers) bool {
	one := p.peek().text
	if one != "src" && one != "dst" {
		return false
	}
	p.nextToken()
	q.dir = src
	if one == "dst" {
		q.dir = dst
	}
	// "src or dst port 80" is one direction, "src 1.2.3.4 or dst …" two primitives.
	if join := p.peek(); join.isAnd() || join.isOr() {
		other := p.tokens[p.next+1].text
		if other == "src" && one == "dst" || other == "dst" && one == "src" {
			p.next += 2
			q.dir = srcOrDst
			if join.isAnd() {
				q.dir = srcAndDst
			}
		}
	}
	return true
}

// check refuses protocols that do not go with the type.
func (q *qualifiers) check(column int) error {
	isPort := q.typ == "port" || q.typ == "portrange"
	switch q.proto {
	case "":
		return nil
	case "tcp", "udp", "sctp":
		if isPort {
			return nil
		}
	case "ip", "ip6", "arp", "rarp":
		if !isPort {
			return nil
		}
	}
	return errorf(column, "%q does not go with %q", q.proto, q.typ)
}

// ids reads the ids of one primitive.
func (p *parser) ids(q qualifiers) (*node, error) {
	item := func() (*node, error) { return p.ids(q) }
	switch t := p.peek(); {
	case t.isNot():
		return p.negation(item)
	case t.text == "(":
		return p.brackets(func() (*node, error) { return p.chain(item) })
	case t.isID():
		return p.id(q)
	}
	return nil, p.unexpected(p.peek())
}
