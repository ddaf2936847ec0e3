//go:build record

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// stateNames gives the kernel's states (enum in net/tcp_states.h) the spelling
// of RFC 9293. Index 0 stands for "no such socket".
var stateNames = [...]string{
	"CLOSED", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",
	"TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED",
}

const (
	stateClosed   = 0
	stateFinWait2 = 5
	stateTimeWait = 6
	// polledStates asks for every state but CLOSE and LISTEN, as a mask of 1<<state.
	polledStates = 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<6 | 1<<8 | 1<<9 | 1<<11 | 1<<12
	pollPeriod   = time.Millisecond
)

// socketID names a socket as its own host does.
type socketID struct{ local, remote netip.AddrPort }

// A change is a socket found in a state in which the poll before had not
// found it. It happened after from and not after at.
type change struct {
	from, at time.Time
	state    uint8
}

// A socketLog is what a poller saw of one socket.
type socketLog struct {
	id       socketID
	changes  []change
	orphaned time.Time // when no descriptor referred to it any more; zero if never seen so
	attached bool
	poll     int    // the last poll that found it
	missing  change // the poll that did not find it, if that was the latest; else zero
}

// A poller asks one kernel, again and again, for the state of its TCP sockets.
type poller struct {
	fd      int
	request []byte
	buf     []byte
	stop    atomic.Bool
	done    chan error

	sockets map[socketID]*socketLog
	polls   int
	before  time.Time // when the current poll began
	since   time.Time // when the one before it began
	times   []time.Time
}

// newPoller opens a poller in the namespace of the calling thread. The family
// is that of the sockets to look at.
func newPoller(family uint8) (*poller, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("sock_diag: %w", err)
	}
	return &poller{
		fd: fd, request: dumpRequest(family), buf: make([]byte, 64<<10),
		done: make(chan error, 1), sockets: map[socketID]*socketLog{},
		times: make([]time.Time, 0, 64<<10),
	}, nil
}

// dumpRequest is a struct nlmsghdr and a struct inet_diag_req_v2.
func dumpRequest(family uint8) []byte {
	b := make([]byte, 16+56)
	ne := binary.NativeEndian
	ne.PutUint32(b[0:], uint32(len(b)))
	ne.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	ne.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	b[16], b[17] = family, unix.IPPROTO_TCP
	ne.PutUint32(b[20:], polledStates)
	return b
}

// start polls in a thread of its own until halt.
func (p *poller) start() {
	go func() {
		defer beInstrument()()
		p.done <- p.loop()
	}()
}

func (p *poller) halt() error {
	p.stop.Store(true)
	defer unix.Close(p.fd)
	err := <-p.done
	for _, s := range p.sockets {
		s.noteMissing()
	}
	return err
}

func (p *poller) loop() error {
	var next unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &next); err != nil {
		return err
	}
	for !p.stop.Load() {
		if err := p.poll(); err != nil {
			return err
		}
		var now unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
		for next.Nano() <= now.Nano() {
			next = unix.NsecToTimespec(next.Nano() + int64(pollPeriod))
		}
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &next, nil)
	}
	return nil
}

func (p *poller) poll() error {
	p.polls++
	p.since, p.before = p.before, time.Now()
	if _, err := unix.Write(p.fd, p.request); err != nil {
		return fmt.Errorf("sock_diag: %w", err)
	}
	for more := true; more; {
		n, err := unix.Read(p.fd, p.buf)
		if err != nil {
			return fmt.Errorf("sock_diag: %w", err)
		}
		if more, err = p.messages(p.buf[:n]); err != nil {
			return err
		}
	}
	now := time.Now()
	p.times = append(p.times, now)
	for _, s := range p.sockets {
		if s.poll == p.polls || s.last() == stateClosed {
			continue
		}
		if s.missing.at.IsZero() {
			s.missing = change{p.since, now, stateClosed}
		} else {
			s.noteMissing()
		}
	}
	return nil
}

// noteMissing believes that the socket is gone. One poll is not enough for
// that: it can fall between the removal of a socket and the appearance of the
// small one that stands in for it in FIN-WAIT-2 and TIME-WAIT.
func (s *socketLog) noteMissing() {
	if !s.missing.at.IsZero() {
		s.changes = append(s.changes, s.missing)
		s.missing, s.attached = change{}, false
	}
}

func (s *socketLog) last() uint8 {
	if len(s.changes) == 0 {
		return stateClosed
	}
	return s.changes[len(s.changes)-1].state
}

// messages reads one batch of a dump and reports whether more will come.
func (p *poller) messages(b []byte) (more bool, err error) {
	ne := binary.NativeEndian
	for len(b) >= 16 {
		size := int(ne.Uint32(b))
		if size < 16 || size > len(b) {
			return false, errors.New("sock_diag: message cut short")
		}
		switch kind := ne.Uint16(b[4:]); kind {
		case unix.NLMSG_DONE:
			return false, nil
		case unix.NLMSG_ERROR:
			return false, fmt.Errorf("sock_diag: %w", unix.Errno(-int32(ne.Uint32(b[16:]))))
		case unix.SOCK_DIAG_BY_FAMILY:
			if ne.Uint16(b[6:])&unix.NLM_F_DUMP_INTR != 0 {
				return false, errors.New("sock_diag: dump interrupted")
			}
			p.socket(b[16:size])
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return true, nil
}

// socket takes in one struct inet_diag_msg.
func (p *poller) socket(b []byte) {
	if len(b) < 72 {
		return
	}
	state := b[1]
	if polledStates>>state&1 == 0 {
		return // it left the states asked for while the kernel looked
	}
	id := socketID{diagAddr(b[0], b[8:24], b[4:6]), diagAddr(b[0], b[24:40], b[6:8])}
	s := p.sockets[id]
	if s == nil {
		s = &socketLog{id: id}
		p.sockets[id] = s
	}
	s.poll = p.polls
	now := time.Now()
	p.note(s, state, now)
	attached := binary.NativeEndian.Uint32(b[68:]) != 0 // the inode
	if s.attached && !attached && s.orphaned.IsZero() {
		s.orphaned = now
	}
	s.attached = attached
}

func (p *poller) note(s *socketLog, state uint8, now time.Time) {
	if state != stateFinWait2 && state != stateTimeWait {
		s.noteMissing()
	}
	s.missing = change{}
	if stateNames[s.last()] == stateNames[state] {
		return
	}
	from := p.since
	if from.IsZero() {
		from = p.before
	}
	s.changes = append(s.changes, change{from, now, state})
}

func diagAddr(family uint8, ip, port []byte) netip.AddrPort {
	if family == unix.AF_INET {
		ip = ip[:4]
	}
	addr, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port))
}

// gaps returns the median and the longest time between two polls.
func (p *poller) gaps() (median, longest time.Duration) {
	var gaps []time.Duration
	for i := 1; i < len(p.times); i++ {
		gaps = append(gaps, p.times[i].Sub(p.times[i-1]))
	}
	if len(gaps) == 0 {
		return 0, 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2], gaps[len(gaps)-1]
}

// longestAtChange returns the longest time within which some change was not
// placed more exactly.
func (p *poller) longestAtChange() time.Duration {
	var longest time.Duration
	for _, s := range p.sockets {
		for _, c := range s.changes {
			longest = max(longest, c.at.Sub(c.from))
		}
	}
	return longest
}
