package rules

import (
	"fmt"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/suggest"
)

// Select returns the IDs of the rules that a word stands for.
func Select(word string) ([]string, error) {
	if r := Find(word); r != nil {
		return []string{r.ID}, nil
	}
	const all = "FIN"
	prefix := strings.ToUpper(word)
	var ids []string
	for _, r := range All {
		if strings.HasPrefix(prefix, all) && strings.HasPrefix(r.ID, prefix) {
			ids = append(ids, r.ID)
		}
	}
	if ids == nil {
		return nil, fmt.Errorf("unknown rule %q%s", word, Suggest(word))
	}
	return ids, nil
}

// Find returns the rule with this ID or name, or nil.
func Find(word string) *model.Rule {
	for _, r := range All {
		if strings.EqualFold(r.ID, word) || strings.EqualFold(r.Name, word) {
			return r
		}
	}
	return nil
}

// Suggest offers the rule that may have been meant: by ID, by name, or by a
// part of its name.
func Suggest(word string) string {
	var known []string
	part := ""
	for _, r := range All {
		id := r.ID
		if strings.ToLower(word) == word {
			id = strings.ToLower(id)
		}
		known = append(known, r.Name, id)
		if part == "" && len(word) > 2 && strings.Contains(r.Name, strings.ToLower(word)) {
			part = fmt.Sprintf("; did you mean %q?", r.Name)
		}
	}
	if part != "" {
		return part
	}
	return suggest.DidYouMean(word, known, "%q")
}
