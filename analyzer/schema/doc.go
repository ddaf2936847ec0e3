// Package schema describes the JSON output of finwait in the language of JSON
// Schema (2020-12). It follows the Go types, so that what they say is what is
// described.
package schema
