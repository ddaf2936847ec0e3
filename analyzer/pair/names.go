package pair

// names are texts that many records hold, each kept once: of files, of rules, and what
// rules advise.
type names struct {
	list  []string
	index map[string]uint32
}

// mostNames bounds how many are kept. What is new after that stands where it is used.
const mostNames = 1 << 12

// name appends a text that may stand in many records.
func (w *writer) name(s string) {
	i, ok := w.names.index[s]
	switch {
	case ok:
	case len(w.names.list) == mostNames:
		w.Unsigned(0)
		w.Text(s)
		return
	default:
		if w.names.index == nil {
			w.names.index = map[string]uint32{}
		}
		i = uint32(len(w.names.list))
		w.names.index[s] = i
		w.names.list = append(w.names.list, s)
	}
	w.Unsigned(uint64(i) + 1)
}

// name returns a text as name appended it.
func (r *reader) name() string {
	switch i := r.Unsigned(); {
	case i == 0:
		return r.Text()
	case i <= uint64(len(r.names)):
		return r.names[i-1]
	}
	r.Fail()
	return ""
}
