// Package capture opens capture files, undoes their compression, and hands out
// their packets one by one.
//
// It does not look inside packets.
package capture
