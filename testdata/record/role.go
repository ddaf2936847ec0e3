//go:build record

package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"
)

// roleFlag makes the recorder play a role instead, in the namespace that it
// was started in.
const roleFlag = "-role"

// ready is what a role prints when the scenario may go on.
const ready = "ready"

// Kinds of role.
const (
	listening  = "listen"
	dialing    = "dial"
	httpServer = "http-server"
	httpClient = "http-client"
)

// A role is a program to run on a host. Durations are nanoseconds.
type role struct {
	Kind  string
	Addr  string // listened at, or dialled
	Start int64  // Unix time in nanoseconds that "at:" counts from

	Script        string        // of listen and dial; see script.go
	Count         int           // of connections; 0 means 1
	Stagger       time.Duration // between the starts of two connections
	LocalAddr     string        // dialled from; empty for any
	ReceiveBuffer int           // SO_RCVBUF; 0 for the default
	SendBuffer    int           // SO_SNDBUF; 0 for the default
	Deaf          bool          // listen, but never accept
	ISN           uint32        // of a dialled connection; 0 for the kernel's choice
	DialTimeout   time.Duration

	Handler      time.Duration // how long the http-server's handler takes
	Body         int           // octets in its response
	Early        int           // octets of the response that it sends before it takes its time
	Timeout      time.Duration // of the http-client; 0 for none
	WriteTimeout time.Duration // of the http-server; 0 for none
	IdleTimeout  time.Duration // of the http-server; 0 for none
	TLS          bool          // the http-server and http-client speak TLS

	Times int           // requests per connection; 0 means 1
	Pause time.Duration // between two requests
}

func (r role) encode() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // a role holds plain values only
	}
	return string(b)
}

// runRole plays a role. It returns only on an error: what is still open stays
// open until the process is killed.
func runRole(encoded string) error {
	var r role
	if err := json.Unmarshal([]byte(encoded), &r); err != nil {
		return err
	}
	r.Count, r.Times = max(r.Count, 1), max(r.Times, 1)
	kinds := map[string]func(role) error{
		listening: runListen, dialing: runDial, httpServer: runHTTPServer, httpClient: runHTTPClient,
	}
	run, ok := kinds[r.Kind]
	if !ok {
		return fmt.Errorf("no role %q", r.Kind)
	}
	if err := run(r); err != nil {
		return fmt.Errorf("%s: %w", r.Kind, err)
	}
	select {}
}

// runHTTPServer is a Go server whose handler takes its time and does not look
// at the request's context.
func runHTTPServer(r role) error {
	l, err := listenTCP(r)
	if err != nil {
		return err
	}
	if r.TLS {
		if l, err = selfSigned(l); err != nil {
			return err
		}
	}
	fmt.Println(ready)
	server := http.Server{WriteTimeout: r.WriteTimeout, IdleTimeout: r.IdleTimeout}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if r.Early > 0 {
			_, _ = w.Write(make([]byte, r.Early))
			_ = http.NewResponseController(w).Flush()
		}
		time.Sleep(r.Handler)
		_, _ = w.Write(make([]byte, r.Body))
	})
	return server.Serve(l)
}

// runHTTPClient makes Count parallel requests with one Go client. Each is
// repeated Times times.
func runHTTPClient(r role) error {
	client := &http.Client{Timeout: r.Timeout, Transport: &http.Transport{
		MaxIdleConnsPerHost: r.Count, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // it is the scenario's own server
	}}
	fmt.Println(ready)
	var requests sync.WaitGroup
	for range r.Count {
		requests.Go(func() {
			for i := range r.Times {
				if i > 0 {
					time.Sleep(r.Pause)
				}
				get(client, schemeOf(r)+r.Addr+"/")
			}
		})
		time.Sleep(r.Stagger)
	}
	requests.Wait()
	return nil
}

// get reports failures on standard error only where they are not the point.
func get(client *http.Client, url string) {
	resp, err := client.Get(url)
	if err != nil {
		if !os.IsTimeout(err) {
			fmt.Fprintln(os.Stderr, "http-client:", err)
		}
		return
	}
	defer resp.Body.Close()
	buf := make([]byte, 4096)
	for {
		if _, err := resp.Body.Read(buf); err != nil {
			return
		}
	}
}
