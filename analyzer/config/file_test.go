package config

import (
	"strings"
	"testing"
)

// TestNothingOfAConfigurationIsDropped wants what stands in a file to be read or refused:
// an assertion that is passed over makes check green.
func TestNothingOfAConfigurationIsDropped(t *testing.T) {
	const what = "assertions:\n- {assert: 'false'}\n"
	for text, wrong := range map[string]string{
		what: "", "---\n" + what: "", "# a word\n---\n" + what: "", "%YAML 1.2\n---\n" + what: "", what + "...\n# a word\n": "",
		"---\n---\n" + what:           ":2:1: a second document",
		"# a\n---\n# b\n---\n" + what: ":4:1: a second document",
		"--- # a\n---\n" + what:       ":2:1: a second document",
		"null\n---\n" + what:          ":2:1: a second document",
		"{}\n---\n" + what:            ":2:1: a second document",
		what + "---\nrules: {}\n":     ":3:1: a second document",
		"---\n...\n" + what:           ":3:1: a second document",
		what + "- ~\n":                "an assertion without assert",
		what + "- {}\n":               "an assertion without assert",
		what + "- {ignore: []}\n":     "an assertion without assert",
	} {
		file, err := Parse(Name, []byte(text), new(Cost))
		switch {
		case wrong == "" && (err != nil || len(file.Check.Assertions) != 1):
			t.Errorf("%q: %v, and not one assertion", text, err)
		case wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)):
			t.Errorf("%q: %v, want %q", text, err, wrong)
		}
	}
}

// TestAliasesAreBounded wants no more of a small file than of one that writes all of it out:
// lists of aliases multiply what they stand for.
func TestAliasesAreBounded(t *testing.T) {
	entry := "    - {rule: FIN, reason: x}\n"
	list := "- ignore: &all\n" + strings.Repeat(entry, maxEntries/10)
	for aliases, want := range map[int]string{9: "", 10: "more than 1000 entries of ignore"} {
		file, err := Parse(Name, []byte(list+strings.Repeat("- ignore: *all\n", aliases)), new(Cost))
		switch {
		case want == "" && (err != nil || len(file.Check.Ignored) != maxEntries):
			t.Errorf("%d aliases: %v", aliases, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%d aliases: %v, want %s", aliases, err, want)
		}
	}
}
