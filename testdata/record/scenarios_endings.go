//go:build record

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// virtualIPv4 is an address of the server's that its kernel translates to the other, and
// not back.
const virtualIPv4 = "10.77.0.202"

// conntrackSysctls let a host's connection tracking forget what was idle for 2 s, and pick
// nothing up again.
var conntrackSysctls = []string{"net.netfilter.nf_conntrack_tcp_timeout_established=2", "net.netfilter.nf_conntrack_tcp_loose=0"}

// endingScenarios are those in which a connection ends for a reason outside of it, or never
// gets under way.
var endingScenarios = []scenario{
	{
		name:   "answer-from-elsewhere",
		shows:  "the server's kernel translates the destination of the SYN and not the source of the answer (stateless NAT): the client resets it",
		client: "SYN-SENT",
		run: func(l *lab) {
			l.must(l.server.ns.run("ip addr add " + virtualIPv4 + "/32 dev eth0"))
			for _, line := range []string{
				"nft add table ip oneway",
				"nft add chain ip oneway in { type filter hook prerouting priority raw ; }",
				"nft add rule ip oneway in ip daddr " + virtualIPv4 + " ip daddr set " + serverIPv4 + " notrack",
			} {
				l.must(l.server.ns.run(line))
			}
			l.serve("recv:100 send:200 eof close")
			l.run(l.client, role{Kind: dialing, Addr: virtualIPv4 + ":8080", Count: 2, Stagger: connectionStagger, DialTimeout: 600 * time.Millisecond, Script: "close"})
			l.until(2500 * time.Millisecond)
		},
	},
	{
		name:   "conntrack-forgets",
		shows:  "the server's connection tracking forgets what was idle for 2 s, and a firewall drops what it then calls invalid",
		client: "ESTABLISHED",
		server: "ESTABLISHED",
		run:    forgetting("DROP"),
	},
	{
		name:   "conntrack-resets",
		shows:  "the server's connection tracking forgets what was idle for 2 s, and a firewall resets what it then calls invalid",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED",
		run:    forgetting("REJECT --reject-with tcp-reset"),
	},
	{
		name:   "listener-closed",
		shows:  "a listener that never accepted is closed: its kernel resets all connections that waited, at one instant",
		client: "ESTABLISHED CLOSED",
		run:    killing(role{Kind: listening, Deaf: true}, 4, "send:100 eof close", time.Second),
	},
	{
		name:   "server-killed",
		shows:  "SIGKILL of a Go HTTP server before it answers: the request was read, so its kernel sends a FIN",
		client: "ESTABLISHED",
		server: "ESTABLISHED",
		run:    killing(role{Kind: httpServer, Handler: 10 * time.Second}, 3, "get eof close", 700*time.Millisecond),
	},
	{
		name:    "server-killed-answering",
		shows:   "SIGKILL of a Go HTTP server in the middle of its answers",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run:     killing(role{Kind: httpServer, Handler: 10 * time.Second, Early: 300, Body: 2000}, 3, "get eof close", 700*time.Millisecond),
	},
	{
		name:   "server-killed-unread",
		shows:  "SIGKILL of a server that had not read the request: its kernel sends an RST",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run:    killing(role{Kind: listening, Script: "wait:10s"}, 3, "get eof close", 700*time.Millisecond),
	},
	{
		name:   "write-timeout",
		shows:  "a Go HTTP server whose WriteTimeout of 500 ms ends before its handlers return after 800 ms: a FIN and no answer",
		client: "ESTABLISHED",
		server: "ESTABLISHED",
		run: func(l *lab) {
			l.run(l.server, role{Kind: httpServer, Addr: ":8080", Handler: 800 * time.Millisecond, Body: 6000, WriteTimeout: 500 * time.Millisecond})
			l.dial(3, "get eof close")
			l.until(1500 * time.Millisecond)
		},
	},
	{
		name:    "slow-request",
		shows:   "haproxy answers requests that are not whole after 700 ms with 408 and a FIN",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.haproxy("timeout http-request 700ms\ntimeout client 5s")
			l.run(l.client, role{Kind: dialing, Addr: ":80", Count: 4, Stagger: 40 * time.Millisecond, Script: "begin eof close"})
			l.until(1500 * time.Millisecond)
		},
	},
	{
		name:    "body-never-comes",
		shows:   "nginx closes without an answer when the body of a request does not come (client_body_timeout 1s)",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.nginxMaster("client_body_timeout 1s; location /up { proxy_pass http://127.0.0.1:9; }")
			l.run(l.client, role{Kind: dialing, Addr: ":80", Count: 4, Stagger: 60 * time.Millisecond, Script: "post eof close"})
			l.until(1900 * time.Millisecond)
		},
	},
	{
		name:    "client-killed-uploading",
		shows:   "SIGKILL of clients in the middle of an upload: their kernel sends FINs, and the request never is whole",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.nginxMaster("location /up { proxy_pass http://127.0.0.1:9; }")
			l.run(l.client, role{Kind: dialing, Addr: ":80", Count: 3, Stagger: 60 * time.Millisecond, Script: "post " + strings.Repeat("wait:20ms send:20 ", 30) + "eof close"})
			l.until(600 * time.Millisecond)
			l.kill(l.latest(l.client))
			l.until(time.Second)
		},
	},
	{
		name:    "client-does-not-read",
		shows:   "clients have no room for more of a large answer, and nginx resets the connections (send_timeout 1s, reset_timedout_connection)",
		snaplen: 160,
		client:  "ESTABLISHED CLOSED",
		server:  "ESTABLISHED CLOSED",
		run: func(l *lab) {
			l.must(os.WriteFile(filepath.Join(l.dir, "big"), make([]byte, 8<<20), 0o644))
			l.nginxMaster(fmt.Sprintf("send_timeout 1s; reset_timedout_connection on; sendfile off; location /big { alias %s/big; }", l.dir))
			l.run(l.client, role{Kind: dialing, Addr: ":80", Count: 3, Stagger: 150 * time.Millisecond, ReceiveBuffer: 4096, Script: "big some wait:3s close"})
			l.until(2 * time.Second)
		},
	},
	{
		name:   "idle-checked-seldom",
		shows:  "redis closes idle clients when it looks at them once a second (timeout 1): several at one instant, and no two waits alike",
		client: "ESTABLISHED",
		server: "ESTABLISHED",
		run: func(l *lab) {
			l.redis("--timeout 1")
			l.run(l.client, role{Kind: dialing, Addr: ":6379", Count: 6, Stagger: 130 * time.Millisecond, Script: "ping some eof close"})
			l.until(3500 * time.Millisecond)
		},
	},
	{
		name:   "early-response",
		shows:  "a server answers an upload at its beginning and closes: the rest meets RSTs",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run:    talk(3, "send:40000 wait:200ms send:40000 some close", "recv:1000 send:200 wait:100ms close", time.Second),
	},
	{
		name:   "socket-killed",
		shows:  "an operator's ss -K ends the server's sockets: RST,ACK out of nothing",
		client: "ESTABLISHED CLOSED",
		server: "ESTABLISHED CLOSED",
		run: func(l *lab) {
			l.serve("recv:100 send:200 eof close")
			l.dial(3, "send:100 recv:200 eof close")
			l.until(700 * time.Millisecond)
			l.must(l.server.ns.run("ss -K dst " + clientIPv4))
			l.until(1200 * time.Millisecond)
		},
	},
	{
		name:   "idle-under-a-second",
		shows:  "a Go HTTP server with an IdleTimeout of 400 ms closes what a client keeps",
		client: "ESTABLISHED",
		server: "ESTABLISHED",
		run: func(l *lab) {
			l.run(l.server, role{Kind: httpServer, Addr: ":8080", Body: 100, IdleTimeout: 400 * time.Millisecond})
			l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: 5, Stagger: 50 * time.Millisecond, Script: "get some eof close"})
			l.until(1500 * time.Millisecond)
		},
	},
	{
		name:    "node-keep-alive",
		shows:   "node with a keepAliveTimeout of 1 s closes what a client keeps: a second later than told",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.node("const s = require('http').createServer((q, r) => r.end('ok\\n')); s.keepAliveTimeout = 1000; s.listen(8080, '10.77.0.2', () => console.log('ready'))")
			l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: 4, Stagger: 60 * time.Millisecond, Script: "get some eof close"})
			l.until(3500 * time.Millisecond)
		},
	},
	{
		name:    "tls-close-notify",
		shows:   "a TLS server says close_notify before its FIN when a connection was idle for 500 ms",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.run(l.server, role{Kind: httpServer, Addr: ":8080", Body: 100, IdleTimeout: 500 * time.Millisecond, TLS: true})
			l.run(l.client, role{Kind: httpClient, Addr: ":8080", Count: 3, TLS: true})
			l.until(1500 * time.Millisecond)
		},
	},
	{
		name:    "reload",
		shows:   "nginx reloads while connections are idle: its old worker closes them all at once, long before keepalive_timeout",
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.nginxMaster("keepalive_timeout 60s;")
			l.run(l.client, role{Kind: dialing, Addr: ":80", Count: 6, Stagger: 150 * time.Millisecond, Script: "get some eof close"})
			l.until(1600 * time.Millisecond)
			l.signal(l.latest(l.server), "HUP")
			l.until(2600 * time.Millisecond)
		},
	},
	{
		name:    "reload-under-load",
		shows:   "nginx reloads while clients ask again and again across a path with 20 ms of delay: its old worker closes all idle connections at once, and requests cross its FINs",
		path:    path{delay: 20 * time.Millisecond},
		snaplen: 512,
		client:  "ESTABLISHED",
		server:  "ESTABLISHED",
		run: func(l *lab) {
			l.nginxMaster("keepalive_timeout 60s;")
			l.run(l.client, role{Kind: httpClient, Addr: ":80", Count: 8, Stagger: 17 * time.Millisecond, Times: 12, Pause: 35 * time.Millisecond})
			l.until(900 * time.Millisecond)
			l.signal(l.latest(l.server), "HUP")
			l.until(1900 * time.Millisecond)
		},
	},
}

