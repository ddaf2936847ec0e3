package query

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/vm"

	"finwait/analyzer/model"
)

// meter makes an expression pay for what it does: each turn of a loop, each text
// and list that it makes, and each that it has to look through.
type meter struct {
	budget *Budget // of the run; set before it
	size   int     // nodes of the whole
	loops  int     // that the run may still begin
}

// The functions that count. An expression cannot name them itself: no name of expr
// holds a hyphen.
const (
	loopName    = "loop-"    // list: the list, over which a loop begins
	turnName    = "turn-"    // of a loop: steps
	payName     = "pay-"     // value: the value, which was made just now
	readName    = "read-"    // value: the value, which is looked through
	searchName  = "search-"  // text, instructions: the text, that a pattern looks through
	joinName    = "join-"    // join
	replaceName = "replace-" // replace
)

// options are what the compiler has to know of the meter.
func (m *meter) options() []expr.Option {
	same := func(args []reflect.Type) (reflect.Type, error) {
		if args[0] == nil {
			return reflect.TypeFor[any](), nil
		}
		return args[0], nil
	}
	text := func([]reflect.Type) (reflect.Type, error) { return reflect.TypeFor[string](), nil }
	function := func(name string, validate func([]reflect.Type) (reflect.Type, error), f func(...any) (any, error)) expr.Option {
		return func(c *conf.Config) {
			c.Functions[name] = &builtin.Function{Name: name, Func: f, Validate: validate}
		}
	}
	return []expr.Option{
		expr.MaxNodes(maxNodes),
		function(loopName, same, func(args ...any) (any, error) { return args[0], m.loop() }),
		function(turnName, same, func(args ...any) (any, error) { return args[0], m.budget.spend(args[0].(int)) }),
		function(payName, same, func(args ...any) (any, error) { return args[0], m.budget.value(args[0], true) }),
		function(readName, same, func(args ...any) (any, error) { return args[0], m.budget.value(args[0], false) }),
		function(searchName, same, func(args ...any) (any, error) { return args[0], m.search(args[0], args[1].(int)) }),
		function(joinName, text, m.join),
		function(replaceName, text, m.replace),
		expr.Patch(m),
	}
}

// run runs an expression that this meter is of.
func (m *meter) run(machine *vm.VM, program *vm.Program, env any, budget *Budget) (any, error) {
	m.budget = budget
	machine.MemoryBudget = uint(vmElements + 4*budget.records)
	m.loops = vmLoops + 16*budget.records
	if err := budget.spend(runSteps + m.size/8); err != nil {
		return nil, err
	}
	return machine.Run(program, env)
}

func (m *meter) Visit(node *ast.Node) {
	m.size++
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		m.operator(node, n)
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			if !isConstant(e) {
				pay(node)
				break
			}
		}
	case *ast.MapNode:
		pay(node)
	case *ast.BuiltinNode:
		m.function(node, n)
	}
}

func (m *meter) operator(node *ast.Node, n *ast.BinaryNode) {
	switch n.Operator {
	case "+":
		if !isNumber(n.Type()) {
			pay(node)
		}
	case "in", "not in":
		read(&n.Right)
	case "==", "!=":
		if !isScalar(n.Left.Type()) && !isScalar(n.Right.Type()) {
			read(&n.Left)
			read(&n.Right)
		}
	case "contains", "startsWith", "endsWith":
		read(&n.Left)
		read(&n.Right)
	case "matches":
		if s, ok := n.Right.(*ast.StringNode); ok {
			n.Left = call(searchName, n.Left, n.Left, &ast.IntegerNode{Value: patternSize(s.Value)})
		}
	}
}

// free are functions that take no time to speak of.
var free = map[string]bool{
	"len": true, "first": true, "last": true, "get": true, "type": true, "abs": true, "ceil": true, "floor": true, "round": true,
	"int": true, "float": true, "date": true, "duration": true, "bitnot": true, "string": true,
}

func (m *meter) function(node *ast.Node, n *ast.BuiltinNode) {
	for _, arg := range n.Arguments {
		if p, ok := arg.(*ast.PredicateNode); ok { // a loop, each turn of which pays
			turn := call(turnName, p, &ast.IntegerNode{Value: min(turnCost(n, p.Node), 255)})
			p.Node = at(p, &ast.SequenceNode{Nodes: []ast.Node{turn, p.Node}})
			n.Arguments[0] = call(loopName, n.Arguments[0], n.Arguments[0])
			return
		}
	}
	if free[n.Name] {
		return
	}
	for i := range n.Arguments {
		read(&n.Arguments[i])
	}
	switch n.Name {
	case "join":
		ast.Patch(node, call(joinName, n, n.Arguments...))
	case "replace":
		ast.Patch(node, call(replaceName, n, n.Arguments...))
	case "uniq": // compares each with each
		n.Arguments[0] = call(searchName, n, n.Arguments[0], &ast.IntegerNode{Value: 0})
	case "count", "sum", "max", "min", "mean", "median", "indexOf", "lastIndexOf", "hasPrefix", "hasSuffix":
	default:
		pay(node)
	}
}

