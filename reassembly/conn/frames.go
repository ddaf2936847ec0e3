package conn

// Frames calls visit with every frame that a Conn derived of v may name, and with 0.
func (v *Value) Frames(visit func(frame int64)) {
	for i := range v.log {
		visit(v.log[i].number())
	}
	v.payload.Frames(visit)
	visit(v.ICMP.Frame)
	if v.Prior != nil {
		visit(v.Prior.Frame)
	}
	if e := v.Elsewhere; e != nil {
		visit(e.SYN)
		visit(e.Answer.Frame)
		visit(e.Reset.Frame)
	}
	if w := v.windows; w != nil {
		for _, s := range [...]*Stall{&w[0].now, &w[0].longest, &w[1].now, &w[1].longest} {
			visit(s.Frame)
			visit(s.EndFrame)
			visit(s.Probe)
			visit(s.Resumed)
		}
	}
}
