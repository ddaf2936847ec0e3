// Package capture opens capture files, undoes their compression, and hands out
// their packets one by one. It is the only package that imports pcapgo.
//
// It does not look inside packets.
package capture
