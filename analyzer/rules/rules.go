package rules

import "finwait/analyzer"

// All lists every rule in the order of their IDs.
var All = []*analyzer.Rule{
	fin101, fin102, fin103, fin104,
	fin201, fin202, fin203, fin204, fin205, fin206, fin207, fin208, fin209, fin210,
	fin301, fin302, fin303,
	fin401, fin402, fin403,
	fin501,
	fin901, fin902, fin903, fin904, fin905,
}

// Relation says how the findings of two rules on one connection go together.
type Relation struct {
	A, B  string // rule IDs
	Holds Holds
	Why   string
}

// Holds is the kind of a relation.
type Holds uint8

// The kinds.
const (
	Implies  Holds = iota // where A is found, B is too
	Excludes              // never both
	Explains              // A is the cause of B: report folds B under A
)

// Relations is the one table of how rules go together. A test holds it against
// every fixture and recorded capture.
var Relations = []Relation{}
