// Package anonymize makes packets fit to be shown to others: it replaces addresses
// by aliases, and blanks or cuts off what is neither address nor header.
//
// What it leaves as it was: ports, sequence numbers, control bits, windows, the
// common TCP options, IP identifications, TTLs, lengths, VLAN tags. So the
// connection is judged as before. What a packet holds that the package does not
// know is an error, never passed on.
//
// It looks at packets one by one and keeps no state but the aliases.
package anonymize
