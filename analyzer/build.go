package analyzer

import "finwait/reassembly"

// NewRecord builds the record of a connection that has ended. Findings are
// left empty: they are the rules' affair.
func NewRecord(file string, c *reassembly.Conn) *Record { return &Record{Schema: Schema, File: file} }
