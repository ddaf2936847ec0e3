//go:build record

package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A path says how the two hosts are joined. The zero path is a veth pair.
type path struct {
	bridged bool          // carried by this program, so that it can be broken
	delay   time.Duration // one way
	loss    float64       // the probability that a frame with TCP in it is lost
	seed    uint64        // of the losses: the same frames in the same order fare the same
}

func (p path) hasBridge() bool { return p.bridged || p.delay > 0 || p.loss > 0 }

// A tcpFrame is what a drop decides on.
type tcpFrame struct {
	toServer bool
	flags    uint8
	payload  int // octets
}

// Bits of tcpFrame.flags.
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// A drop reports whether the path loses a frame. It is called from both
// directions at once.
type drop func(tcpFrame) bool

// A bridge carries frames between two devices, late and not all of them.
// Only TCP is ever lost.
type bridge struct {
	path path
	drop atomic.Pointer[drop]
	fds  [2]int // 0 towards the client, 1 towards the server
}

type heldFrame struct {
	due  time.Time
	data []byte
}

// newBridge opens a bridge in the namespace of the calling thread.
func newBridge(p path, toClient, toServer string) (*bridge, error) {
	b := &bridge{path: p}
	for i, device := range []string{toClient, toServer} {
		fd, err := openDevice(device)
		if err != nil {
			return nil, fmt.Errorf("bridge %s: %w", device, err)
		}
		b.fds[i] = fd
	}
	return b, nil
}

// openDevice opens a raw socket that receives each frame that arrives at the
// device, and none that leaves by it.
func openDevice(name string) (int, error) {
	device, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
		return 0, err
	}
	// A read that ends now and then lets the bridge be taken down.
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100_000}); err != nil {
		return 0, err
	}
	all := uint16(unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8) // network byte order
	return fd, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: device.Index})
}

// start carries frames until stop is closed.
func (b *bridge) start(stop <-chan struct{}) {
	for _, toServer := range []bool{false, true} {
		in, out := b.fds[1], b.fds[0]
		if toServer {
			in, out = out, in
		}
		held := make(chan heldFrame, 1<<14)
		go b.receive(toServer, in, held, stop)
		go b.send(out, held)
	}
}

func (b *bridge) receive(toServer bool, fd int, held chan<- heldFrame, stop <-chan struct{}) {
	defer beInstrument()()
	defer close(held)
	stream := uint64(0)
	if toServer {
		stream = 1
	}
	random := rand.New(rand.NewPCG(b.path.seed, stream))
	buf := make([]byte, 1<<16)
	for {
		n, err := unix.Read(fd, buf)
		select {
		case <-stop:
			return
		default:
		}
		if err != nil {
			continue
		}
		due := time.Now().Add(b.path.delay)
		if b.loses(toServer, buf[:n], random) {
			continue
		}
		held <- heldFrame{due, append([]byte(nil), buf[:n]...)}
	}
}

func (b *bridge) loses(toServer bool, frame []byte, random *rand.Rand) bool {
	f, ok := parseTCP(frame)
	if !ok {
		return false
	}
	f.toServer = toServer
	if b.path.loss > 0 && random.Float64() < b.path.loss {
		return true
	}
	d := b.drop.Load()
	return d != nil && (*d)(f)
}

func (b *bridge) send(fd int, held <-chan heldFrame) {
	defer beInstrument()()
	for f := range held {
		if wait := time.Until(f.due); wait > 0 {
			ts := unix.NsecToTimespec(int64(wait))
			_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil)
		}
		_, _ = unix.Write(fd, f.data) // a frame that cannot be sent is lost, as on any path
	}
}

// parseTCP reads an Ethernet frame with TCP in IPv4, or in IPv6 without
// extension headers: all that these hosts send.
func parseTCP(frame []byte) (tcpFrame, bool) {
	if len(frame) < 14+20 {
		return tcpFrame{}, false
	}
	ip := frame[14:]
	var header, total int
	switch kind := binary.BigEndian.Uint16(frame[12:]); {
	case kind == unix.ETH_P_IP && ip[9] == unix.IPPROTO_TCP:
		header, total = int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
	case kind == unix.ETH_P_IPV6 && ip[6] == unix.IPPROTO_TCP:
		header, total = 40, 40+int(binary.BigEndian.Uint16(ip[4:]))
	default:
		return tcpFrame{}, false
	}
	if len(ip) < header+20 {
		return tcpFrame{}, false
	}
	tcp := ip[header:]
	return tcpFrame{flags: tcp[13], payload: total - header - int(tcp[12]>>4)*4}, true
}

// everything loses all TCP.
func everything(tcpFrame) bool { return true }

// first loses the first n frames that d would lose.
func first(n int32, d drop) drop {
	var lost atomic.Int32
	return func(f tcpFrame) bool { return d(f) && lost.Add(1) <= n }
}
