package cli

import "finwait/analyzer/model"

// deferredHandler is a Handler that hands on nothing before the first record, so that
// nothing stands before a complaint that there is none.
type deferredHandler struct {
	model.Handler
	files []*model.FileInfo // that were held back
	begun bool
	wrong func() bool // there is something wrong
}

func (p *deferredHandler) Record(r *model.Record) error {
	if err := p.begin(); err != nil {
		return err
	}
	return p.Handler.Record(r)
}

func (p *deferredHandler) File(f *model.FileInfo) error {
	if p.begun || f.Error != nil { // which is complained of anyway
		if err := p.begin(); err != nil {
			return err
		}
		return p.Handler.File(f)
	}
	p.files = append(p.files, f)
	return nil
}

func (p *deferredHandler) Close(s *model.Summary) error {
	if !p.begun && p.wrong() {
		return nil
	}
	if err := p.begin(); err != nil {
		return err
	}
	return p.Handler.Close(s)
}

// begin hands on what was held back.
func (p *deferredHandler) begin() error {
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
