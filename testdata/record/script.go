//go:build record

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A script is what a program does with one connection: steps, divided by
// spaces, some with an argument after a colon.
//
//	send:N       write N octets
//	get          write an HTTP/1.1 GET request
//	begin        write the beginning of one
//	post         write a POST request for /up without most of its body
//	big          write a GET request for /big
//	ping         write a PING of redis
//	recv:N       read N octets
//	some         read once, whatever there is
//	eof          read until the other side closes or resets
//	wait:D       sleep
//	at:D         sleep until D after the start of the scenario
//	shut         shutdown(SHUT_WR)
//	close        close
//	linger0      make close send RST (SO_LINGER with time 0)
//	keepalive    probe an idle connection after 1 s, each second, three times
//
// A connection that its script does not close stays open. A step that fails
// on a connection that the other side ended is no error: the script goes on.
var steps = map[string]func(r role, c *net.TCPConn, arg string) error{
	"send": func(_ role, c *net.TCPConn, arg string) error { return send(c, make([]byte, number(arg))) },
	"get": func(_ role, c *net.TCPConn, _ string) error {
		return send(c, []byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"))
	},
	"begin": func(_ role, c *net.TCPConn, _ string) error { return send(c, []byte("GET / HTTP/1.1\r\nHost: exa")) },
	"post": func(_ role, c *net.TCPConn, _ string) error {
		return send(c, []byte("POST /up HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1000\r\n\r\nabc"))
	},
	"big": func(_ role, c *net.TCPConn, _ string) error {
		return send(c, []byte("GET /big HTTP/1.1\r\nHost: example.com\r\n\r\n"))
	},
	"ping": func(_ role, c *net.TCPConn, _ string) error { return send(c, []byte("PING\r\n")) },
	"recv": func(_ role, c *net.TCPConn, arg string) error {
		_, err := io.ReadFull(c, make([]byte, number(arg)))
		return err
	},
	"some":  func(_ role, c *net.TCPConn, _ string) error { _, err := c.Read(make([]byte, 64<<10)); return err },
	"eof":   func(_ role, c *net.TCPConn, _ string) error { _, err := io.Copy(io.Discard, c); return err },
	"wait":  func(_ role, _ *net.TCPConn, arg string) error { time.Sleep(duration(arg)); return nil },
	"at":    func(r role, _ *net.TCPConn, arg string) error { time.Sleep(untilAt(r, arg)); return nil },
	"shut":  func(_ role, c *net.TCPConn, _ string) error { return c.CloseWrite() },
	"close": func(_ role, c *net.TCPConn, _ string) error { return c.Close() },

	"linger0": func(_ role, c *net.TCPConn, _ string) error { return c.SetLinger(0) },
	"keepalive": func(_ role, c *net.TCPConn, _ string) error {
		return c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 3})
	},
}

// kept holds the connections that scripts left open: the collector would
// close them.
var kept sync.Map

func runScript(r role, c *net.TCPConn) {
	kept.Store(c, nil)
	for _, word := range strings.Fields(r.Script) {
		name, arg, _ := strings.Cut(word, ":")
		step, ok := steps[name]
		if !ok {
			fmt.Fprintf(os.Stderr, "%s: no step %q\n", r.Kind, word)
			os.Exit(1)
		}
		_ = step(r, c, arg) // it fails where the other side ended the connection, which is often the point
	}
}

func send(c *net.TCPConn, b []byte) error {
	_, err := c.Write(b)
	return err
}

func number(arg string) int {
	n, err := strconv.Atoi(arg)
	if err != nil {
		panic(err)
	}
	return n
}

func duration(arg string) time.Duration {
	d, err := time.ParseDuration(arg)
	if err != nil {
		panic(err)
	}
	return d
}

func untilAt(r role, arg string) time.Duration {
	return time.Until(time.Unix(0, r.Start).Add(duration(arg)))
}

// runListen runs the script for each connection it accepts.
func runListen(r role) error {
	l, err := listenTCP(r)
	if err != nil {
		return err
	}
	fmt.Println(ready)
	if r.Deaf {
		kept.Store(l, nil)
		return nil
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go runScript(r, c.(*net.TCPConn))
	}
}

func listenTCP(r role) (net.Listener, error) {
	config := net.ListenConfig{KeepAlive: -1, Control: r.control}
	config.SetMultipathTCP(false)
	return config.Listen(context.Background(), "tcp", r.Addr)
}

// runDial makes Count connections and runs the script for each.
func runDial(r role) error {
	fmt.Println(ready)
	for range r.Count {
		go func() {
			c, err := dialTCP(r)
			if err == nil {
				runScript(r, c)
			}
		}()
		time.Sleep(r.Stagger)
	}
	return nil
}

// dialTCP dials, after the script's "at:" if it begins with one.
func dialTCP(r role) (*net.TCPConn, error) {
	if first, arg, _ := strings.Cut(firstWord(r.Script), ":"); first == "at" {
		time.Sleep(untilAt(r, arg))
	}
	d := net.Dialer{KeepAlive: -1, Timeout: r.DialTimeout, Control: r.control}
	d.SetMultipathTCP(false)
	if r.LocalAddr != "" {
		local, err := net.ResolveTCPAddr("tcp", r.LocalAddr)
		if err != nil {
			return nil, err
		}
		d.LocalAddr = local
	}
	c, err := d.Dial("tcp", r.Addr)
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

func firstWord(script string) string {
	word, _, _ := strings.Cut(script, " ")
	return word
}

// control sets what must be set before a socket connects or listens.
func (r role) control(_, _ string, raw syscall.RawConn) error {
	var err error
	set := func(fd uintptr, level, option, value int) {
		if err == nil {
			err = unix.SetsockoptInt(int(fd), level, option, value)
		}
	}
	ctrlErr := raw.Control(func(fd uintptr) {
		set(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
		if r.ReceiveBuffer != 0 {
			set(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, r.ReceiveBuffer)
		}
		if r.SendBuffer != 0 {
			set(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, r.SendBuffer)
		}
		if r.ISN != 0 { // a socket under repair lets its next sequence number be chosen
			set(fd, unix.SOL_TCP, unix.TCP_REPAIR, 1)
			set(fd, unix.SOL_TCP, unix.TCP_REPAIR_QUEUE, 2) // TCP_SEND_QUEUE
			set(fd, unix.SOL_TCP, unix.TCP_QUEUE_SEQ, int(int32(r.ISN)))
			set(fd, unix.SOL_TCP, unix.TCP_REPAIR, 0)
		}
	})
	if ctrlErr != nil {
		return ctrlErr
	}
	return err
}
