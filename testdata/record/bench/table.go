//go:build record

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// A program is what is measured, with the capture as %s.
type program struct {
	name    string
	command string
	slow    bool
}

// programs begins with what the others are held against.
var programs = []program{
	{name: "`tcpdump -r f -w /dev/null`", command: "tcpdump -r %s -w /dev/null"},
	{name: "pcapgo, a loop that looks at nothing", command: "pcapgo -test.run=^$ -test.bench=^BenchmarkBarePcapgo$ -test.benchtime=1x -bare=%s"},
	{name: "`capinfos f`", command: "capinfos %s"},
	{name: "**`finwait report f`**", command: "finwait report --quiet %s"},
	{name: "**`finwait flows --format jsonl f`**", command: "finwait flows --quiet --format jsonl %s"},
	{name: "`argus -r f -w /dev/null`", command: "argus -r %s -w /dev/null"},
	{name: "`tcptrace -n f`", command: "tcptrace -n %s", slow: true},
	{name: "`tshark -n -q -z conv,tcp -r f`", command: "tshark -n -q -z conv,tcp -r %s", slow: true},
}

// measured is what a program took.
type measured struct {
	program
	seconds, cpu float64 // medians
	memory       int64   // octets at the peak
}

func printTable(file string) error {
	tmp, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := buildOwn(tmp); err != nil {
		return err
	}
	var quick, slow []program
	for _, p := range programs {
		p.command = fmt.Sprintf(p.command, file)
		switch name, args, _ := strings.Cut(p.command, " "); {
		case name == "finwait" || name == "pcapgo":
			p.command = filepath.Join(tmp, name) + " " + args
		case !installed(name):
			fmt.Fprintln(os.Stderr, "left out, for it is not installed:", name)
			continue
		}
		if p.slow {
			slow = append(slow, p)
		} else {
			quick = append(quick, p)
		}
	}
	rows, err := measure(quick, *runs, 1)
	if err == nil && *slowRuns > 0 {
		var more []measured
		more, err = measure(slow, *slowRuns, 0)
		rows = append(rows, more...)
	}
	if err == nil {
		err = printRows(file, rows)
	}
	return err
}

func installed(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// buildOwn builds finwait and the loop over pcapgo, a benchmark of package capture.
func buildOwn(dir string) error {
	for _, args := range [][]string{
		{"build", "-o", filepath.Join(dir, "finwait"), "./cmd/finwait"},
		{"test", "-c", "-o", filepath.Join(dir, "pcapgo"), "./reassembly/capture"},
	} {
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}

// measure has hyperfine time the programs, and then runs each once more for its
// memory.
func measure(list []program, runs, warmup int) ([]measured, error) {
	result, err := os.CreateTemp("", "bench-*.json")
	if err != nil {
		return nil, err
	}
	defer os.Remove(result.Name())
	defer result.Close()
	args := []string{"-N", "--style", "basic", "--runs", fmt.Sprint(runs), "--warmup", fmt.Sprint(warmup), "--export-json", result.Name()}
	for _, p := range list {
		args = append(args, p.command)
	}
	hyperfine := exec.Command("hyperfine", args...)
	hyperfine.Stdout, hyperfine.Stderr = os.Stderr, os.Stderr
	if err := hyperfine.Run(); err != nil {
		return nil, fmt.Errorf("hyperfine: %w", err)
	}
	var times struct {
		Results []struct{ Median, User, System float64 }
	}
	if err := json.NewDecoder(result).Decode(&times); err != nil {
		return nil, err
	}
	var out []measured
	for i, p := range list {
		memory, err := peak(p.command)
		if err != nil {
			return nil, err
		}
		t := times.Results[i]
		out = append(out, measured{p, t.Median, t.User + t.System, memory})
	}
	return out, nil
}

// peak returns the octets that a program holds in memory at most. time(1) starts it
// because the kernel counts what the one that starts a program holds, too
// (getrusage(2), ru_maxrss), and this one holds more than some of them.
func peak(command string) (int64, error) {
	var said bytes.Buffer
	cmd := exec.Command("time", append([]string{"-q", "-f", "\n%M"}, strings.Fields(command)...)...)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", command, err)
	}
	text := strings.TrimSpace(said.String())
	kilobytes, err := strconv.ParseInt(text[strings.LastIndexByte(text, '\n')+1:], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("time: %w", err)
	}
	return kilobytes << 10, nil
}

func printRows(file string, rows []measured) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %.0f MB; %d cores of %s; %s\n\n", filepath.Base(file), float64(info.Size())/1e6, runtime.NumCPU(), processor(), runtime.Version())
	fmt.Println("| program | time | × tcpdump | processor time | peak memory |")
	fmt.Println("|---|--:|--:|--:|--:|")
	for _, r := range rows {
		fmt.Printf("| %s | %.2f s | %.1f | %.2f s | %.0f MB |\n", r.name, r.seconds, r.seconds/rows[0].seconds, r.cpu, float64(r.memory)/1e6)
	}
	return nil
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
