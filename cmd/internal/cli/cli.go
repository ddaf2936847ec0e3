package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"finwait/analyzer/check"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/suggest"
)

// The exit codes, whatever the output format.
const (
	exitOK          = 0
	exitFindings    = 1
	exitUsage       = 2
	exitInput       = 3 // or output that could not be written
	exitInterrupted = 130
)

// Command is one run of finwait.
type Command struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// Main runs the command line args, without the program's name, and returns the
// exit code.
func (c Command) Main(args []string) int {
	signal.Ignore(syscall.SIGPIPE) // a write to a closed pipe is an error like others
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup does
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills

	cmd, args, err := dispatch(args)
	if err == nil {
		var code int
		if code, err = c.run(ctx, cmd, args); err == nil {
			if code == exitInterrupted {
				c.errorf("finwait: interrupted\n")
			}
			return code
		}
	}
	return c.fail(err)
}

// usageError is a mistake in the command line.
type usageError struct {
	text string
	hint string // what to do, without a full stop; may be ""
}

func (e *usageError) Error() string { return e.text }

// fail tells an error and returns its exit code.
func (c Command) fail(err error) int {
	var usage *usageError
	if !errors.As(err, &usage) {
		c.errorf("finwait: %s\n", lines(err))
		return exitInput
	}
	c.errorf("finwait: %v\n", err) // it may point into an expression, in a line of its own
	if usage.hint != "" {
		c.errorf("%s\n", usage.hint)
	}
	return exitUsage
}

// run parses the flags of cmd and runs it. An error is a usageError, or one of
// output.
func (c Command) run(ctx context.Context, cmd *command, args []string) (int, error) {
	fs := newFlagSet(cmd.name)
	start := cmd.setup(fs)
	help := fs.BoolP("help", "h", false, "print what the command does, with examples")
	if err := fs.Parse(args); err != nil {
		return 0, flagError(cmd, fs, err)
	}
	if *help {
		return c.print(cmd.help())
	}
	code, err := start(&invocation{Command: c, ctx: ctx, flags: fs, args: fs.Args()})
	var usage *usageError
	if errors.As(err, &usage) && usage.hint == "" {
		usage.hint = cmd.hint()
	}
	return code, err
}

// invocation is a command with its flags parsed.
type invocation struct {
	Command
	ctx   context.Context
	flags *pflag.FlagSet
	args  []string
}

// dispatch finds the command in args and returns it with the arguments that are
// left. Without a command it is report.
func dispatch(args []string) (*command, []string, error) {
	if len(args) == 0 {
		return nil, nil, &usageError{"which capture? Name a file, a directory, or - for standard input", usageText()}
	}
	if args[0] == "--version" {
		return versionCommand(), args[1:], nil
	}
	at := firstArgument(args)
	if at < 0 {
		if args[0] == "--help" || args[0] == "-h" {
			return helpCommand(), args[1:], nil
		}
		return reportCommand(), args, nil
	}
	word := args[at]
	for _, cmd := range commands() {
		if cmd.name == word {
			rest := append([]string{}, args[:at]...)
			return cmd, append(rest, args[at+1:]...), nil
		}
	}
	if at > 0 || isPath(word) {
		return reportCommand(), args, nil
	}
	return nil, nil, unknownCommand(word)
}

// firstArgument returns the index of the first argument that is neither a flag
// of some command nor the value of one; -1 where there is none.
func firstArgument(args []string) int {
	all := newFlagSet("")
	all.BoolP("help", "h", false, "")
	for _, cmd := range commands() {
		cmd.flags().VisitAll(func(f *pflag.Flag) {
			switch {
			case all.Lookup(f.Name) != nil:
			case takesValue(f): // any value: which are right depends on the command
				all.StringP(f.Name, f.Shorthand, "", "")
			default:
				all.BoolP(f.Name, f.Shorthand, false, "")
			}
		})
	}
	all.SetInterspersed(false)
	if err := all.Parse(args); err != nil || all.NArg() == 0 || all.ArgsLenAtDash() >= 0 {
		return -1
	}
	return len(args) - all.NArg()
}

// isPath reports whether a first argument that is no command can be meant as a
// file.
func isPath(word string) bool {
	if word == "-" || strings.ContainsAny(word, `./\*?[`) {
		return true
	}
	_, err := os.Lstat(word)
	return err == nil
}

func unknownCommand(word string) error {
	var names []string
	for _, cmd := range commands() {
		names = append(names, cmd.name)
	}
	text := fmt.Sprintf("unknown command %q", word) + suggest.DidYouMean(word, names, "%q")
	return &usageError{text, "Run 'finwait help' for the commands. A file of that name would be " + prose.ShellWord("./"+word)}
}

// print writes a text to standard output.
func (c Command) print(text string) (int, error) {
	_, err := io.WriteString(c.Stdout, text)
	return writeCode(exitOK, err)
}

// errorf writes to standard error, from which there is nowhere to turn.
func (c Command) errorf(format string, args ...any) {
	_, _ = fmt.Fprint(c.Stderr, check.NoCommands(printable(fmt.Sprintf(format, args...))))
}
