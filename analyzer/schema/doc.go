// Package schema describes the JSON output of finwait in the language of JSON
// Schema (2020-12). It follows the Go types, so that what they say is what is
// described.
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package schema
