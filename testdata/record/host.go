//go:build record

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A host is one end of the path: a namespace with an eth0, what runs there,
// and what is recorded there.
type host struct {
	ns      *namespace
	addr    string // of eth0, without prefix length
	poller  *poller
	tcpdump *tcpdump
	started []*exec.Cmd
}

// start starts a program on the host and returns its standard output. The
// program dies with the recorder, at the latest.
func (h *host) start(cmd *exec.Cmd) (io.Reader, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := h.ns.do(cmd.Start); err != nil {
		return nil, err
	}
	h.started = append(h.started, cmd)
	return stdout, nil
}

// startReady starts a program and waits for its first line of output.
func (h *host) startReady(cmd *exec.Cmd) error {
	stdout, err := h.start(cmd)
	if err != nil {
		return err
	}
	return waitLine(stdout, ready)
}

// waitLine waits for a line that contains text, and lets the rest of r go by.
func waitLine(r io.Reader, text string) error {
	found := make(chan error, 1)
	go func() {
		in := bufio.NewScanner(r)
		var seen []string
		for in.Scan() {
			if strings.Contains(in.Text(), text) {
				found <- nil
				_, _ = io.Copy(io.Discard, r)
				return
			}
			seen = append(seen, in.Text())
		}
		found <- fmt.Errorf("ended early: %s", strings.Join(seen, "; "))
	}()
	select {
	case err := <-found:
		return err
	case <-time.After(10 * time.Second):
		return fmt.Errorf("no %q within 10 s", text)
	}
}

// kill ends what was started on the host with what that started, such as nginx's workers, and
// nothing else.
func (h *host) kill() {
	for _, cmd := range h.started {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
	h.started = nil
}

// A tcpdump is a running capture.
type tcpdump struct {
	cmd    *exec.Cmd
	stderr io.Reader
	device string
	snap   int
}

// capture starts a tcpdump on the host and returns when it listens. Immediate
// mode hands over each packet at once: nothing is left in the ring at the end.
func (h *host) capture(device string, snap int, file string) error {
	stderr, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command("tcpdump", "-i", device, "-s", fmt.Sprint(snap), "-w", file, "-Z", "root",
		"-n", "-U", "--immediate-mode", "--time-stamp-precision=nano")
	cmd.Stderr = w
	_, err = h.start(cmd)
	w.Close()
	if err != nil {
		return err
	}
	lines := bufio.NewReader(stderr)
	h.tcpdump = &tcpdump{cmd: cmd, stderr: lines, device: device, snap: snap}
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("tcpdump did not start: %w", err)
		}
		if strings.Contains(line, "listening on") {
			return nil
		}
	}
}

// stop ends the capture and reports whether the kernel lost packets of it.
func (t *tcpdump) stop() error {
	if err := t.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	said, err := io.ReadAll(t.stderr)
	if err != nil {
		return err
	}
	if !strings.Contains(string(said), "\n0 packets dropped by kernel") {
		return errors.New("tcpdump lost packets: " + strings.Join(strings.Fields(string(said)), " "))
	}
	return nil
}
