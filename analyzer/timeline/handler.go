package timeline

import (
	"finwait/analyzer/model"
)

// A Writer writes charts, one a capture.
type Writer interface {
	Chart(*Chart) error

	// Close ends the output. Nothing follows it.
	Close() error
}

// Handler makes a Chart of each capture, or one of all where they were joined.
type Handler struct {
	collector *Collector
	writer    Writer
	joined    bool
	first     *model.Time // of the packets
	end       *model.Time // of observation
}

// NewHandler returns a Handler that hands its charts to w.
func NewHandler(o Options, joined bool, w Writer) *Handler {
	return &Handler{collector: NewCollector(o), writer: w, joined: joined}
}

// Record counts the sockets of a connection.
func (h *Handler) Record(r *model.Record) error {
	h.collector.Add(r)
	return nil
}

// File takes the end of observation, and makes the chart of a capture.
func (h *Handler) File(f *model.FileInfo) error {
	if f.Observed != nil && (h.end == nil || *f.Observed > *h.end) {
		h.end = f.Observed
	}
	if f.First != nil && (h.first == nil || *f.First < *h.first) {
		h.first = f.First
	}
	if h.joined || f.Error != nil && f.Format == "" { // of what was not read nothing is known
		return nil
	}
	return h.chart(f.File)
}

// Close makes the chart of joined captures, and ends the output.
func (h *Handler) Close(*model.Summary) error {
	if h.joined {
		if err := h.chart(""); err != nil {
			return err
		}
	}
	return h.writer.Close()
}

func (h *Handler) chart(file string) error {
	end := forever
	if h.end != nil {
		end = *h.end
	}
	c, err := h.collector.Chart(file, end)
	if err != nil {
		return err
	}
	if c.First = c.Start; h.first != nil {
		c.First = *h.first
	}
	h.first, h.end = nil, nil
	return h.writer.Chart(c)
}
