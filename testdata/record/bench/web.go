//go:build record

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const address = "127.0.0.1:8080"

// pageLines make a page as long as the one that nginx comes with.
const pageLines = 47

const nginxConf = `daemon off;
user root;
worker_processes auto;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 4096; }
http {
	access_log off;
	keepalive_requests 1000000;
	server {
		listen ` + address + ` backlog=4096;
		root %[1]s;
	}
}
`

// recordWeb records web.pcap, and cuts web2m.pcap off it.
func recordWeb(dir string, closing, keeping time.Duration) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	// What is started from this thread stays in the namespace.
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := exec.Command("ip", "link", "set", "lo", "up").Run(); err != nil {
		return fmt.Errorf("ip: %w", err)
	}
	stop, err := startNginx()
	if err != nil {
		return err
	}
	defer stop()
	web := filepath.Join(dir, "web.pcap")
	if err := captureTo(web, func() error {
		if err := wrk(closing, "-H", "Connection: close"); err != nil {
			return err
		}
		return wrk(keeping)
	}); err != nil {
		return err
	}
	return exec.Command("tcpdump", "-Z", "root", "-r", web, "-c", "2000000", "-w", filepath.Join(dir, "web2m.pcap")).Run()
}

func startNginx() (stop func(), err error) {
	tmp, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	conf := filepath.Join(tmp, "nginx.conf")
	err = errors.Join(
		os.WriteFile(conf, fmt.Appendf(nil, nginxConf, tmp), 0o600),
		os.WriteFile(filepath.Join(tmp, "index.html"), bytes.Repeat([]byte("hello, world\n"), pageLines), 0o600),
	)
	if err != nil {
		return nil, err
	}
	nginx := exec.Command("nginx", "-p", tmp, "-c", conf)
	nginx.Stderr = os.Stderr
	if err := nginx.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		nginx.Process.Signal(unix.SIGTERM)
		nginx.Wait()
		os.RemoveAll(tmp)
	}
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return nil, errors.New("nginx does not answer")
}

// wrk loads the server for a while.
func wrk(d time.Duration, more ...string) error {
	args := append([]string{"-t2", "-c64", fmt.Sprintf("-d%ds", int(d.Seconds()))}, more...)
	cmd := exec.Command("wrk", append(args, "http://"+address+"/")...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// captureTo captures what happens on lo while traffic runs. It is an error if the
// kernel drops packets.
func captureTo(path string, traffic func() error) error {
	// A buffer of 2 GB outlasts moments in which the disk is slow.
	tcpdump := exec.Command("tcpdump", "-i", "lo", "-n", "-Z", "root", "-B", "2000000", "-w", path)
	stderr, err := tcpdump.StderrPipe()
	if err != nil {
		return err
	}
	if err := tcpdump.Start(); err != nil {
		return err
	}
	said := bufio.NewReader(stderr)
	if line, err := said.ReadString('\n'); err != nil || !strings.Contains(line, "listening on") {
		tcpdump.Process.Kill()
		return fmt.Errorf("tcpdump: %s", strings.TrimSpace(line))
	}
	err = traffic()
	time.Sleep(2 * time.Second) // for what is in the buffer still
	tcpdump.Process.Signal(unix.SIGINT)
	rest, _ := io.ReadAll(said)
	fmt.Printf("%s", rest)
	if err := errors.Join(err, tcpdump.Wait()); err != nil {
		return err
	}
	if !strings.Contains(string(rest), "\n0 packets dropped by kernel") {
		return errors.New("packets were dropped: make less traffic at a time, or idle cores")
	}
	return nil
}
