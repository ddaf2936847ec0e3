//go:build record

// Mass damages captures in ever new ways and runs finwait over each, in this process, with
// every command and format. It looks for what must not be: a panic, a run that takes long
// or much memory, an exit code or an output that is none, packets lost in silence, and
// results that differ between one processor and two. What it finds it writes down as
// small files. From the top of the module:
//
//	go run -tags record ./testdata/record/damage [-for 10m] [-seed N] [-out DIR] CAPTURE…
//
// A directory stands for all files in it that are small.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"time"

	"finwait/cmd/internal/damage"
)

var (
	lasting = flag.Duration("for", 10*time.Minute, "how long")
	seed    = flag.Uint64("seed", 1, "another seed damages in other ways")
	outDir  = flag.String("out", "damage-found", "where what fails is written")
	largest = flag.Int64("largest", 256<<10, "octets of the largest capture that is taken")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "damage:", err)
		os.Exit(1)
	}
}

// sample is a capture that is damaged.
type sample struct {
	name   string
	octets []byte
}

func run(ctx context.Context, args []string) error {
	samples, err := load(args)
	if err != nil {
		return err
	}
	if len(samples) == 0 {
		return errors.New("no captures: name files or directories")
	}
	dir, err := os.MkdirTemp("", "finwait-damage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := &tally{ways: map[string]int{}, slowest: map[string]time.Duration{}, begun: time.Now()}
	end := t.begun.Add(*lasting)
	told := t.begun
	for n := uint64(0); time.Now().Before(end) && ctx.Err() == nil; n++ {
		r := rand.New(rand.NewPCG(*seed, n))
		s := &samples[r.IntN(len(samples))]
		octets, how := damage.Spoil(r, s.octets)
		t.variants++
		if err := t.judge(dir, &variant{number: n, of: s, octets: octets, how: how, way: ways[r.IntN(len(ways))], piped: r.IntN(2) == 0}); err != nil {
			return err
		}
		if time.Since(told) > time.Minute {
			told = time.Now()
			fmt.Fprintf(os.Stderr, "%d variants, %d failures, %.0f s\n", t.variants, t.failures, time.Since(t.begun).Seconds())
		}
	}
	t.print(len(samples))
	if t.failures > 0 {
		return fmt.Errorf("%d failures, see %s", t.failures, *outDir)
	}
	return nil
}

// load reads the captures that arguments stand for.
func load(args []string) (list []sample, err error) {
	for _, arg := range args {
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() || info.Size() > *largest {
				return err
			}
			b, err := os.ReadFile(path)
			list = append(list, sample{path, b})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// print sums up.
func (t *tally) print(samples int) {
	took := time.Since(t.begun)
	fmt.Printf("%d variants of %d captures, %d runs in %.0f s (%.0f a second)\n", t.variants, samples, t.runs, took.Seconds(), float64(t.runs)/took.Seconds())
	fmt.Printf("exit codes: 0 %d, 1 %d, 2 %d, 3 %d; %d variants compared with another reading\n", t.codes[0], t.codes[1], t.codes[2], t.codes[3], t.compared)
	fmt.Printf("largest heap %d MiB; failures: %d\n", t.heap>>20, t.failures)
	var names []string
	for name := range t.ways {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Printf("  %-34s %7d runs, slowest %v\n", name, t.ways[name], t.slowest[name].Round(time.Millisecond))
	}
}
