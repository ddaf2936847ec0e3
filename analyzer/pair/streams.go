package pair

// streams are the live legs of a capture by the number of their stream. Numbers grow, so
// that those of live legs stand near each other: a page of them costs less than a map.
type streams struct {
	pages []*streamPage // nil where nothing is live
	spare []*streamPage
}

const pageStreams = 64

type streamPage struct {
	legs [pageStreams]*leg
	live int
}

func (s *streams) of(stream uint32) *leg {
	if i := int(stream / pageStreams); i < len(s.pages) && s.pages[i] != nil {
		return s.pages[i].legs[stream%pageStreams]
	}
	return nil
}

// set makes l, which is not nil, the leg of a stream.
func (s *streams) set(stream uint32, l *leg) {
	i := int(stream / pageStreams)
	for len(s.pages) <= i {
		s.pages = append(s.pages, nil)
	}
	p := s.pages[i]
	if p == nil {
		if n := len(s.spare); n > 0 {
			p, s.spare = s.spare[n-1], s.spare[:n-1]
		} else {
			p = new(streamPage)
		}
		s.pages[i] = p
	}
	at := &p.legs[stream%pageStreams]
	if *at == nil {
		p.live++
	}
	*at = l
}

// remove takes the leg of a stream away, and returns it; nil where there was none.
func (s *streams) remove(stream uint32) *leg {
	l := s.of(stream)
	if l == nil {
		return nil
	}
	i := stream / pageStreams
	p := s.pages[i]
	p.legs[stream%pageStreams] = nil
	if p.live--; p.live == 0 {
		s.pages[i] = nil
		s.spare = append(s.spare, p)
	}
	return l
}
