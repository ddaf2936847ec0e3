package monitoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// captures are what is loaded: no two of them were recorded at the same time.
var captures = []string{
	"go-timeout.pcap", "go-timeout-delayed.pcap", "close-wait-leak.pcap", "ipv6.pcap", "loss.pcap", "time-wait-reuse.pcap", "refused.pcap",
}

// steps are how far apart the moments are; 0 leaves it to finwait.
var steps = []time.Duration{0, 7 * time.Millisecond, time.Second}

// program is finwait as it is built for the tests.
var program string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "finwait-monitoring-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "finwait")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/finwait").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// finwait runs a command and returns what it prints.
func finwait(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("finwait %s: %v\n%s", strings.Join(args, " "), err, &problems)
	}
	return out
}

// timeline returns what finwait timeline writes of a capture.
func timeline(t *testing.T, capture, format string, step time.Duration, args ...string) []byte {
	t.Helper()
	if !filepath.IsAbs(capture) {
		capture = filepath.Join("..", "real", capture)
	}
	args = append([]string{"timeline", "--quiet", "--format", format, capture}, args...)
	if step > 0 {
		args = append(args, "--step", step.String())
	}
	return finwait(t, args...)
}

// row is a line of the JSON Lines.
type row struct {
	Time              time.Time
	Host, Side, State string
	Sockets           int64
}

func rowsOf(t *testing.T, text []byte) (list []row) {
	t.Helper()
	for line := range bytes.Lines(text) {
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// need skips where a program is not installed.
func need(t *testing.T, program, of string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed (package %s): nothing is known of it here", program, of)
	}
}

// run runs a program to its end and returns what it prints.
func run(t *testing.T, stdin string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// start runs a server until the test ends. What it says is shown if the test fails.
func start(t *testing.T, name string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		killed := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		killed.Stop()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s said\n%s", name, said)
		}
		log.Close()
	})
}

// freePort returns a port of the loopback that nobody listens on. Zabbix takes none
// above 32767.
func freePort(t *testing.T) string {
	t.Helper()
	for port := 20000 + os.Getpid()%10000; port < 32768; port++ {
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			l.Close()
			return strconv.Itoa(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

// eventually waits for something to be so.
func eventually(t *testing.T, what string, is func() error) {
	t.Helper()
	err := fmt.Errorf("not tried")
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(100 * time.Millisecond) {
		if err = is(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}
