package pair

import (
	"slices"
	"strings"

	"finwait/analyzer/model"
)

// What the capture of the other end proves of a connection that was lost in a silence.

// hasArrived reports whether all that a finding of capture c rests on arrived: the capture of
// the end that it is about tells the same, and nothing of it was lost or forged between.
func (v *views) hasArrived(f *Flow, c int, found *model.Finding) bool {
	if found.Side == nil || v.records[1-c] == nil {
		return false
	}
	role := v.in(c, *found.Side)
	to, from := f.Segments.Of(role.Peer()), f.Segments.Of(role)
	return to.Lost+to.Unknown+from.Lost+from.Forged+from.Unknown == 0 &&
		slices.ContainsFunc(v.records[v.own(role)].Findings, func(o model.Finding) bool {
			return o.Rule == found.Rule && o.Side != nil && v.in(v.own(role), *o.Side) == role
		})
}

// resetBefore reports whether the end whose host is said to have forgotten a connection had
// reset it: an RST was sent before that of the finding, and did not arrive.
func (v *views) resetBefore(c int, found *model.Finding) bool {
	if found.Side == nil {
		return false
	}
	dir := v.dirOf(v.in(c, *found.Side))
	own := v.kept.sender(dir)
	n := &v.kept.notes.resets[dir]
	if n.sure(v.missing.fateOf(Lost, true, own) == Lost) == 0 {
		return false
	}
	return slices.ContainsFunc(v.kept.notes.sent[dir].first, func(r row) bool {
		return slices.Contains(found.Frames, int64(r.frames[c])) && n.first[0].frames[own] < r.frames[own]
	})
}

// lostInSilence reports whether payload of the other side was lost in the silence before a
// close that capture c tells of: the connection was idle for its closer only.
func (v *views) lostInSilence(c int, found *model.Finding) bool {
	if found.Side == nil || found.DurationS == nil || !v.offset.Known {
		return false
	}
	closer := v.dirOf(v.in(c, *found.Side))
	end := v.kept.fins.sent[closer]
	if v.kept.sender(closer) != c || end == 0 {
		return false
	}
	if c == 1 {
		end -= v.offset.OfB(end)
	}
	begin := end - model.Time(*found.DurationS)
	return slices.ContainsFunc(v.lost(1-closer), func(n *noted) bool {
		return slices.ContainsFunc(n.first, func(r row) bool {
			at := r.timeA(v.offset)
			return r.len > 0 && at > begin && at < end
		})
	})
}

// lacking returns FIN901 of capture c with the captures' names: which one lacks what the
// other holds, and whether that is all from outside of its time.
func (v *views) lacking(c int, found model.Finding) model.Finding {
	this, other := captureNames[c], captureNames[1-c]
	words := strings.Replace(found.Message.String(), "the capture lacks", this+" lacks", 1)
	a, b := &v.kept.flows[0], &v.kept.flows[1]
	if n, beside := a.lacks[c]+b.lacks[c], a.beside[c]+b.beside[c]; n > 0 && v.records[1-c] != nil {
		words += "; " + other + " holds " + counted(n, "1 segment", "segments") + " that " + this + " lacks"
		switch {
		case n == beside:
			words += ", from before " + this + " began or after it ended"
			found.Advice = model.TextOf("Nothing is known to be dropped: let both captures begin before the connections and end after them.")
		case beside > 0:
			words += ", " + counted(beside, "1 of them", "of them") + " from before it began or after it ended"
		}
	}
	found.Message = model.TextOf(words)
	return found
}

var captureNames = [...]string{"capture A", "capture B"}
