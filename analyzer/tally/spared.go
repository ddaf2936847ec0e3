package tally

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// maxSpared bounds the servers of which it is kept what else they closed.
const maxSpared = 1000

// spared are the ends of connections that a server closed by its FIN and on which nothing
// was lost: an event that costs some clients a request closes these as well.
type spared struct {
	n     int64
	lives []lifetime // of the connections that drew the least lots
}

// sparedBy are those of each server, of the first maxSpared.
type sparedBy map[netip.AddrPort]*spared

// add takes in a connection if it is one of them.
func (s *sparedBy) add(r *model.Record) {
	if r.Close != conn.CloseGraceful || r.FirstCloser == nil || *r.FirstCloser != conn.Server {
		return
	}
	at := closedAt(r)
	if at == nil || slices.ContainsFunc(r.Findings, func(f model.Finding) bool { return f.Severity > model.Info }) {
		return
	}
	if of := s.of(r.Server.AddrPort()); of != nil {
		of.n++
		of.keep(lifetime{r.Lot(), model.Seconds(r.First.Time), model.Seconds(*at)})
	}
}

func (s *spared) keep(l lifetime) { s.lives = KeepLeast(s.lives, l, maxSampling, lifetime.compare) }

// of returns what is kept of a server; nil where there is no room for it.
func (s *sparedBy) of(server netip.AddrPort) *spared {
	of := (*s)[server]
	if of == nil && len(*s) < maxSpared {
		if *s == nil {
			*s = sparedBy{}
		}
		of = new(spared)
		(*s)[server] = of
	}
	return of
}

// servers returns them in order.
func (s sparedBy) servers() []netip.AddrPort {
	return slices.SortedFunc(maps.Keys(s), netip.AddrPort.Compare)
}

// merge takes in those of captures that come after.
func (s *sparedBy) merge(o sparedBy) {
	for _, server := range o.servers() {
		if of := s.of(server); of != nil {
			of.n += o[server].n
			for _, l := range o[server].lives {
				of.keep(l)
			}
		}
	}
}

// instant is a number of connections that ended about together.
type instant struct {
	n            int
	began, until model.Seconds // the first and the last beginning
	first, last  model.Seconds // the first and the last end
}

func (i *instant) add(l lifetime) {
	if i.n == 0 {
		*i = instant{0, l.began, l.began, l.ended, l.ended}
	}
	i.n++
	i.began, i.until = min(i.began, l.began), max(i.until, l.began)
	i.first, i.last = min(i.first, l.ended), max(i.last, l.ended)
}

// isEvent reports whether the ends lie so much closer together than the beginnings that one
// event was behind them.
func (i *instant) isEvent() bool { return i.n >= fewestAtOnce && 4*(i.last-i.first) <= i.until-i.began }

// around returns those that ended about when others did.
func (s *spared) around(others *instant) (own instant) {
	if s == nil {
		return own
	}
	for _, l := range s.lives {
		if l.ended >= others.first-model.Seconds(betweenEnds) && l.ended <= others.last+model.Seconds(betweenEnds) {
			own.add(l)
		}
	}
	return own
}

// alsoClosed says how many an event closed beside those that it is about; "" for none.
func (s *spared) alsoClosed(event *instant) string {
	switch n := s.around(event).n; {
	case n == 0:
		return ""
	case s.n > maxSampling:
		return fmt.Sprintf(" Of a sample of %d connections that the server closed without a loss it closed %d then.", len(s.lives), n)
	case n == 1:
		return " It closed one more connection, which lost nothing."
	default:
		return fmt.Sprintf(" It closed %d more connections, which lost nothing.", n)
	}
}

// beside says of ends too few to show what was behind them that the server closed others
// with them; "" where those are few as well, or most of what it closed it closed at other times.
func (s *spared) beside(ends *instant) string {
	own := s.around(ends)
	all := *ends
	for _, end := range [...]lifetime{{began: own.began, ended: own.first}, {began: own.until, ended: own.last}} {
		all.add(end)
	}
	all.n = ends.n + own.n
	if ends.n == 0 || own.n == 0 || !all.isEvent() || 2*own.n <= len(s.lives) {
		return ""
	}
	more := fmt.Sprintf("%d more connections", own.n)
	switch {
	case s.n > maxSampling:
		more = fmt.Sprintf("%d of a sample of %d more connections", own.n, len(s.lives))
	case own.n == 1:
		more = "one more connection"
	}
	return fmt.Sprintf(" Within %s the server closed %s without a loss, though all these had begun up to %s apart: one event closed them (a reload, a restart), or an idle timeout that is looked at only now and then.",
		(all.last - all.first).Words(), more, (all.until - all.began).Words())
}

// storedSpared is a spared of a server.
type storedSpared struct {
	Server netip.AddrPort `json:"server"`
	N      int64          `json:"n"`
	Lives  []storedLife   `json:"lives"`
}

func (s sparedBy) stored() (list []storedSpared) {
	for _, server := range s.servers() {
		list = append(list, storedSpared{server, s[server].n, storeLives(s[server].lives)})
	}
	return list
}
