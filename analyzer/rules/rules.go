package rules

import "finwait/analyzer/model"

// All lists every rule in the order of their IDs.
var All = []*model.Rule{
	fin101, fin102, fin103, fin104,
	fin201, fin202, fin203, fin204, fin205, fin206, fin207, fin208, fin209, fin210, fin211, fin212,
	fin301, fin302, fin303, fin304, fin305, fin306, fin307, fin308,
	fin401, fin402, fin403, fin404, fin405,
	fin501,
	fin601, fin602, fin603, fin604, fin605, fin606,
	fin901, fin902, fin903, fin904, fin905, fin906,
}

// relation says how the findings of two rules on one connection go together.
type relation struct {
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

// relations is the one table of how rules go together. A test holds it against
// every fixture and recorded capture.
var relations = []relation{
	{"FIN202", "FIN101", Implies, "a socket that stays in CLOSE-WAIT leaves the connection half-closed"},

	{"FIN101", "FIN102", Excludes, "one is about a FIN, the other about there being none"},
	{"FIN101", "FIN104", Excludes, "a teardown has no length before it is over"},
	{"FIN101", "FIN210", Excludes, "simultaneous closing takes both FINs"},
	{"FIN101", "FIN301", Excludes, "what was reset is not half-closed"},
	{"FIN102", "FIN103", Excludes, "one is about a FIN, the other about there being none"},
	{"FIN102", "FIN301", Excludes, "a reset is an end"},
	{"FIN102", "FIN302", Excludes, "a reset is no silence"},
	{"FIN203", "FIN204", Excludes, "the RST answers payload or a FIN, not both"},
	{"FIN204", "FIN301", Excludes, "an RST that answers a FIN is no abort"},
	{"FIN301", "FIN302", Excludes, "an abort is its sender's own"},

	{"FIN103", "FIN101", Explains, "the other side never learnt of the FIN, or its answer never came"},
	{"FIN103", "FIN104", Explains, "lost FINs and acknowledgments make a teardown long"},
	{"FIN202", "FIN101", Explains, "the connection is half-closed because one side does not close"},
	{"FIN203", "FIN104", Explains, "the server was busy with an answer when its client closed"},
	{"FIN204", "FIN104", Explains, "both come from the time that the late side spent in CLOSE-WAIT"},
	{"FIN205", "FIN104", Explains, "the time was used for payload"},

	{"FIN201", "FIN205", Excludes, "who reads the answer has not given up"},
	{"FIN201", "FIN206", Excludes, "a connection with a request open is not idle"},
	{"FIN201", "FIN207", Excludes, "the other side closed first"},
	{"FIN201", "FIN208", Excludes, "the other side closed first"},
	{"FIN201", "FIN210", Excludes, "where the FINs crossed nobody closed first"},
	{"FIN207", "FIN208", Excludes, "a request knew of the FIN or did not"},
	{"FIN203", "FIN208", Excludes, "a request is no late response"},
	{"FIN401", "FIN402", Excludes, "a refusal is an answer"},
	{"FIN401", "FIN403", Excludes, "a SYN,ACK is an answer"},
	{"FIN402", "FIN403", Excludes, "a server refuses or accepts"},
	{"FIN301", "FIN402", Excludes, "a refusal aborts no connection"},
	{"FIN404", "FIN405", Excludes, "the causes of a broken handshake are not open where the answer came from another address"},
	{"FIN901", "FIN902", Excludes, "of a direction that was not captured nothing is missing in particular"},

	{"FIN201", "FIN101", Explains, "the server is busy with an answer that nobody waits for"},
	{"FIN201", "FIN104", Explains, "closing takes as long as the server is busy"},
	{"FIN201", "FIN202", Explains, "the server is busy with an answer that nobody waits for"},
	{"FIN201", "FIN203", Explains, "the answer came late because the client had given up"},
	{"FIN201", "FIN301", Explains, "the abort is how the client gave up"},
	{"FIN207", "FIN206", Explains, "that idle close is the one that the request crossed"},
	{"FIN405", "FIN401", Explains, "the answer came from another address"},
	{"FIN405", "FIN403", Explains, "the client did not ask the address that answers"},
	{"FIN208", "FIN104", Explains, "the client kept the connection in its pool"},
	{"FIN208", "FIN206", Explains, "that idle close is the one that the client overlooked"},
}
