// Package payload recognises what connections carry, as far as their closing depends on
// it: who spoke when and how much, HTTP/1 messages, TLS records and alerts. It is the one
// reader of them.
//
// It is fed with payload that had not come before, connection by connection; what it
// keeps of each lies in tables. It looks at octets of the network, of which the end may
// be missing, and reassembles no streams.
package payload
