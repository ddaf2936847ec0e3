//go:build record

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A namespace is a network namespace without a name. It lives until it is
// closed and the last process in it is gone.
type namespace struct{ f *os.File }

// ehashBuckets is the size of a namespace's table of TCP sockets. A dump walks
// the whole table; the host's is large enough to make every poll late.
const ehashBuckets = 256

func newNamespace() (*namespace, error) {
	host, err := openNamespace()
	if err != nil {
		return nil, err
	}
	defer host.close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The namespace that a namespace is made in decides its table's size.
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("unshare: %w", err)
	}
	defer host.enter()
	if err := setSysctl(fmt.Sprintf("net.ipv4.tcp_child_ehash_entries=%d", ehashBuckets)); err != nil {
		return nil, err
	}
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("unshare: %w", err)
	}
	return openNamespace()
}

// openNamespace opens the namespace of the calling thread.
func openNamespace() (*namespace, error) {
	f, err := os.Open("/proc/thread-self/ns/net")
	return &namespace{f}, err
}

func (n *namespace) enter() {
	if err := unix.Setns(int(n.f.Fd()), unix.CLONE_NEWNET); err != nil {
		panic(err) // the thread is in a namespace that nothing else expects
	}
}

func (n *namespace) close() { n.f.Close() }

// path is how ip(8) can name the namespace.
func (n *namespace) path() string {
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), n.f.Fd())
}

// do calls f in the namespace: sockets that f opens and programs that it
// starts stay there.
func (n *namespace) do(f func() error) error {
	host, err := openNamespace()
	if err != nil {
		return err
	}
	defer host.close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	n.enter()
	defer host.enter()
	return f()
}

// run runs a program in the namespace to its end.
func (n *namespace) run(line string) error {
	words := strings.Fields(line)
	return n.do(func() error {
		out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, bytes.TrimSpace(out))
		}
		return nil
	})
}

// setSysctl takes "net.ipv4.tcp_fin_timeout=2" and sets it in the namespace of
// the calling thread.
func setSysctl(assignment string) error {
	key, value, _ := strings.Cut(assignment, "=")
	path := filepath.Join("/proc/sys", strings.ReplaceAll(key, ".", "/"))
	return os.WriteFile(path, []byte(value), 0)
}

// joinVeth makes a veth pair with one end in each namespace.
func joinVeth(a *namespace, nameA string, b *namespace, nameB string) error {
	return a.run(fmt.Sprintf("ip link add %s type veth peer name %s netns %s", nameA, nameB, b.path()))
}

// Offloads as ethtool(8) sets them; see linux/ethtool.h. Without checksum
// offload captured checksums are right and frames can be carried elsewhere.
const (
	ethtoolSTXCSUM = 0x17
	ethtoolSTSO    = 0x1f
	ethtoolSGSO    = 0x24
	ethtoolSGRO    = 0x2c
)

// disableOffload makes every frame on the device one segment, as on a wire.
func (n *namespace) disableOffload(device string) error {
	return n.do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for _, command := range []uint32{ethtoolSGRO, ethtoolSGSO, ethtoolSTSO, ethtoolSTXCSUM} {
			if err := ethtoolSet(fd, device, command, 0); err != nil {
				return fmt.Errorf("ethtool %#x on %s: %w", command, device, err)
			}
		}
		return nil
	})
}

func ethtoolSet(fd int, device string, command, value uint32) error {
	data := [2]uint32{command, value} // struct ethtool_value
	request := struct {               // struct ifreq
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(&data)}
	copy(request.name[:], device)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return errno
	}
	return nil
}

// mergeSegments has the device merge segments that come within a millisecond
// (GRO), which a veth pair does when asked.
func (n *namespace) mergeSegments(device string) error {
	err := n.do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return ethtoolSet(fd, device, ethtoolSGRO, 1)
	})
	if err != nil {
		return err
	}
	// /sys shows the devices of the namespace that it was mounted in.
	return n.do(func() error {
		script := "mount -t sysfs sysfs /sys && cd /sys/class/net/" + device + " && echo 1000000 > gro_flush_timeout && echo 10 > napi_defer_hard_irqs"
		out, err := exec.Command("unshare", "--mount", "sh", "-c", script).CombinedOutput()
		if err != nil {
			return fmt.Errorf("gro_flush_timeout of %s: %w: %s", device, err, bytes.TrimSpace(out))
		}
		return nil
	})
}
