package suggest

import "testing"

func TestDidYouMean(t *testing.T) {
	names := []string{"report", "flows", "help", "version", "completion"}
	for word, want := range map[string]string{
		"flwos": "flows", "flow": "flows", "reprot": "report", "versoin": "version", "hepl": "help",
		"xyzzy": "", "f": "", "completely": "",
	} {
		got := DidYouMean(word, names, "%s")
		if want == "" && got != "" || want != "" && got != "; did you mean "+want+"?" {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"", ""}: 0, {"a", ""}: 1, {"ab", "ba"}: 1, {"abc", "adc"}: 1, {"kitten", "sitting"}: 3,
	} {
		if got := distance(pair[0], pair[1]); got != want {
			t.Errorf("%v: %d, want %d", pair, got, want)
		}
	}
}
