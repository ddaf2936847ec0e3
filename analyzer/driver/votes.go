package driver

import "finwait/reassembly/conn"

// Votes counts where connections say that their capture was taken; the first are
// those that do not tell.
type Votes [conn.VantageMiddle + 1]int

// Add takes in what a connection says.
func (v *Votes) Add(at *conn.Vantage) {
	if at == nil {
		v[conn.VantageUnknown]++
		return
	}
	v[*at]++
}

// Merge takes in the votes of others.
func (v *Votes) Merge(o Votes) {
	for i, n := range o {
		v[i] += n
	}
}

// Winner returns what more than half of the votes say; null where none does.
func (v *Votes) Winner() *conn.Vantage {
	total := 0
	for _, n := range v {
		total += n
	}
	for i, n := range v {
		if at := conn.Vantage(i); 2*n > total && at != conn.VantageUnknown {
			return &at
		}
	}
	return nil
}
