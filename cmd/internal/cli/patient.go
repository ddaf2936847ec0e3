package cli

import analyzer "finwait/analyzer/model"

// patient is a Handler that hands on nothing before the first record, so that
// nothing stands before a complaint that there is none.
type patient struct {
	analyzer.Handler
	files []*analyzer.FileInfo // that were held back
	begun bool
	wrong func() bool // there is something to complain of
}

func (p *patient) Record(r *analyzer.Record) error {
	if err := p.begin(); err != nil {
		return err
	}
	return p.Handler.Record(r)
}

func (p *patient) File(f *analyzer.FileInfo) error {
	if p.begun || f.Error != nil { // which is complained of anyway
		if err := p.begin(); err != nil {
			return err
		}
		return p.Handler.File(f)
	}
	p.files = append(p.files, f)
	return nil
}

func (p *patient) Close(s *analyzer.Summary) error {
	if !p.begun && p.wrong() {
		return nil
	}
	if err := p.begin(); err != nil {
		return err
	}
	return p.Handler.Close(s)
}

// begin hands on what was held back.
func (p *patient) begin() error {
	if p.begun {
		return nil
	}
	p.begun = true
	for _, f := range p.files {
		if err := p.Handler.File(f); err != nil {
			return err
		}
	}
	p.files = nil
	return nil
}
