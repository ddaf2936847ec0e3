package check

import "finwait/analyzer/model"

// Change is a connection that does not behave as the golden record says.
type Change struct {
	Stream uint32
	Was    *Verdict // nil where there was none
	Is     *Verdict // nil where there is none any more
	Record *model.Record
	cut    bool // the capture lacks its end
}

// connection is one connection of a capture, as it may be compared.
type connection struct {
	record *model.Record
	is     Verdict
	also   []Verdict // the same with fewer findings, which would do as well
}

// expected is one connection of a golden record.
type expected struct {
	stream uint32
	was    *Verdict
	met    bool
}

// compare returns how the connections differ from those that the golden record names.
// Connections that run beside each other may change their numbers: what counts is
// that each expected behaviour is found once.
func compare(g *Golden, want []*expected, rules []string, conns []connection) []Change {
	known := ruleSet(g.Rules)
	asked := map[string]bool{}
	for _, id := range rules {
		asked[id] = true
	}
	for id := range known {
		known[id] = asked[id]
	}
	rest := matchEqual(want, conns, known)
	return pair(want, rest)
}

// matchEqual marks what is met, and returns the connections that meet nothing.
func matchEqual(want []*expected, conns []connection, known map[string]bool) (rest []*connection) {
	type place struct {
		stream uint32
		key    string
	}
	byPlace := map[place]*expected{}
	byKey := map[string][]*expected{}
	keys := map[*Verdict]string{}
	for _, w := range want {
		key, ok := keys[w.was]
		if !ok {
			key = w.was.key(known)
			keys[w.was] = key
		}
		byPlace[place{w.stream, key}] = w
		byKey[key] = append(byKey[key], w)
	}
	each := func(c *connection, meets func(key string) bool) bool {
		if meets(c.is.key(known)) {
			return true
		}
		for i := range c.also {
			if meets(c.also[i].key(known)) {
				return true
			}
		}
		return false
	}
	var moved []*connection
	for i := range conns {
		c := &conns[i]
		if !each(c, func(key string) bool {
			w := byPlace[place{c.record.Stream, key}]
			if w == nil || w.met {
				return false
			}
			w.met = true
			return true
		}) {
			moved = append(moved, c)
		}
	}
	for _, c := range moved {
		if !each(c, func(key string) bool {
			for list := byKey[key]; len(list) > 0; list = byKey[key] {
				w := list[0]
				byKey[key] = list[1:]
				if !w.met {
					w.met = true
					return true
				}
			}
			return false
		}) {
			rest = append(rest, c)
		}
	}
	return rest
}

// pair makes changes of what was not met and what meets nothing: by number, else
// in their order.
func pair(want []*expected, rest []*connection) (changes []Change) {
	byStream := map[uint32]*expected{}
	for _, w := range want {
		if !w.met {
			byStream[w.stream] = w
		}
	}
	for _, c := range rest {
		change := Change{Stream: c.record.Stream, Is: &c.is, Record: c.record}
		if w := byStream[c.record.Stream]; w != nil && !w.met {
			change.Was, w.met = w.was, true
		}
		changes = append(changes, change)
	}
	byPort := map[uint16][]*expected{}
	for _, w := range want {
		if !w.met {
			byPort[w.was.Port] = append(byPort[w.was.Port], w)
		}
	}
	for i := range changes {
		port := changes[i].Is.Port
		if list := byPort[port]; changes[i].Was == nil && len(list) > 0 {
			changes[i].Was, list[0].met = list[0].was, true
			byPort[port] = list[1:]
		}
	}
	for _, w := range want {
		if !w.met {
			changes = append(changes, Change{Stream: w.stream, Was: w.was})
		}
	}
	return changes
}
