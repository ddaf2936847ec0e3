// Package driver runs an analysis from captures to handlers. It is where the
// other packages meet, and the place to begin reading finwait.
//
// The main path, for every packet of a capture:
//
//  1. capture opens the file, undoes its compression and recognises its format.
//  2. capture reads one packet.
//  3. segment decodes it to a TCP segment, or says by name why there is none;
//     the summary counts the reasons.
//  4. reassembly.Tracker adds the segment to the evidence of its connection. A
//     packet without a segment still moves the clock: only capture time exists.
//  5. When what is said of a connection is final (its 4-tuple is used again, or a
//     minute passed after the last segment of one that has ended, or observation
//     ends), its states, its close and its flags are derived from its log, and
//     model.Builder makes a record of them.
//  6. Rules look at the record, and caveats weaken what the capture cannot
//     support. Package timers measures how long the connection waited. Both ask
//     package exchange for the last request and what came of its answer.
//  7. tally.Aggregate sums the record up, and the Handler writes it.
//
// Function analysis.run is steps 2 to 4, analysis.ended 5, Options.judge 6, run.deliver 7.
//
// One capture that is a file goes through them on several cores: one goroutine
// reads and decodes ahead, in batches (runAhead); one tracks; one derives and judges,
// in the order in which records are final (reassembly.Config.Concurrent), and where there
// are records to write one does that (delivery).
// Where the capture may be a live one no goroutine stands between, so that records
// come as soon as they are final.
//
// Several captures are analyzed side by side, one goroutine each, but their
// results pass to the Handler from one goroutine and in the order in which the
// captures were named: the output is the same on one core and on sixteen. Joined
// captures are one stream of packets in time order (see joined). Memory grows
// with the live connections, not with the length of captures.
//
// An input that cannot be read does not stop the others. Its problem is told in
// its turn, and Outcome counts it. What was read before stays reported.
package driver
