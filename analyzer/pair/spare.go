package pair

// spare are legs, links and stories that were closed, to be used again: connections come
// and go, and what each needs is much the same.
type spare struct {
	legs    []*leg
	links   []*link
	stories []*story
	queues  [2]pending // of a link that begins its story
}

// mostSpare bounds how many wait, and mostRoom the items that each may hold room for.
const (
	mostSpare = 1 << 10
	mostRoom  = 64
)

// reuse returns what is spare, or something new.
func reuse[T any](list *[]*T) *T {
	n := len(*list)
	if n == 0 {
		return new(T)
	}
	v := (*list)[n-1]
	*list = (*list)[:n-1]
	return v
}

// put keeps what is not needed any more.
func put[T any](list *[]*T, v *T) {
	if len(*list) < mostSpare {
		*list = append(*list, v)
	}
}

// room returns the memory of a list without its items, where it is not too much.
func room[T any](list []T) []T {
	if cap(list) > mostRoom {
		return nil
	}
	return list[:0]
}

// leg takes back one that is closed and that nothing refers to.
func (s *spare) leg(l *leg) {
	*l = leg{record: l.record[:0], prints: l.prints[:0]}
	put(&s.legs, l)
}

// link takes back one that is closed or joined with another.
func (s *spare) link(k *link) {
	if st := k.story; st != nil {
		if st.waits != nil {
			*st.waits = waits{}
		}
		*st = story{waits: st.waits, flows: [2]flow{st.flows[0].again(), st.flows[1].again()}}
		put(&s.stories, st)
	}
	*k = link{pending: [2]pending{k.pending[0].again(), k.pending[1].again()}}
	put(&s.links, k)
}

// again returns an empty flow with the memory of f.
func (f *flow) again() flow {
	return flow{tally: tally{delays: sampling{kept: room(f.delays.kept)}}, recent: room(f.recent)}
}

func (q *pending) again() pending { return pending{keys: room(q.keys), items: room(q.items)} }
