//go:build record

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Addresses of the two hosts. The last octets differ in nothing but the host.
const (
	clientIPv4, serverIPv4 = "10.77.0.1", "10.77.0.2"
	clientIPv6, serverIPv6 = "2001:db8:77::1", "2001:db8:77::2"

	discardPort = 9 // RFC 863
	beatPeriod  = 50 * time.Millisecond
	pairBeat    = 250 * time.Millisecond // of pairs, for small files

	connectionStagger = 5 * time.Millisecond // between the connections of dial
)

// A lab is two hosts, the path between them and the instruments. The methods
// that scenarios call keep the first error and do nothing after it.
type lab struct {
	scenario scenario
	dir      string
	client   *host
	server   *host
	middle   *namespace // nil without a bridge
	bridge   *bridge
	start    time.Time // the moment that scripts count from
	stop     chan struct{}
	beatDone chan struct{}
	err      error
}

func newLab(s scenario, dir string) (*lab, error) {
	l := &lab{scenario: s, dir: dir, stop: make(chan struct{}), beatDone: make(chan struct{})}
	l.client = &host{addr: clientIPv4}
	l.server = &host{addr: serverIPv4}
	if s.ipv6 {
		l.client.addr, l.server.addr = clientIPv6, serverIPv6
	}
	if err := l.build(); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) build() (err error) {
	for _, h := range []*host{l.client, l.server} {
		if h.ns, err = newNamespace(); err != nil {
			return err
		}
		if err := h.ns.do(func() error { return setSysctls(l.sysctls()) }); err != nil {
			return err
		}
	}
	if l.scenario.path.hasBridge() {
		if err := l.buildBridge(); err != nil {
			return err
		}
	} else if err := joinVeth(l.client.ns, "eth0", l.server.ns, "eth0"); err != nil {
		return err
	}
	for i, h := range []*host{l.client, l.server} {
		if err := l.buildHost(h, i+1); err != nil {
			return err
		}
	}
	return nil
}

// sysctls are the scenario's, after those that keep IPv6 from chatting.
func (l *lab) sysctls() []string {
	quiet := "net.ipv6.conf.default.disable_ipv6=1"
	if l.scenario.ipv6 {
		quiet = "net.ipv6.conf.default.disable_ipv6=0"
	}
	return append([]string{
		quiet, "net.ipv6.conf.default.accept_dad=0",
		"net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.default.router_solicitations=0",
	}, l.scenario.sysctls...)
}

