package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// tellChanges words changes, those that are alike together.
func tellChanges(changes []Change) (lines []string) {
	at := map[string]int{}
	var groups [][]*Change
	for i := range changes {
		c := &changes[i]
		text, _ := json.Marshal([2]*Verdict{c.Was, c.Is}) // strings and numbers
		n, ok := at[string(text)]
		if !ok {
			n = len(groups)
			at[string(text)], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], c)
	}
	const most = 20 // groups
	for i, g := range groups {
		if i == most {
			rest := 0
			for _, g := range groups[i:] {
				rest += len(g)
			}
			return append(lines, fmt.Sprintf("… and %s more", count(rest, "connection")))
		}
		lines = append(lines, groupWords(g)...)
	}
	return lines
}

// groupWords tells a change that several connections share. What differs between them
// is told of the first.
func groupWords(alike []*Change) []string {
	first := alike[0]
	if len(alike) == 1 {
		return first.Words()
	}
	streams := make([]uint32, len(alike))
	for i, c := range alike {
		streams[i] = c.Stream
	}
	slices.Sort(streams)
	return first.words(streamsWords(streams), len(alike))
}

// streamsWords names streams, which are in order: "stream 3", "streams 0-1999 (2000)".
func streamsWords(streams []uint32) string {
	if len(streams) == 1 {
		return fmt.Sprintf("stream %d", streams[0])
	}
	const most = 5 // ranges
	parts := strings.SplitN(formatStreams(streams), ", ", most+1)
	if len(parts) > most {
		parts[most] = "…"
	}
	text := "streams " + strings.Join(parts, ", ")
	if len(streams) >= 10 {
		text += fmt.Sprintf(" (%d)", len(streams))
	}
	return text
}
