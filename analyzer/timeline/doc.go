// Package timeline counts sockets: how many were in which state over capture time,
// and which they were at one moment.
//
// A socket is one end of a connection. At time t it is in the state whose stay holds
// t. The package reads records and nothing else: a Collector takes them one by one
// and makes a Chart of them, a Table keeps the sockets of one moment. It knows no
// output format; package report/timelines writes charts and tables.
//
// A Collector keeps changes of counts, not sockets: its memory grows with the moments
// that it counts at, the hosts and the states, whatever the number of connections.
// What never sent a segment while captured has no record and is not counted.
package timeline
