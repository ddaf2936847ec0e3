// Package exchange says what was asked last on a connection, whether and how whole the
// answer was when one side closed, and what came after that. It reads what package
// payload recognised together with what was acknowledged; rules and timers ask it, so
// that they agree.
package exchange
