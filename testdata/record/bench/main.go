//go:build record

package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

var (
	closing  = flag.Duration("closing", 30*time.Second, "web: how long each request has a connection of its own")
	keeping  = flag.Duration("keeping", 2*time.Second, "web: how long connections are kept alive")
	seed     = flag.Uint64("seed", 1, "shapes: another seed makes other packets")
	runs     = flag.Int("runs", 5, "table: how often each program is run")
	slowRuns = flag.Int("slow-runs", 1, "table: the same for tshark and tcptrace; 0 leaves them out")
)

func main() {
	flag.Usage = usage
	flag.Parse()
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("say what to do, and where: web DIR, shapes DIR [NAME…], table FILE or profile FILE")
	}
	switch what, where := args[0], args[1]; what {
	case "web":
		return recordWeb(where, *closing, *keeping)
	case "shapes":
		return writeShapes(where, args[2:])
	case "table":
		return printTable(where)
	case "profile":
		return printProfile(where)
	default:
		return fmt.Errorf("%q is none of web, shapes, table and profile", what)
	}
}

func usage() {
	out := flag.CommandLine.Output()
	fmt.Fprintln(out, "usage: bench [flags] web DIR | shapes DIR [NAME…] | table FILE | profile FILE")
	flag.PrintDefaults()
	fmt.Fprintln(out, "shapes:")
	for _, s := range shapes {
		fmt.Fprintf(out, "  %-20s %s\n", s.name, s.is)
	}
}
