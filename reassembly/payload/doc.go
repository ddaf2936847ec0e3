// Package payload reads what connections carry, as far as their closing depends on
// it: the heads of HTTP/1 messages. It is the one reader of them.
//
// It looks at octets of the network, of which the end may be missing. It allocates
// nothing and keeps nothing.
package payload