// loop counts a loop that begins. expr gives back what it keeps of one at the end of
// the run only.
func (m *meter) loop() error {
	m.loops--
	if m.loops < 0 {
		return &costError{"it begins too many loops: fewer loops in loops"}
	}
	return m.budget.spend(4)
}

// search counts what a pattern of some instructions looks through, or, without
// instructions, a list in which each element is compared with each.
func (m *meter) search(v any, instructions int) error {
	if instructions == 0 {
		n := 0
		if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
			n = r.Len()
		}
		return m.budget.spend(min(n, 1<<20) * min(n, 1<<20) / 4)
	}
	length := 0
	switch v := v.(type) {
	case string:
		length = len(v)
	case *string:
		if v != nil {
			length = len(*v)
		}
	}
	return m.budget.spend(1 + length*instructions/32)
}

func (m *meter) join(args ...any) (any, error) {
	list := reflect.ValueOf(args[0])
	if len(args) > 2 || list.Kind() != reflect.Slice {
		return nil, fmt.Errorf("join is of a list of texts, and of what stands between them")
	}
	between := ""
	if len(args) == 2 {
		var ok bool
		if between, ok = args[1].(string); !ok {
			return nil, fmt.Errorf("join puts a text between, not %T", args[1])
		}
	}
	length := len(between) * max(list.Len()-1, 0)
	words := make([]string, list.Len())
	for i := range words {
		word, ok := list.Index(i).Interface().(string)
		if !ok {
			return nil, fmt.Errorf("join is of texts, not of %T", list.Index(i).Interface())
		}
		words[i], length = word, length+len(word)
	}
	if err := m.budget.text(length); err != nil {
		return nil, err
	}
	return strings.Join(words, between), nil
}

func (m *meter) replace(args ...any) (any, error) {
	var texts [3]string
	if len(args) < 3 {
		return nil, fmt.Errorf("replace takes a text, what to replace in it, and by what")
	}
	for i := range texts {
		var ok bool
		if texts[i], ok = args[i].(string); !ok {
			return nil, fmt.Errorf("replace is of texts, not of %T", args[i])
		}
	}
	n := -1
	if len(args) > 3 {
		n, _ = args[3].(int)
	}
	in, from, to := texts[0], texts[1], texts[2]
	times := strings.Count(in, from)
	if n >= 0 {
		times = min(times, n)
	}
	if err := m.budget.text(len(in) + times*(len(to)-len(from))); err != nil {
		return nil, err
	}
	return strings.Replace(in, from, to, n), nil
}

// pay has a value counted that is made, unless it costs nothing.
func pay(node *ast.Node) { wrap(node, payName) }

// read has a value counted that is looked through.
func read(node *ast.Node) { wrap(node, readName) }

func wrap(node *ast.Node, name string) {
	if !isNumber((*node).Type()) && !isConstant(*node) {
		ast.Patch(node, call(name, *node, *node))
	}
}

// call returns a call of one of our functions, at the place of a node.
func call(name string, place ast.Node, args ...ast.Node) ast.Node {
	return at(place, &ast.CallNode{Callee: at(place, &ast.IdentifierNode{Value: name}), Arguments: args})
}

func at(place, n ast.Node) ast.Node {
	n.SetLocation(place.Location())
	return n
}

func isConstant(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BoolNode, *ast.NilNode, *ast.ConstantNode:
		return true
	case *ast.UnaryNode:
		return isConstant(n.Node)
	case *ast.BinaryNode:
		return n.Operator == ".."
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			if !isConstant(e) {
				return false
			}
		}
		return true
	}
	return false
}

// isNumber reports whether a value of type t is a number or a condition.
func isNumber(t reflect.Type) bool {
	return isScalar(t) && model.Value(t).Kind() != reflect.String && model.Value(t).Kind() != reflect.Struct
}

// turnCost returns how many steps a turn of a loop takes: a few nodes make a step, and
// the element is copied wherever it is named.
func turnCost(loop *ast.BuiltinNode, body ast.Node) int {
	cost := 1 + nodes(body)/8
	if t := loop.Arguments[0].Type(); t != nil && t.Kind() == reflect.Slice {
		var named pointers
		ast.Walk(&body, &named)
		cost += int(named) * (2 + int(t.Elem().Size())/128)
	}
	return cost
}

// pointers counts where an element is named.
type pointers int

func (c *pointers) Visit(node *ast.Node) {
	if _, ok := (*node).(*ast.PointerNode); ok {
		*c++
	}
}

// counter counts nodes.
type counter int

func (c *counter) Visit(*ast.Node) { *c++ }

func nodes(n ast.Node) int {
	var c counter
	ast.Walk(&n, &c)
	return int(c)
}
