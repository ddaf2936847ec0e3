// Package pair compares two captures of the same traffic, one from each end of a path,
// and says what became of each segment between them.
//
// The way of a segment:
//
//  1. Each capture is analyzed as ever, in a goroutine of its own (source). Its segments
//     and its records come as events, in batches.
//  2. A first look at both (align) finds segments that are in both and so how far the
//     clocks are apart, roughly. Which end of the path a host stands at follows, too.
//  3. The events of both are merged in the time of A's clock (engine).
//  4. Each connection of a capture is a leg. Two legs are one connection (link) where
//     addresses, ports and sequence numbers agree, or, through translation, where the
//     sequence numbers, timestamps and sizes of a segment do.
//  5. Within a link each segment is matched with its like in the other capture (match).
//     One without stays pending, while evidence about it is gathered (evidence).
//  6. When both captures have said all of a connection, what is pending gets its fate
//     (fate), and a Flow is made of the two records (flow, closing, findings). Where one
//     lacks something the states are derived from the segments of both (union).
//  7. When both captures have been read the offset of the clocks is known to its error
//     (clock), and what was measured becomes delays: a Result.
//
// Nothing is told as lost or forged that only one of the captures could have seen.
// Memory follows the live connections: what is pending of each is bounded, and a segment
// that had to be forgotten is told as unknown.
package pair
