//go:build record

package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == roleFlag {
		exitOn(runRole(os.Args[2]))
		return
	}
	list := flag.Bool("list", false, "list the scenarios and record nothing")
	table := flag.Bool("table", false, "only write the table of captures in README.md anew")
	out := flag.String("out", "testdata", "the directory that holds README.md and real/")
	tries := flag.Int("tries", 8, "how often a scenario is tried")
	maxGap := flag.Duration("max-gap", 5*time.Millisecond, "the longest acceptable time between the two polls around a change of state")
	seed := flag.Uint64("seed", 0, "added to the seeds of all paths, so that they lose other frames")
	force := flag.Bool("force", false, "keep the last try whatever is wrong with it, to look into that")
	flag.Parse()

	selected, err := selectScenarios(flag.Args())
	exitOn(err)
	selected = slices.Clone(selected)
	for i := range selected {
		selected[i].path.seed += *seed
	}
	if *list {
		for _, s := range selected {
			fmt.Printf("%-26s %s\n", s.name, s.shows)
		}
		return
	}
	r := recorder{out: *out, tries: *tries, maxGap: *maxGap, force: *force}
	if !*table {
		exitOn(checkHost())
		exitOn(restartNice())
		// Pollers and bridge must never wait for a processor or a collection.
		runtime.GOMAXPROCS(16)
		debug.SetGCPercent(-1)
		exitOn(r.recordAll(selected))
	}
	exitOn(writeTable(*out))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// selectScenarios returns the named scenarios in the order of the names, or
// all of them in the order of the table.
func selectScenarios(names []string) ([]scenario, error) {
	if len(names) == 0 {
		return scenarios, nil
	}
	var selected []scenario
	for _, name := range names {
		if name == allPairs {
			selected = append(selected, pairsOf(scenarios)...)
			continue
		}
		s, ok := findScenario(name)
		if !ok {
			return nil, fmt.Errorf("no scenario %q (see -list)", name)
		}
		selected = append(selected, s)
	}
	return selected, nil
}

// allPairs stands for all scenarios of two captures that are compared.
const allPairs = "pairs"

func pairsOf(all []scenario) []scenario {
	return slices.DeleteFunc(slices.Clone(all), func(s scenario) bool { return s.pair == nil })
}

func findScenario(name string) (scenario, bool) {
	for _, s := range scenarios {
		if s.name == name {
			return s, true
		}
	}
	return scenario{}, false
}

// checkHost says everything that is missing at once.
func checkHost() error {
	var missing []string
	for _, tool := range []string{"ip", "iptables", "tcpdump", "nginx", "nft", "ss", "haproxy", "node", "redis-server"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	if os.Geteuid() != 0 {
		missing = append(missing, "root")
	}
	if missing != nil {
		return fmt.Errorf("missing on this host: %s", strings.Join(missing, ", "))
	}
	return nil
}

// tryLimit ends the program if a recording hangs. Namespaces and programs in
// them end with it.
const tryLimit = time.Minute

// A recorder records scenarios and keeps what came out well.
type recorder struct {
	out    string
	tries  int
	maxGap time.Duration
	force  bool
}

func (r recorder) recordAll(selected []scenario) error {
	var failed []string
	for _, s := range selected {
		if err := r.record(s); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.name, err)
			failed = append(failed, s.name)
		}
	}
	if failed != nil {
		return fmt.Errorf("not recorded: %s", strings.Join(failed, ", "))
	}
	return nil
}

// record tries a scenario until a recording of it is good.
func (r recorder) record(s scenario) error {
	var err error
	for try := 1; try <= r.tries; try++ {
		runtime.GC()
		if err = r.try(s, r.force && try == r.tries); err == nil {
			return nil
		}
		fmt.Fprintf(os.Stderr, "%s: try %d of %d: %v\n", s.name, try, r.tries, err)
	}
	return err
}

func (r recorder) try(s scenario, force bool) error {
	watchdog := time.AfterFunc(tryLimit, func() { exitOn(fmt.Errorf("%s: not done after %v", s.name, tryLimit)) })
	defer watchdog.Stop()
	tmp, err := os.MkdirTemp("", "record-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	l, err := newLab(s, tmp)
	if err != nil {
		return err
	}
	defer l.close()
	t, err := l.record()
	if err != nil {
		return err
	}
	if s.pair != nil {
		return r.keepPair(l, t, tmp, force)
	}
	if err := t.check(s, r.maxGap); err != nil && !force {
		return err
	}
	fmt.Printf("%-26s %2d connections, polls at most %.1f and %.1f ms apart, %.1f and %.1f at changes\n", s.name,
		len(t.Connections), 1e3*t.Poll.Client.MaxS, 1e3*t.Poll.Server.MaxS,
		1e3*t.Poll.Client.MaxAtChangeS, 1e3*t.Poll.Server.MaxAtChangeS)
	return keep(t, tmp, r.out)
}

// keepPair keeps a recording whose truth is the bridge's log. How evenly the
// kernels were polled matters little there.
func (r recorder) keepPair(l *lab, t *truth, tmp string, force bool) error {
	s := l.scenario
	p, err := newPairTruth(l, t)
	if err != nil {
		return err
	}
	if err := errors.Join(p.check(s, r.maxGap), t.checkStates(s)); err != nil && !force {
		return err
	}
	counts := map[string]int{}
	for _, row := range p.Segments {
		counts[row.fate]++
	}
	fmt.Printf("%-26s %4d segments: %v\n", s.name, len(p.Segments), counts)
	return p.keep(tmp, r.out)
}
