//go:build record

package main

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// programNice keeps a busy host from changing the timing of what is recorded.
const programNice = -15

// restartNice runs this program anew with programNice, which its threads and
// all that it starts inherit. SCHED_FIFO would be better and is not safe: Go's
// collector spins until other threads have had their turn.
func restartNice() error {
	if raw, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err != nil || 20-raw == programNice {
		return nil // Linux returns 20 minus the nice value
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Setpriority(unix.PRIO_PROCESS, 0, programNice) != nil {
		return nil
	}
	return syscall.Exec(self, os.Args, os.Environ())
}

// beInstrument puts the calling goroutine on a thread of its own, ahead of all
// ordinary work, until the function that it returns is called. A host that
// forbids it gets late polls, which are measured and reported. The goroutine
// must spend its time asleep in the kernel. The thread is given back and not
// left to die: that would kill what was started on it.
func beInstrument() (stop func()) {
	runtime.LockOSThread()
	schedule(&unix.SchedAttr{Policy: unix.SCHED_FIFO, Priority: 20})
	return func() {
		schedule(&unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: programNice})
		runtime.UnlockOSThread()
	}
}

func schedule(attr *unix.SchedAttr) {
	attr.Size = unix.SizeofSchedAttr
	_ = unix.SchedSetAttr(0, attr, 0)
}
