package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/term"

	"finwait/analyzer/driver"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
)

// output is where results go: standard output, or a file that appears under its
// name only when it is complete.
type output struct {
	*bufio.Writer
	to   io.Writer
	file *os.File // nil for standard output
	temp string   // name while incomplete; "" where the file is written directly
	path string
	tty  bool // a terminal, whoever opened it
}

// openOutput opens path, or standard output where path is "" or "-". A pipe or
// device is written directly: it cannot be replaced.
func openOutput(path string, stdout io.Writer) (*output, error) {
	if path == "" || path == "-" {
		return &output{Writer: bufio.NewWriterSize(stdout, 64<<10), to: stdout, tty: isTerminal(stdout)}, nil
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // replace what a link points to, not the link
	}
	o := &output{path: path}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory", path)
	case err == nil && !info.Mode().IsRegular():
		o.file, err = os.OpenFile(path, os.O_WRONLY, 0)
	default:
		mode := os.FileMode(0o666)
		if err == nil {
			mode = info.Mode().Perm()
		}
		o.temp = filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32()))
		o.file, err = os.OpenFile(o.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if dir := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s: there is no directory %s", path, dir)
		}
	}
	if err != nil {
		return nil, err
	}
	o.Writer, o.to, o.tty = bufio.NewWriterSize(o.file, 64<<10), o.file, isTerminal(o.file)
	return o, nil
}

// finish writes out what is buffered and, if keep is set, gives the file its
// name; else nothing of it is left.
func (o *output) finish(keep bool) error {
	if o.file == nil {
		return o.Flush()
	}
	err := o.Flush()
	if closeErr := o.file.Close(); err == nil {
		err = closeErr
	}
	if o.temp == "" {
		return err
	}
	if err == nil && keep {
		err = os.Rename(o.temp, o.path)
		if err == nil {
			return nil
		}
	}
	return errors.Join(err, os.Remove(o.temp))
}

// refuseOverwrite refuses an output that would replace one of the inputs.
func (c Command) refuseOverwrite(path string, inputs []string) error {
	target, err := os.Stat(path)
	if path == "" || err != nil || !target.Mode().IsRegular() {
		return nil
	}
	for _, input := range inputs {
		info, err := c.stat(input)
		if err == nil && os.SameFile(info, target) {
			return &usageError{text: fmt.Sprintf("the output would overwrite the input %s", prose.Safe(input))}
		}
	}
	return nil
}

// stat describes an input.
func (c Command) stat(input string) (os.FileInfo, error) {
	if f, ok := c.Stdin.(*os.File); ok && input == "-" {
		return f.Stat()
	}
	return os.Stat(input)
}

// isTerminal reports whether w is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of the terminal o; 0 where it is none.
func (o *output) width(stdout io.Writer) int {
	f := o.file
	if f == nil {
		f, _ = stdout.(*os.File)
	}
	if !o.tty || f == nil {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// writeCode returns the exit code of a run that would have ended with code, had
// its output not failed with err. A reader that went away is no failure.
func writeCode(code int, err error) (int, error) {
	var changed *driver.ChangedError
	var step *timeline.StepError
	var host *timeline.HostError
	var moment *timeline.MomentError
	switch {
	case err == nil:
		return code, nil
	case errors.As(err, &changed): // it is the input that failed
		return 0, err
	case errors.As(err, &step):
		return 0, &usageError{text: step.Error()}
	case errors.As(err, &host):
		return 0, &usageError{text: host.Error()}
	case errors.As(err, &moment):
		return 0, &usageError{text: moment.Error()}
	case errors.Is(err, syscall.EPIPE):
		return exitOK, nil
	}
	return 0, fmt.Errorf("output: %w", err)
}
