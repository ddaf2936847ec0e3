// Package capture opens capture files, undoes their compression, and hands out
// their packets one by one. It is the only package that imports pcapgo, which reads
// pcapng; the records of plain pcap files are read in place, and a test holds them
// against pcapgo's.
//
// It does not look inside packets.
package capture
