// Package suggest offers the word that was meant where one is not known.
package suggest

import (
	"fmt"
	"strings"
)

// DidYouMean returns a clause that offers the nearest of names, formatted with
// verb, or the only one that begins so; "" where none is near. Capitals do not count.
func DidYouMean(word string, names []string, verb string) string {
	best, bestDistance := "", min(3, (len(word)+3)/2)
	lower := strings.ToLower(word)
	for _, name := range names {
		if max(len(lower)-len(name), len(name)-len(lower)) >= bestDistance {
			continue // so many must be inserted or deleted at least: a word may be a stranger's, and long
		}
		if d := distance(lower, strings.ToLower(name)); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	if begins := beginningWith(word, names); best == "" && len(begins) == 1 {
		best = begins[0]
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean "+verb+"?", best)
}

// OneOf is DidYouMean, and names all there are where none is near.
func OneOf(word string, names []string) string {
	if offer := DidYouMean(word, names, "%q"); offer != "" {
		return offer
	}
	return ": it is one of " + strings.Join(names, ", ")
}

// beginningWith returns the names that are longer forms of a word, of three letters at
// least: warn of warning.
func beginningWith(word string, names []string) (list []string) {
	for _, name := range names {
		if len(word) >= 3 && strings.HasPrefix(strings.ToLower(name), strings.ToLower(word)) {
			list = append(list, name)
		}
	}
	return list
}

// distance is how many octets must be inserted, deleted, replaced or swapped
// with their neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	before, above := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, above[j+1]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}