func setSysctls(assignments []string) error {
	for _, a := range assignments {
		if err := setSysctl(a); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) buildBridge() (err error) {
	if l.middle, err = newNamespace(); err != nil {
		return err
	}
	return l.middle.do(func() error {
		if err := setSysctl("net.ipv6.conf.default.disable_ipv6=1"); err != nil {
			return err
		}
		for device, h := range map[string]*host{"toclient": l.client, "toserver": l.server} {
			if err := joinVeth(l.middle, device, h.ns, "eth0"); err != nil {
				return err
			}
			if err := l.middle.run("ip link set " + device + " up"); err != nil {
				return err
			}
			if err := l.middle.disableOffload(device); err != nil {
				return err
			}
		}
		l.bridge, err = newBridge(l.scenario.path, "toclient", "toserver")
		return err
	})
}

// buildHost sets up host number n, whose device exists already.
func (l *lab) buildHost(h *host, n int) error {
	length := 24
	if l.scenario.ipv6 {
		length = 64
	}
	if !l.scenario.offload {
		if err := h.ns.disableOffload("eth0"); err != nil {
			return err
		}
	}
	lines := []string{
		"ip link set lo up",
		fmt.Sprintf("ip link set eth0 address 02:00:00:00:77:%02x", n),
		fmt.Sprintf("ip addr add %s/%d dev eth0", h.addr, length),
		"ip link set eth0 up",
	}
	for _, a := range l.scenario.aliases {
		if a.server == (h == l.client) { // nobody answers ARP for it
			lines = append(lines, fmt.Sprintf("ip neigh add %s lladdr 02:00:00:00:77:%02x dev eth0", a.addr, 3-n))
		}
	}
	for _, line := range lines {
		if err := h.ns.run(line); err != nil {
			return err
		}
	}
	if l.scenario.merge && h == l.server {
		if err := h.ns.mergeSegments("eth0"); err != nil {
			return err
		}
	}
	family := uint8(unix.AF_INET)
	if l.scenario.ipv6 {
		family = unix.AF_INET6
	}
	return h.ns.do(func() (err error) {
		h.poller, err = newPoller(family)
		return err
	})
}

// close takes everything down. Namespaces go when nothing is left in them.
func (l *lab) close() {
	close(l.stop)
	for _, h := range []*host{l.client, l.server} {
		h.kill()
		if h.ns != nil {
			h.ns.close()
		}
	}
	if l.middle != nil {
		l.middle.close()
	}
}

// record runs the scenario with all instruments on.
func (l *lab) record() (*truth, error) {
	if l.bridge != nil {
		l.bridge.start(l.stop)
	}
	beatStop := make(chan struct{})
	if err := l.beat(beatStop); err != nil {
		return nil, err
	}
	if !l.scenario.lateCapture {
		l.startCaptures()
	}
	l.client.poller.start()
	l.server.poller.start()
	time.Sleep(2 * l.beatPeriod())
	l.start = time.Now()
	if l.err == nil {
		l.scenario.run(l)
	}
	for _, h := range []*host{l.client, l.server} {
		if err := h.poller.halt(); err != nil && l.err == nil {
			l.err = err
		}
	}
	time.Sleep(3*l.beatPeriod() + l.scenario.path.delay)
	close(beatStop)
	<-l.beatDone
	time.Sleep(beatPeriod + l.scenario.path.delay + l.scenario.path.back)
	if l.err != nil {
		return nil, l.err
	}
	for _, h := range []*host{l.client, l.server} {
		if err := h.tcpdump.stop(); err != nil {
			return nil, err
		}
	}
	return newTruth(l)
}

// startCaptures starts both hosts' captures.
func (l *lab) startCaptures() {
	device, snap := "eth0", 256
	if l.scenario.anyDevice {
		device = "any"
	}
	if l.scenario.snaplen != 0 {
		snap = l.scenario.snaplen
	}
	for side, h := range map[string]*host{"client": l.client, "server": l.server} {
		l.must(h.capture(device, snap, filepath.Join(l.dir, l.scenario.captureFile(side))))
	}
}

// beat sends a datagram to the server's discard port every beatPeriod, where
// a socket takes it in, until stop is closed. It returns when one has arrived.
func (l *lab) beat(stop <-chan struct{}) error {
	to := &net.UDPAddr{IP: net.ParseIP(l.server.addr), Port: discardPort}
	from := &net.UDPAddr{IP: net.ParseIP(l.client.addr), Port: discardPort}
	var sink, conn *net.UDPConn
	err := l.server.ns.do(func() (err error) { sink, err = net.ListenUDP("udp", to); return err })
	if err != nil {
		return err
	}
	err = l.client.ns.do(func() (err error) { conn, err = net.DialUDP("udp", from, to); return err })
	if err != nil {
		return err
	}
	if l.scenario.path.mtu > 0 { // the device leaves checksums unfinished, and the bridge finishes those of TCP only
		if err := withoutChecksum(conn); err != nil {
			return err
		}
	}
	go func() {
		defer close(l.beatDone)
		defer sink.Close()
		defer conn.Close()
		for n := 0; ; n++ {
			fmt.Fprintf(conn, "beat %d", n)
			select {
			case <-stop:
				return
			case <-time.After(l.beatPeriod()):
			}
		}
	}()
	// The first to arrive says that links are up and neighbours known.
	if err := sink.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	_, err = sink.Read(make([]byte, 64))
	return err
}

// withoutChecksum makes a socket send datagrams over IPv4 without a checksum.
func withoutChecksum(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NO_CHECK, 1)
	})
	return errors.Join(err, failed)
}

func (l *lab) beatPeriod() time.Duration {
	if l.scenario.pair != nil {
		return pairBeat
	}
	return beatPeriod
}

func (l *lab) must(err error) {
	if l.err == nil {
		l.err = err
	}
}

// until waits until d after the start.
func (l *lab) until(d time.Duration) { time.Sleep(time.Until(l.start.Add(d))) }

// loses sets what the bridge loses from now on; nil for nothing.
func (l *lab) loses(d drop) {
	if d == nil {
		l.bridge.drop.Store(nil)
		return
	}
	l.bridge.drop.Store(&d)
}

// iptables changes a host's firewall; args as for iptables(8).
func (l *lab) iptables(h *host, args string) { l.must(h.ns.run("iptables -w " + args)) }

// run starts a role on a host.
func (l *lab) run(h *host, r role) {
	if l.err != nil {
		return
	}
	self, err := os.Executable()
	l.must(err)
	r.Start = l.start.UnixNano()
	if strings.HasPrefix(r.Addr, ":") { // a port at the server
		r.Addr = net.JoinHostPort(l.server.addr, r.Addr[1:])
	}
	if l.err == nil {
		l.must(h.startReady(exec.Command(self, roleFlag, r.encode())))
	}
}

// serve runs a script at the server for each connection, and dial makes
// connections that run one at the client.
func (l *lab) serve(script string) {
	l.run(l.server, role{Kind: listening, Addr: ":8080", Script: script})
}

func (l *lab) dial(count int, script string) {
	l.run(l.client, role{Kind: dialing, Addr: ":8080", Count: count, Stagger: connectionStagger, Script: script})
}

// nginx runs nginx at the server with the given lines in its http block.
func (l *lab) nginx(lines string) {
	if l.err != nil {
		return
	}
	conf := filepath.Join(l.dir, "nginx.conf")
	l.must(os.WriteFile(conf, []byte(fmt.Sprintf(`daemon off; master_process off; pid %s/nginx.pid; error_log stderr error;
events {}
http { access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s;
uwsgi_temp_path %[1]s; scgi_temp_path %[1]s; server { listen 80; %s location / { return 200 "ok\n"; } } }
`, l.dir, lines)), 0o644))
	_, err := l.server.start(exec.Command("nginx", "-p", l.dir, "-c", conf))
	l.must(err)
	time.Sleep(200 * time.Millisecond) // it does not say when it listens
}
