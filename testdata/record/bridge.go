//go:build record

package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A path says how the two hosts are joined. The zero path is a veth pair.
type path struct {
	bridged bool          // carried by this program, so that it can be broken
	delay   time.Duration // one way
	back    time.Duration // one way to the client, where that differs from delay
	loss    float64       // the probability that a frame with TCP in it is lost
	seed    uint64        // of the losses: the same frames in the same order fare the same
	mtu     int           // cut larger frames as a device with TSO does, and finish checksums; 0 to carry them as they are
	boxes   func() []middlebox
}

func (p path) hasBridge() bool { return p.bridged || p.delay > 0 || p.loss > 0 || p.boxes != nil }

func (p path) delayTo(server bool) time.Duration {
	if !server && p.back > 0 {
		return p.back
	}
	return p.delay
}

// A tcpFrame is what a drop decides on.
type tcpFrame struct {
	toServer bool
	flags    uint8
	payload  int // octets
}

// A drop reports whether the path loses a frame. It is called from both
// directions at once.
type drop func(tcpFrame) bool

// A bridge carries frames between two devices, late and not all of them.
// Only TCP is ever lost.
type bridge struct {
	path path
	drop atomic.Pointer[drop]
	fds  [2]int                   // 0 towards the client, 1 towards the server
	held [2][lanes]chan heldFrame // likewise

	mu    sync.Mutex // of what follows
	boxes []middlebox
	log   []*carried // in the order of their coming
}

type heldFrame struct {
	due  time.Time
	data []byte
	log  *sent // nil for what is no TCP
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
	if b.path.boxes != nil {
		b.boxes = b.path.boxes()
	}
	for to := range b.held {
		for lane := range b.held[to] {
			b.held[to][lane] = make(chan heldFrame, 1<<14)
			go b.send(b.fds[to], b.held[to][lane], stop)
		}
	}
	go b.receive(false, b.fds[1], stop)
	go b.receive(true, b.fds[0], stop)
}

func (b *bridge) receive(toServer bool, fd int, stop <-chan struct{}) {
	defer beInstrument()()
	random := rand.New(rand.NewPCG(b.path.seed, uint64(index(toServer))))
	buf := make([]byte, 1<<17)
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
		now := time.Now()
		frame := append([]byte(nil), buf[:n]...)
		p, ok := parseFrame(frame)
		if !ok {
			b.held[index(toServer)][fastLane] <- heldFrame{now.Add(b.path.delayTo(toServer)), frame, nil}
			continue
		}
		came := &arrival{toServer: toServer, in: now, ip: append([]byte(nil), p.ip...)}
		for _, f := range b.asOnWire(frame) {
			b.carry(came, f, random)
		}
	}
}

// asOnWire returns the frames that one large one is on a wire.
func (b *bridge) asOnWire(frame []byte) [][]byte {
	if b.path.mtu == 0 {
		return [][]byte{frame}
	}
	if p, _ := parseFrame(frame); p.size() <= b.path.mtu {
		p.mend()
	}
	return cut(frame, b.path.mtu)
}

// carry decides what becomes of a frame with TCP in it, logs that and sends on.
func (b *bridge) carry(came *arrival, frame []byte, random *rand.Rand) {
	p, _ := parseFrame(frame)
	log := &carried{from: came, seq: p.seq(), payload: p.payload()}
	t := &transfer{toServer: came.toServer, in: came.in, packet: p, frame: frame, random: random, log: log}
	t.out = []*emission{{toServer: came.toServer, frame: frame}}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, log)
	if b.loses(tcpFrame{came.toServer, p.flags(), p.payload()}, random) {
		t.drop()
	}
	for _, box := range b.boxes {
		box(t)
	}
	for _, e := range t.out {
		s := &sent{toServer: e.toServer, forged: e.forged, ip: e.frame[ethernetHeader:]}
		log.sent = append(log.sent, s)
		due := came.in.Add(e.late)
		if !e.forged {
			due = due.Add(b.path.delayTo(e.toServer))
		}
		b.held[index(e.toServer)][e.lane] <- heldFrame{due, e.frame, s}
	}
}

func (b *bridge) loses(f tcpFrame, random *rand.Rand) bool {
	if b.path.loss > 0 && random.Float64() < b.path.loss {
		return true
	}
	d := b.drop.Load()
	return d != nil && (*d)(f)
}

func (b *bridge) send(fd int, held <-chan heldFrame, stop <-chan struct{}) {
	defer beInstrument()()
	for {
		var f heldFrame
		select {
		case f = <-held:
		case <-stop:
			return
		}
		if wait := time.Until(f.due); wait > 0 {
			ts := unix.NsecToTimespec(int64(wait))
			_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil)
		}
		now := time.Now()
		_, err := unix.Write(fd, f.data) // a frame that cannot be sent is lost, as on any path
		if f.log != nil {
			b.mu.Lock()
			f.log.out, f.log.err = now, err
			b.mu.Unlock()
		}
	}
}

// index is where a direction stands in a list of two.
func index(toServer bool) int {
	if toServer {
		return 1
	}
	return 0
}

// everything loses all TCP.
func everything(tcpFrame) bool { return true }

// first loses the first n frames that d would lose.
func first(n int32, d drop) drop {
	var lost atomic.Int32
	return func(f tcpFrame) bool { return d(f) && lost.Add(1) <= n }
}
