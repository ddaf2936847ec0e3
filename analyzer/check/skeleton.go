package check

import "strings"

// skeleton reduces a flag sequence to what a new recording of the same behaviour
// shows again: who sent SYN, payload, FIN and RST, and in which order.
//
// Acknowledgments alone, repeated segments and counts are left out: they depend
// on how segments happened to be cut and acknowledged. For the same reason
// payload counts once per side between two SYN, FIN or RST, and what follows a
// reset is only whether the other side sent one too. Of FINs that crossed, the
// client's is told first: which was captured first depends on the place.
func skeleton(flags string, crossed bool) string {
	s := skeletonBuilder{}
	for token := range strings.FieldsSeq(flags) {
		s.add(token)
	}
	for i := range max(len(s.out), 1) - 1 {
		if crossed && s.out[i] == "<F." && s.out[i+1] == ">F." {
			s.out[i], s.out[i+1] = ">F.", "<F."
		}
	}
	return strings.Join(s.out, " ")
}

type skeletonBuilder struct {
	out   []string
	spoke [2]bool // sides that sent payload since the last SYN, FIN or RST
	reset bool
}

func (s *skeletonBuilder) add(token string) {
	token, _, _ = strings.Cut(token, "*")
	if len(token) < 2 || token[0] != '<' && token[0] != '>' || strings.HasSuffix(token, "!") {
		return
	}
	dir, kind := token[:1], token[1:]
	side := 0
	if dir == "<" {
		side = 1
	}
	switch {
	case kind == "none":
		s.control(token)
		return
	case strings.HasSuffix(kind, "d") && !strings.Contains(kind, "R"):
		if !s.spoke[side] && !s.reset {
			s.out = append(s.out, dir+"d")
		}
		s.spoke[side] = true
		kind = strings.TrimSuffix(kind, "d")
	}
	var control strings.Builder
	for _, flag := range kind {
		if strings.ContainsRune("FSR", flag) || flag == '.' && strings.ContainsAny(kind, "FSR") {
			control.WriteRune(flag)
		}
	}
	if control.Len() > 0 {
		s.control(dir + control.String())
	}
}

func (s *skeletonBuilder) control(token string) {
	isReset := strings.Contains(token, "R")
	if s.reset && !isReset {
		return
	}
	if s.reset {
		for _, t := range s.out {
			if t[0] == token[0] && strings.Contains(t, "R") {
				return
			}
		}
	}
	if len(s.out) > 0 && s.out[len(s.out)-1] == token {
		return
	}
	s.out = append(s.out, token)
	s.spoke = [2]bool{}
	s.reset = s.reset || isReset
}
