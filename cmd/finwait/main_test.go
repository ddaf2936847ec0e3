package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"finwait/reassembly/pktscript"
)

var update = flag.Bool("update", false, "write the expected outputs anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"finwait": main})
}

// TestScripts runs testdata/script. Besides testscript's own commands there are
//
//	pcap OUT SCRIPT...     writes captures from packet scripts, one after the other
//	gzip OUT FILE          compresses
//	cut FILE N             takes N octets off the end
//	corrupt FILE N         makes the length of the Nth packet impossible
//	copies DIR N FILE      writes N copies of a file into a new directory
//	part OUT FILE M N      writes the Mth to the Nth packet of a capture
//	exit CODE PROGRAM...   runs a program that must end with that code
//	away CODE PROGRAM...   the same, where the reader of its output goes away at once
//	full CODE PROGRAM...   the same, where its output is a disk that is full
//	insist CODE PROGRAM... the same, interrupted twice while nobody reads its output
//	interrupt CODE FILE PROGRAM...  the same, fed with FILE and interrupted while it waits for more
//	hangup CODE FILE PROGRAM...     the same, where its terminal goes away
//	terminate CODE FILE PROGRAM...  the same, where it is told to end
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "full-disk":
				_, err := os.Stat("/dev/full")
				return err == nil, nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"pcap":      writePcap,
			"gzip":      compress,
			"cut":       cutFile,
			"corrupt":   corrupt,
			"part":      part,
			"copies":    copies,
			"exit":      exitWith,
			"away":      readerAway,
			"full":      diskFull,
			"interrupt": interrupt,
			"hangup":    hangup,
			"terminate": terminate,
			"insist":    insist,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "")
			testdata, err := filepath.Abs(filepath.Join(root, "testdata"))
			env.Setenv("TESTDATA", testdata)
			return err
		},
	})
}

func writePcap(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	for i, name := range args[1:] {
		script, err := pktscript.Parse(name, []byte(ts.ReadFile(name)))
		ts.Check(err)
		var one bytes.Buffer
		ts.Check(script.Write(&one))
		if i > 0 {
			one.Next(24) // the file header
		}
		_, err = one.WriteTo(f)
		ts.Check(err)
	}
}

func compress(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	z := gzip.NewWriter(f)
	_, err = io.WriteString(z, ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(z.Close())
}

func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	info, err := os.Stat(name)
	ts.Check(err)
	ts.Check(os.Truncate(name, info.Size()-int64(number(ts, args[1]))))
}

func corrupt(ts *testscript.TestScript, _ bool, args []string) {
	text := []byte(ts.ReadFile(args[0]))
	at := record(text, number(ts, args[1]))
	binary.LittleEndian.PutUint32(text[at+8:], 1<<31)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o666))
}

func copies(ts *testscript.TestScript, _ bool, args []string) {
	dir, text := ts.MkAbs(args[0]), []byte(ts.ReadFile(args[2]))
	ts.Check(os.Mkdir(dir, 0o777))
	for i := range number(ts, args[1]) {
		binary.LittleEndian.PutUint32(text[12:], uint32(i)) // sigfigs, which nobody reads: no two are the same
		ts.Check(os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.pcap", i)), text, 0o666))
	}
}

func part(ts *testscript.TestScript, _ bool, args []string) {
	text := []byte(ts.ReadFile(args[1]))
	from, to := record(text, number(ts, args[2])), record(text, number(ts, args[3])+1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(bytes.Clone(text[:24]), text[from:to]...), 0o666))
}

// record returns where the nth packet of a pcap file begins.
func record(text []byte, n int) int {
	at := 24 // octets of the file header
	for range n - 1 {
		at += 16 + int(binary.LittleEndian.Uint32(text[at+8:]))
	}
	return at
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

func exitWith(ts *testscript.TestScript, _ bool, args []string) {
	wantCode(ts, args[0], ts.Exec(args[1], args[2:]...))
}

func wantCode(ts *testscript.TestScript, want string, err error) {
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != number(ts, want) {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

// command prepares a program outside of testscript's care.
func command(ts *testscript.TestScript, args []string) (*exec.Cmd, *bytes.Buffer) {
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if path, err := exec.LookPath(dir + "/" + args[0]); err == nil {
			cmd := exec.Command(path, args[1:]...)
			cmd.Dir = ts.MkAbs(".")
			cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"))
			stderr := new(bytes.Buffer)
			cmd.Stderr = stderr
			return cmd, stderr
		}
	}
	ts.Fatalf("no program %s", args[0])
	return nil, nil
}

func readerAway(ts *testscript.TestScript, _ bool, args []string) {
	cmd, stderr := command(ts, args[1:])
	r, w, err := os.Pipe()
	ts.Check(err)
	ts.Check(r.Close())
	cmd.Stdout = w
	err = cmd.Run()
	ts.Check(w.Close())
	wantCode(ts, args[0], err)
	if stderr.Len() > 0 {
		ts.Fatalf("it should be silent, but says %s", stderr)
	}
}

func diskFull(ts *testscript.TestScript, _ bool, args []string) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	ts.Check(err)
	defer full.Close()
	cmd, stderr := command(ts, args[1:])
	cmd.Stdout = full
	wantCode(ts, args[0], cmd.Run())
	if !strings.Contains(stderr.String(), "no space left") {
		ts.Fatalf("standard error does not tell why: %s", stderr)
	}
}

// insist wants -1 for the code of a program that a signal ended.
func insist(ts *testscript.TestScript, _ bool, args []string) {
	cmd, _ := command(ts, args[1:])
	r, w, err := os.Pipe()
	ts.Check(err)
	defer r.Close()
	cmd.Stdout = w
	ts.Check(cmd.Start())
	ts.Check(w.Close())
	untilAtRest(cmd.Process.Pid) // the pipe is full
	ts.Check(cmd.Process.Signal(os.Interrupt))
	untilAtRest(cmd.Process.Pid)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	wantCode(ts, args[0], cmd.Wait())
}

func interrupt(ts *testscript.TestScript, _ bool, args []string) { signalled(ts, os.Interrupt, args) }

func terminate(ts *testscript.TestScript, _ bool, args []string) {
	signalled(ts, syscall.SIGTERM, args)
}

// hangup interrupts where hangups are ignored, as they are below nohup.
func hangup(ts *testscript.TestScript, neg bool, args []string) {
	if signal.Ignored(syscall.SIGHUP) {
		interrupt(ts, neg, args)
		return
	}
	signalled(ts, syscall.SIGHUP, args)
}

// signalled feeds a program with a file and sends it a signal while it waits for more.
func signalled(ts *testscript.TestScript, by os.Signal, args []string) {
	cmd, stderr := command(ts, args[2:])
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	defer stdin.Close()
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	ts.Check(cmd.Start())
	_, err = io.WriteString(stdin, ts.ReadFile(args[1]))
	ts.Check(err)
	untilAtRest(cmd.Process.Pid) // it has read all
	ts.Check(cmd.Process.Signal(by))
	wantCode(ts, args[0], cmd.Wait())
	ts.Check(os.WriteFile(ts.MkAbs("interrupted.out"), stdout.Bytes(), 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("interrupted.err"), stderr.Bytes(), 0o666))
}
