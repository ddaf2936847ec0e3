package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"finwait/reassembly/traffic"
)

// serverPort, in the environment, makes of the tests a runner in a process of its own.
const serverPort = "FINWAIT_BEAM_RUNNER"

// serve is a runner until standard input ends.
func serve(port string) int {
	n, err := strconv.Atoi(port)
	if err == nil {
		_, err = prism.CreateJobServer(context.Background(), prism.Options{Port: n})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// TestUniversalRunner: the runner is a process of its own, to which the pipeline is sent.
func TestUniversalRunner(t *testing.T) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil || l.Close() != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(self)
	server.Env = append(os.Environ(), serverPort+"="+port)
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stdin.Close()
		_ = server.Wait()
	}()
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Fatal("the runner did not start")
	}
	endpoint, environment := *jobopts.Endpoint, *jobopts.EnvironmentType
	defer func() { *jobopts.Endpoint, *jobopts.EnvironmentType = endpoint, environment }()
	*jobopts.Endpoint, *jobopts.EnvironmentType = "localhost:"+port, "LOOPBACK"

	s := traffic.Mix(200)
	s.Tuples = 70
	files := cut(t, madeUp(t, s), 5, 0)
	settings := Settings{Join: true, Format: "jsonl", Output: filepath.Join(t.TempDir(), "out")}
	p := beam.NewPipeline()
	build(p.Root(), settings, files)
	if _, err := beam.Run(t.Context(), "universal", p); err != nil {
		t.Fatal(err)
	}
	equal(t, settings.Output, files...)
}
