// Package analyzertest analyzes packet scripts and checks what their "# want"
// comments say of the connection records. It takes the way that captures take:
// the script is written as a capture file, and that file is read.
//
// It holds no expectations of its own: fixtures say what is right.
//
// # Wants
//
// A want is about the first connection of the capture, or about another where it
// begins with "stream N:". It names a field of the record by its JSON path and
// says what the field holds:
//
//	# want close half-closed
//	# want first_closer null
//	# want states.client SYN-SENT ESTABLISHED FIN-WAIT-1
//	# want states.client.FIN-WAIT-1.bound at-least
//	# want fin.client.frame here
//	# want fin.client.ack_time 1.010
//	# want half_closed_s >= 59
//	# want caveats has capture-end
//	# want caveats lacks packets-missing
//	# want missing_fin none
//	# want stream 1: close reset
//	# want connections 2
//
// A list is written as its elements, stays as their states; none is the empty
// list. In a path, an element of a list is named by its state or by its index
// from 0. "here" is the frame that the want's line became. Values of *_time and
// since are seconds after the script's start. The words between path and value can be
// < <= > >= has lacks != or matches, which takes a quoted regular expression.
//
// A want that begins with a rule's ID is about a finding: its message matches the
// quoted regular expression, if there is one, and its evidence includes the frame
// of the want's line, if the want has one:
//
//	# want FIN101 "half-closed for at least 59"
//	# want none
//
// In strict fixtures every finding must be wanted.
package analyzertest
