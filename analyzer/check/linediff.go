package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// around is how many equal lines stand before and behind those that differ.
const around = 3

// edit is a line of a difference: ' ' in both texts, '-' in the old only, '+' in the new.
type edit struct {
	sign byte
	line string
}

// unified returns how the new text differs from the old, in the unified format of
// diff(1), or "" where it does not. Lines that occur once in both texts are what the
// rest is lined up by, so that it takes O(n log n) time whatever the texts are.
func unified(oldName string, old []byte, newName string, now []byte) string {
	edits := lineUp(splitLines(old), splitLines(now))
	if !slices.ContainsFunc(edits, func(e edit) bool { return e.sign != ' ' }) {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "diff %s %s\n--- %s\n+++ %s\n", oldName, newName, oldName, newName)
	for at, oldLine, newLine := 0, 0, 0; ; {
		from, to := hunk(edits, at)
		if from == to {
			return b.String()
		}
		oldLine, newLine = oldLine+from-at, newLine+from-at // what lies between is equal
		olds, news := 0, 0
		for _, e := range edits[from:to] {
			if e.sign != '+' {
				olds++
			}
			if e.sign != '-' {
				news++
			}
		}
		fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", oldLine+min(olds, 1), olds, newLine+min(news, 1), news)
		for _, e := range edits[from:to] {
			b.WriteByte(e.sign)
			b.WriteString(e.line)
		}
		at, oldLine, newLine = to, oldLine+olds, newLine+news
	}
}

// hunk returns the next edits from at on that are shown together.
func hunk(edits []edit, at int) (from, to int) {
	first, last := -1, -1
	for i := at; i < len(edits); i++ {
		if edits[i].sign == ' ' {
			continue
		}
		if first < 0 {
			first = i
		} else if i-last > 2*around {
			break
		}
		last = i
	}
	if first < 0 {
		return len(edits), len(edits)
	}
	return max(first-around, at), min(last+1+around, len(edits))
}

// splitLines returns lines with their ends. A last line without one says so, as diff does.
func splitLines(text []byte) []string {
	lines := strings.SplitAfter(string(text), "\n")
	last := len(lines) - 1
	if lines[last] == "" {
		return lines[:last]
	}
	lines[last] += "\n\\ No newline at end of file\n"
	return lines
}

// lineUp lines up two texts.
func lineUp(old, now []string) (edits []edit) {
	i, j := 0, 0 // how far each text has been compared
	for _, a := range append(anchors(old, now), [2]int{len(old), len(now)}) {
		if a[0] < i {
			continue // within the equal lines around another
		}
		from, begin := a[0], a[1]
		for from > i && begin > j && old[from-1] == now[begin-1] {
			from, begin = from-1, begin-1
		}
		// Equal lines at the very start have no anchor before them.
		for i < from && j < begin && old[i] == now[j] {
			edits = append(edits, edit{' ', old[i]})
			i, j = i+1, j+1
		}
		for ; i < from; i++ {
			edits = append(edits, edit{'-', old[i]})
		}
		for ; j < begin; j++ {
			edits = append(edits, edit{'+', now[j]})
		}
		for i < len(old) && j < len(now) && old[i] == now[j] {
			edits = append(edits, edit{' ', old[i]})
			i, j = i+1, j+1
		}
	}
	return edits
}

// anchors returns the longest sequence of lines that occur once in both texts, in the
// same order in both: where each stands in the old text and in the new.
func anchors(old, now []string) [][2]int {
	type place struct{ olds, news, line int }
	places := map[string]*place{}
	at := func(line string) *place {
		if places[line] == nil {
			places[line] = &place{}
		}
		return places[line]
	}
	for _, line := range old {
		at(line).olds++
	}
	for j, line := range now {
		p := at(line)
		p.news, p.line = p.news+1, j
	}
	// The longest increasing subsequence of the places in the new text: tails[n] is the
	// pair that ends the best sequence of n+1 pairs, before its predecessor.
	var pairs [][2]int
	var tails, before []int
	for i, line := range old {
		p := places[line]
		if p.olds != 1 || p.news != 1 {
			continue
		}
		n := sort.Search(len(tails), func(n int) bool { return pairs[tails[n]][1] >= p.line })
		if n == len(tails) {
			tails = append(tails, 0)
		}
		tails[n] = len(pairs)
		previous := -1
		if n > 0 {
			previous = tails[n-1]
		}
		pairs, before = append(pairs, [2]int{i, p.line}), append(before, previous)
	}
	var found [][2]int
	if len(tails) > 0 {
		for n := tails[len(tails)-1]; n >= 0; n = before[n] {
			found = append(found, pairs[n])
		}
	}
	slices.Reverse(found)
	return found
}
