// Package truth reads what the kernels said of their sockets while testdata/record
// captured the traffic, and knows what no capture can show of it. It is for tests.
package truth

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// Truth is what testdata/record wrote beside the captures of a scenario; see
// testdata/README.md.
type Truth struct {
	Scenario     string  `json:"-"`
	OneWayDelayS float64 `json:"one_way_delay_s"`
	MaxTransitS  float64 `json:"max_transit_s"`
	Captures     map[string]struct{ File string }
	Poll         map[string]struct {
		Start, End int64
	}
	Connections []struct {
		Client, Server string
		States         map[string][]State
	}
}

// State is a state in which the kernel was first found at time At; Gap earlier it
// was not yet. Both are nanoseconds.
type State struct {
	At, Gap int64
	State   string
}

// UnmarshalJSON takes the form that the recorder writes.
func (s *State) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.At, &s.State, &s.Gap})
}

// Files returns the paths of all that testdata/record wrote below testdata, a
// directory.
func Files(testdata string) ([]string, error) {
	return filepath.Glob(filepath.Join(testdata, "real", "*.truth.json"))
}

// Read reads one of them.
func Read(file string) (*Truth, error) {
	k := &Truth{Scenario: strings.TrimSuffix(filepath.Base(file), ".truth.json")}
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, k)
	}
	return k, err
}
