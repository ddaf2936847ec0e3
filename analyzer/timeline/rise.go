package timeline

import (
	"cmp"
	"slices"

	"finwait/reassembly/tcpstate"
)

// Peak is where a series has its highest count, first.
type Peak struct {
	At      int
	Sockets int64
	Min     int64 // of these, how many are there for sure
}

// Peak returns the highest count and the first moment that has it.
func (s *Series) Peak() (p Peak) {
	var now Counts
	for i := range s.Changes {
		now.add(s.Changes[i].Counts)
		if now.Sockets > p.Sockets {
			p = Peak{s.Changes[i].At, now.Sockets, now.Min}
		}
	}
	return p
}

// Rise is how a series came to its peak, without falling on the way.
type Rise struct {
	Series   *Series
	From, To int64
	ToMin    int64 // of To, how many are there for sure
	At       int   // the moment at which it began to rise
	Peak     int   // the moment at which it was there
	Causes   []Cause
}

// ranks says which states people come for, the first before the others. Sockets in
// FIN-WAIT-2 and CLOSE-WAIT wait for an application; established ones, and those in
// TIME-WAIT, come and go with traffic.
var ranks = [tcpstate.NumStates]int{
	tcpstate.FinWait2: 0, tcpstate.CloseWait: 0,
	tcpstate.SynSent: 1, tcpstate.SynReceived: 1, tcpstate.FinWait1: 1, tcpstate.Closing: 1, tcpstate.LastAck: 1,
	tcpstate.Established: 2, tcpstate.TimeWait: 2, tcpstate.Unknown: 2,
}

// Rises returns what changed most: the rise of each series to its peak, by what
// people come for, then the larger ones; at most n.
func (c *Chart) Rises(n int) []Rise {
	var list []Rise
	for i := range c.Series {
		if r := c.Series[i].rise(); r.To > r.From {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b Rise) int {
		return cmp.Or(cmp.Compare(ranks[a.Series.State], ranks[b.Series.State]), cmp.Compare(b.To-b.From, a.To-a.From))
	})
	return list[:min(n, len(list))]
}

// rise returns how a series came to its peak.
func (s *Series) rise() Rise {
	peak := s.Peak()
	r := Rise{Series: s, To: peak.Sockets, ToMin: peak.Min, At: peak.At, Peak: peak.At}
	var now int64
	for i := range s.Changes {
		switch c := &s.Changes[i]; {
		case c.At > peak.At:
		case c.Sockets < 0 || now == 0 && c.Sockets > 0:
			r.From = now + min(c.Sockets, 0)
			r.At = c.At
			if c.Sockets < 0 && i+1 < len(s.Changes) {
				r.At = s.Changes[i+1].At
			}
		}
		now += s.Changes[i].Sockets
	}
	for _, cause := range s.causes {
		if cause.At < r.At || cause.At > r.Peak {
			continue
		}
		at := slices.IndexFunc(r.Causes, func(o Cause) bool { return o.Rule == cause.Rule })
		if at < 0 {
			r.Causes = append(r.Causes, Cause{r.At, cause.Rule, 0})
			at = len(r.Causes) - 1
		}
		r.Causes[at].N += cause.N
	}
	slices.SortStableFunc(r.Causes, func(a, b Cause) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Rule, b.Rule)) })
	return r
}

// Columns returns the highest count in each of n columns of equal length, and
// whether a socket may have been there where that is 0.
func (s *Series) Columns(moments, n int) []Counts {
	out := make([]Counts, n)
	for at, counts := range s.All() {
		if at >= moments {
			break
		}
		col := &out[at*n/moments]
		col.Sockets, col.Min, col.Max = max(col.Sockets, counts.Sockets), max(col.Min, counts.Min), max(col.Max, counts.Max)
	}
	return out
}
