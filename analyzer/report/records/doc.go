// Package records writes the records of a run, one file per format, and reads them back.
// Each format is a model.Handler. What a record holds is read off model.Record: a new field
// is in every format at once.
//
// Text that comes from a capture is made safe to show (package prose) where a format is for
// people or spreadsheets too.
package records