// forgetting runs connections that are idle for longer than the server's connection tracking
// remembers; then a firewall does to what comes whatever the target says.
func forgetting(target string) func(*lab) {
	return func(l *lab) {
		l.iptables(l.server, "-A INPUT -p tcp -m conntrack --ctstate INVALID -j "+target)
		l.must(l.server.ns.do(func() error { return setSysctls(conntrackSysctls) }))
		l.serve("recv:100 send:200 eof close")
		l.dial(2, "send:100 recv:200 wait:4s send:100 eof")
		l.until(9 * time.Second)
	}
}

// killing kills a server while clients wait for it.
func killing(server role, clients int, script string, at time.Duration) func(*lab) {
	server.Addr = ":8080"
	return func(l *lab) {
		l.run(l.server, server)
		program := l.latest(l.server)
		l.dial(clients, script)
		l.until(at)
		l.kill(program)
		l.until(at + 500*time.Millisecond)
	}
}

// latest returns the program that was started last on a host.
func (l *lab) latest(h *host) *exec.Cmd {
	if len(h.started) == 0 {
		return nil
	}
	return h.started[len(h.started)-1]
}

// kill ends a program of the scenario.
func (l *lab) kill(cmd *exec.Cmd) {
	if l.err == nil && cmd != nil {
		l.must(cmd.Process.Kill())
	}
}

