//go:build record

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"finwait/cmd/internal/cli"
	"finwait/cmd/internal/damage"
	"finwait/reassembly/traffic"
)

// What a run over a small capture may cost, whatever is wrong with it.
const (
	longest  = 10 * time.Second
	mostHeap = 384 << 20 // octets; a decompressor's window alone may take 128 MiB
	mostOf   = 5         // how many failures of one kind are written down
)

// interrupted is finwait's exit code then.
const interrupted = 130

// variant is a damaged capture and what is done with it.
type variant struct {
	number uint64
	of     *sample
	octets []byte
	how    string
	way    way
	piped  bool
}

// tally is what came of all.
type tally struct {
	variants, runs, compared, failures int
	codes                              [4]int
	heap                               uint64
	ways                               map[string]int
	slowest                            map[string]time.Duration
	begun                              time.Time
	kinds                              map[string]int
}

// outcome is what a run leaves.
type outcome struct {
	code             int
	out, err, result string
	took             time.Duration
	bad              string // what must not be
}

// judge runs a variant on one processor and on two.
func (t *tally) judge(dir string, v *variant) error {
	name := "damaged" + filepath.Ext(v.of.name)
	in := filepath.Join(dir, "in", name)
	if err := os.MkdirAll(filepath.Dir(in), 0o777); err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(in))
	if err := os.WriteFile(in, v.octets, 0o666); err != nil {
		return err
	}
	one := t.run(dir, in, v, 1)
	two := t.run(dir, in, v, 2)
	if one.code == interrupted || two.code == interrupted { // with this program
		return nil
	}
	bad := one.bad
	switch {
	case bad != "":
	case two.bad != "":
		bad = two.bad
	case one.code != two.code, one.out != two.out, one.err != two.err, one.result != two.result:
		bad = "differs between one processor and two"
	default:
		bad = t.silence(v, &one)
	}
	if bad != "" {
		return t.fail(v, bad, &one, &two)
	}
	return nil
}

// run runs finwait once.
func (t *tally) run(dir, in string, v *variant, procs int) (o outcome) {
	out := filepath.Join(dir, "out")
	defer os.Remove(out)
	var stdin io.Reader = strings.NewReader("")
	var args []string
	for _, arg := range v.way.args {
		switch {
		case arg == "IN" && v.piped && v.way.args[0] != "extract":
			arg, stdin = "-", bytes.NewReader(v.octets)
		case arg == "IN":
			arg = in
		case arg == "DIR":
			arg = filepath.Dir(in)
		case arg == "WHOLE":
			arg = v.of.name
		case arg == "OUT":
			arg = out
		}
		args = append(args, arg)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	var stdout, stderr bytes.Buffer
	done := make(chan string, 1)
	begun := time.Now()
	go func() {
		defer func() {
			bad := ""
			if p := recover(); p != nil {
				bad = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
			}
			done <- bad
		}()
		o.code = cli.Command{Stdin: stdin, Stdout: &stdout, Stderr: &stderr}.Main(args)
	}()
	var ends bool
	if o.bad, ends = await(done); !ends {
		stacks := make([]byte, 1<<20)
		return outcome{code: -1, bad: fmt.Sprintf("runs for more than %v\n%s", longest, stacks[:runtime.Stack(stacks, true)])}
	}
	result, _ := os.ReadFile(out) // there may be none
	o.took, o.out, o.err, o.result = time.Since(begun), stdout.String(), stderr.String(), string(result)
	t.note(v, &o)
	if o.bad == "" {
		o.bad = wrong(v, &o)
	}
	return o
}

// await returns what is wrong with a run when it has ended; ends is false where it does
// not. A run that hardly gets the processor, or waits for a slow disk, has more time.
func await(done <-chan string) (bad string, ends bool) {
	processor := traffic.Processor()
	for _, patience := range [...]time.Duration{longest, 5 * longest} {
		select {
		case bad = <-done:
			return bad, true
		case <-time.After(patience):
		}
		if traffic.Processor()-processor >= longest/2 {
			break
		}
	}
	return "", false
}

// note takes in what a run cost.
func (t *tally) note(v *variant, o *outcome) {
	name := strings.Join(v.way.args[:min(4, len(v.way.args))], " ")
	t.runs++
	t.ways[name]++
	t.slowest[name] = max(t.slowest[name], o.took)
	if o.code >= 0 && o.code < len(t.codes) {
		t.codes[o.code]++
	}
	var m runtime.MemStats
	if t.runs%16 == 0 || o.took > time.Second {
		runtime.ReadMemStats(&m)
		t.heap = max(t.heap, m.HeapSys)
		if m.HeapSys > mostHeap && o.bad == "" {
			o.bad = fmt.Sprintf("the heap is %d MiB", m.HeapSys>>20)
		}
	}
}

// wrong looks at the exit code and at what was printed.
func wrong(v *variant, o *outcome) string {
	switch {
	case o.code == 0 || o.code > 0 && strings.Contains(v.way.codes, fmt.Sprint(o.code)):
	case o.code != 3:
		return fmt.Sprintf("exit code %d", o.code)
	case o.err == "" && v.way.args[0] != "check": // whose failures are its output
		return "exit code 3 without a word"
	}
	format := v.way.args[0] + " "
	for i, arg := range v.way.args {
		if arg == "-f" {
			format += v.way.args[i+1]
		}
	}
	for _, text := range [][2]string{{format, o.out}, {"", o.err}} {
		if bad := damage.Bad(text[0], []byte(text[1])); bad != "" && !(o.code != 0 && text[1] == "") {
			return "output: " + bad
		}
	}
	return ""
}

// silence compares what a report says of the capture with another reading of it.
func (t *tally) silence(v *variant, o *outcome) string {
	if v.way.args[0] != "report" || strings.Contains(strings.Join(v.way.args, " "), "--join") {
		return ""
	}
	packets, whole, known := damage.Whole(v.octets)
	if !known {
		return ""
	}
	t.compared++
	if !whole && o.code == 0 && o.err == "" {
		return "not whole, in silence"
	}
	var report struct{ Files []struct{ Packets int } }
	if !whole || o.code != 0 || o.err != "" || json.Unmarshal([]byte(o.out), &report) != nil || len(report.Files) != 1 {
		return ""
	}
	if n := report.Files[0].Packets; n != packets {
		return fmt.Sprintf("%d packets where another reading finds %d", n, packets)
	}
	return ""
}

// fail writes down what must not be: the capture, and how it came about.
func (t *tally) fail(v *variant, bad string, one, two *outcome) error {
	t.failures++
	if t.kinds == nil {
		t.kinds = map[string]int{}
	}
	kind := v.way.args[0] + " " + strings.SplitN(bad, "\n", 2)[0]
	if t.kinds[kind]++; t.kinds[kind] > mostOf {
		return nil
	}
	fmt.Fprintf(os.Stderr, "variant %d of %s (%s), %q: %.300s\n", v.number, v.of.name, v.how, v.way.args, bad)
	if err := os.MkdirAll(*outDir, 0o777); err != nil {
		return err
	}
	name := filepath.Join(*outDir, fmt.Sprintf("%d-%d%s", *seed, v.number, filepath.Ext(v.of.name)))
	text := fmt.Sprintf("%s\n%s, %s, piped %v\n%q\n--- one: %d\n%s%s\n--- two: %d\n%s%s\n", bad, v.of.name, v.how, v.piped, v.way.args,
		one.code, one.err, one.out, two.code, two.err, two.out)
	if err := os.WriteFile(name+".txt", []byte(text), 0o666); err != nil {
		return err
	}
	return os.WriteFile(name, v.octets, 0o666)
}
