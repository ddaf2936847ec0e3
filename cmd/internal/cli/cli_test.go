package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestDispatch(t *testing.T) {
	for line, want := range map[string]string{
		"a.pcap":                      "report a.pcap",
		"-f json a.pcap":              "report -f json a.pcap",
		"flows a.pcap -f csv":         "flows a.pcap -f csv",
		"-f csv flows a.pcap":         "flows -f csv a.pcap",
		"--stream 3 -q flows -":       "flows --stream 3 -q -",
		"-o flows a.pcap":             "report -o flows a.pcap",
		"./flows":                     "report ./flows",
		"-- flows":                    "report -- flows",
		"-":                           "report -",
		"*.pcap":                      "report *.pcap",
		"help flows":                  "help flows",
		"--help":                      "help",
		"--version":                   "version",
		"flows --help":                "flows --help",
		"--nonsense flows":            "report --nonsense flows",
		"report report":               "report report",
		"--color=always flows a.pcap": "flows --color=always a.pcap",
	} {
		cmd, args, err := dispatch(strings.Fields(line))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := strings.Join(append([]string{cmd.name}, args...), " "); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

func TestWhereExamples(t *testing.T) {
	for _, e := range whereExamples {
		if err := new(wheres).Set(e.line); err != nil {
			t.Errorf("%s: %v", e.line, err)
		}
	}
}

func TestFieldPaths(t *testing.T) {
	for _, path := range fieldPaths() {
		if err := new(wheres).Set(path + " == nil"); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Every flag is described by the help of its command, or under a topic.
func TestEveryFlagIsDescribed(t *testing.T) {
	thresholds := findTopic("thresholds").help()
	for _, cmd := range commands() {
		cmd.flags().VisitAll(func(f *pflag.Flag) {
			text := cmd.help()
			if isThreshold(f) {
				text = thresholds
			}
			if !strings.Contains(text, "--"+f.Name+" ") && !strings.Contains(text, "--"+f.Name+"\n") {
				t.Errorf("%s: --%s is not described", cmd.name, f.Name)
			}
		})
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	for _, cmd := range commands() {
		if len(cmd.examples) == 0 || cmd.short == "" || cmd.long == "" {
			t.Errorf("%s lacks an example or a text", cmd.name)
		}
		for line := range strings.Lines(cmd.help()) {
			if len([]rune(line)) > helpWidth+12 {
				t.Errorf("%s: a line of %d columns: %s", cmd.name, len(line), line)
			}
		}
	}
}