// signal sends a signal by its name.
func (l *lab) signal(cmd *exec.Cmd, name string) {
	if l.err == nil && cmd != nil {
		l.must(exec.Command("kill", "-"+name, fmt.Sprint(cmd.Process.Pid)).Run())
	}
}

// haproxy runs haproxy at the server with the given lines in its defaults.
func (l *lab) haproxy(lines string) {
	if l.err != nil {
		return
	}
	conf := filepath.Join(l.dir, "haproxy.cfg")
	l.must(os.WriteFile(conf, []byte("defaults\nmode http\ntimeout connect 1s\ntimeout server 5s\n"+lines+
		"\nfrontend f\nbind :80\nhttp-request return status 200\n"), 0o644))
	_, err := l.server.start(exec.Command("haproxy", "-db", "-f", conf))
	l.must(err)
	time.Sleep(300 * time.Millisecond) // it does not say when it listens
}

// redis runs redis at the server with more options.
func (l *lab) redis(options string) {
	if l.err != nil {
		return
	}
	args := "--port 6379 --protected-mode no --save  --bind " + serverIPv4 + " --dir " + l.dir + " " + options
	cmd := exec.Command("redis-server", strings.Split(args, " ")...)
	cmd.Stderr = os.Stderr
	out, err := l.server.start(cmd)
	l.must(err)
	if l.err == nil {
		l.must(waitLine(out, "Ready to accept connections"))
	}
}

// node runs a script at the server that says when it is ready.
func (l *lab) node(script string) {
	if l.err == nil {
		l.must(l.server.startReady(exec.Command("node", "-e", script)))
	}
}

// nginxMaster is nginx with a master process, which can reload.
func (l *lab) nginxMaster(lines string) {
	if l.err != nil {
		return
	}
	conf := filepath.Join(l.dir, "nginx.conf")
	l.must(os.WriteFile(conf, []byte(fmt.Sprintf(`daemon off; user root; worker_processes 1; pid %s/nginx.pid; error_log stderr error;
events {}
http { access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s;
uwsgi_temp_path %[1]s; scgi_temp_path %[1]s; server { listen 80; %s location / { return 200 "ok\n"; } } }
`, l.dir, lines)), 0o644))
	_, err := l.server.start(exec.Command("nginx", "-p", l.dir, "-c", conf))
	l.must(err)
	time.Sleep(300 * time.Millisecond) // it does not say when it listens
}

// selfSigned returns a listener that speaks TLS, with a certificate of its own.
func selfSigned(l net.Listener) (net.Listener, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}), nil
}

// schemeOf is that of the URLs that a role asks for.
func schemeOf(r role) string {
	if r.TLS {
		return "https://"
	}
	return "http://"
}
