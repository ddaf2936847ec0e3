package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec/optimized" // generated code instead of reflection
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"

	// What registers file systems and runners.
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/s3"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/flink"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/spark"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"
)

// The exit codes are those of finwait.
const (
	exitOK    = 0
	exitUsage = 2
	exitInput = 3
)

// list is a flag that may be given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(v string) error {
	*l = append(*l, v)
	return nil
}

var (
	inputs     list
	output     = flag.String("output", "", "the prefix of what is written: PREFIX-*.jsonl and PREFIX.report.json")
	configPath = flag.String("config", "", "the rules and thresholds: a finwait.yaml; none is looked for")
	verbose    = flag.Bool("verbose", false, "say what Beam does meanwhile")
	join       = flag.Bool("join", false, "the captures are one, in time order, as tcpdump -C, -G or -W leave it")
	showCosts  = flag.Bool("costs", false, "say at the end what passed from stage to stage")
	format     = flag.String("format", "jsonl", "how records are written: jsonl or parquet")
)

func init() {
	flag.Var(&inputs, "input", "a capture, a directory, a pattern, or a prefix of another file system; may be given several times")
}

func main() {
	flag.Parse()
	beam.Init() // in a worker it does not return
	os.Exit(run(context.Background(), os.Stderr))
}

// usageError says that the command line is wrong.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// run does what the flags say and returns the exit code.
func run(ctx context.Context, stderr io.Writer) int {
	err := start(ctx, stderr)
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "finwait-beam: %v\nUsage: finwait-beam --input FILE... --output PREFIX [flags]; --help lists them\n", err)
		return exitUsage
	case !errors.Is(err, errUnread):
		fmt.Fprintf(stderr, "finwait-beam: %v\n", err)
	}
	return exitInput
}

// errUnread says that some captures could not be read to their end.
var errUnread = errors.New("some captures could not be read to their end")

func start(ctx context.Context, stderr io.Writer) error {
	rules, err := readConfig(ctx, *configPath)
	if err != nil {
		return &usageError{err.Error()}
	}
	settings := Settings{Config: rules, Output: *output, Format: *format, Join: *join}
	if err := settings.check(); err != nil {
		return err
	}
	files, problems, err := expand(ctx, append(inputs, flag.Args()...))
	if err != nil {
		return err
	}
	if !*verbose {
		log.SetupLogging("warn", "text")
	}
	p := beam.NewPipeline()
	build(p.Root(), settings, files)
	name := *runners.Runner
	if name == "" {
		name = "prism"
	}
	result, err := beam.Run(ctx, name, p)
	if err != nil {
		return err
	}
	if *showCosts && result != nil {
		tellCosts(stderr, result)
	}
	return tell(ctx, problems, settings.problems(), stderr)
}
