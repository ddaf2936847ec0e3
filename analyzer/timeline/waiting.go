package timeline

import (
	"net/netip"

	"finwait/analyzer/model"
)

// waiting knows the sockets that are counted in TIME-WAIT to a time when their record
// is final long since: a connection on the same addresses and ports ends it earlier.
type waiting struct {
	byTuple map[tuple][]wait
	room    int // tuples, beyond which those that are over are forgotten
}

// tuple is a connection's addresses and ports, the client's first.
type tuple [2]netip.AddrPort

// wait is one socket in TIME-WAIT.
type wait struct {
	series    *series
	since, to model.Time
	least     int32
}

func tupleOf(r *model.Record) tuple {
	return tuple{netip.AddrPortFrom(r.Client.IP, r.Client.Port), netip.AddrPortFrom(r.Server.IP, r.Server.Port)}
}

// add remembers a socket in TIME-WAIT.
func (w *waiting) add(r *model.Record, to *series, s *span) {
	if w == nil {
		return
	}
	if len(w.byTuple) >= max(w.room, 1024) {
		for t, list := range w.byTuple {
			if list[len(list)-1].to < r.Last.Time {
				delete(w.byTuple, t)
			}
		}
		w.room = 2 * len(w.byTuple)
	}
	least := int32(1)
	if s.uncertain {
		least = 0
	}
	t := tupleOf(r)
	w.byTuple[t] = append(w.byTuple[t], wait{to, s.from, s.to, least})
}

// cutBy returns the sockets whose TIME-WAIT the connection ends, and forgets them.
func (w *waiting) cutBy(r *model.Record) (cut []wait) {
	if w == nil {
		return nil
	}
	t := tupleOf(r)
	for _, t := range []tuple{t, {t[1], t[0]}} {
		for _, one := range w.byTuple[t] {
			if one.since < r.First.Time && r.First.Time < one.to {
				cut = append(cut, one)
			}
		}
		delete(w.byTuple, t)
	}
	return cut
}
