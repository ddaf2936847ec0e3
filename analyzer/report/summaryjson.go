package report

import (
	"io"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// summaryOnly is the half of a Handler that formats of the summary have in
// common.
type summaryOnly struct{}

func (summaryOnly) Record(*model.Record) error { return nil }
func (summaryOnly) File(*model.FileInfo) error { return nil }

type summaryJSON struct {
	summaryOnly
	w io.Writer
}

// SummaryJSON returns a Handler that writes the summary as one JSON object.
func SummaryJSON(w io.Writer) model.Handler { return &summaryJSON{w: w} }

func (j *summaryJSON) Close(s *model.Summary) error {
	return prose.JSONEncoder(j.w, "  ").Encode(s)
}
