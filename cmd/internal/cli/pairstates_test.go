package cli

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kernelSocket is a socket with the states that its own kernel was found to have it in.
type kernelSocket struct {
	Local  netip.AddrPort `json:"local"`
	Peer   netip.AddrPort `json:"peer"`
	States string         `json:"states"`
}

// socketTruth is what the kernels of both ends say.
type socketTruth struct {
	A       bridgeCapture
	B       bridgeCapture
	Sockets struct{ Client, Server []kernelSocket }
}

// pairFlowLine is a connection of pair.
type pairFlowLine struct {
	A, B *struct {
		Client, Server struct {
			IP   netip.Addr `json:"ip"`
			Port uint16     `json:"port"`
		}
	}
	States struct {
		Client, Server []struct{ State string }
	}
	Caveats struct{ Client, Server []string }
}

// Each end's states are those in which its own kernel had the socket: also where its capture
// begins late or ends early, if the other one covers that time. Kernels were asked once a
// millisecond, and were not seen in short states.
func TestPairTellsTheStatesOfKernels(t *testing.T) {
	sockets, agree := 0, 0
	for _, truth := range socketTruths(t) {
		n, ok := truth.agreement(t, truth.A.path(), truth.B.path())
		sockets, agree = sockets+n, agree+ok
	}
	t.Logf("%d of %d sockets agree", agree, sockets)
	if sockets < 400 || agree*100 < sockets*99 {
		t.Errorf("%d of %d sockets agree", agree, sockets)
	}
}

// Where each capture lacks a tenth of its packets, others than the other one, both together still
// tell the states: a capture of a host by itself, or the other one, has another of eight sockets.
func TestPairTellsTheStatesThatNoCaptureHoldsAlone(t *testing.T) {
	sockets, agree := 0, 0
	for i, truth := range socketTruths(t) {
		if edited(&truth.A) || edited(&truth.B) {
			continue
		}
		r := rand.New(rand.NewPCG(1, uint64(i)))
		a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
		thin(t, truth.A.path(), a, 0.1, r)
		thin(t, truth.B.path(), b, 0.1, r)
		n, ok := truth.agreement(t, a, b)
		sockets, agree = sockets+n, agree+ok
	}
	t.Logf("%d of %d sockets agree", agree, sockets)
	if sockets < 400 || agree*100 < sockets*97 {
		t.Errorf("%d of %d sockets agree", agree, sockets)
	}
}

// socketTruths returns those of all scenarios, but of the one whose captures lack the ACKs on
// which states depend.
func socketTruths(t *testing.T) (list []*socketTruth) {
	t.Helper()
	for _, file := range pairScenarios(t) {
		if strings.HasPrefix(filepath.Base(file), "control-segments-only") {
			continue
		}
		truth := new(socketTruth)
		readTruth(t, file, truth)
		list = append(list, truth)
	}
	return list
}

// agreement returns how many sockets there are, and how many of them pair finds in the states in
// which their kernels had them.
func (k *socketTruth) agreement(t *testing.T, a, b string) (sockets, agree int) {
	t.Helper()
	client, server := statesOf(t, pairLines(t, a, b))
	for i, list := range [][]kernelSocket{k.Sockets.Client, k.Sockets.Server} {
		told := []map[[2]netip.AddrPort][]string{client, server}[i]
		for _, s := range list {
			sockets++
			if states := told[[2]netip.AddrPort{s.Local, s.Peer}]; holdsInOrder(states, strings.Fields(s.States)) {
				agree++
			} else {
				t.Logf("%s: %v to %v was in %s, and is told to be in %v", filepath.Base(k.A.File), s.Local, s.Peer, s.States, states)
			}
		}
	}
	return sockets, agree
}

// statesOf returns the states of the ends by their addresses in their own captures, of
// connections that used the same ones one after the other.
func statesOf(t *testing.T, out *bytes.Buffer) (client, server map[[2]netip.AddrPort][]string) {
	t.Helper()
	client, server = map[[2]netip.AddrPort][]string{}, map[[2]netip.AddrPort][]string{}
	d := json.NewDecoder(out)
	var head pairLine
	if err := d.Decode(&head); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		var f pairFlowLine
		if err := d.Decode(&f); err != nil {
			t.Fatal(err)
		}
		if f.A == nil || f.B == nil {
			continue
		}
		at := func(ip netip.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(ip, port) }
		c := [2]netip.AddrPort{at(f.A.Client.IP, f.A.Client.Port), at(f.A.Server.IP, f.A.Server.Port)}
		s := [2]netip.AddrPort{at(f.B.Server.IP, f.B.Server.Port), at(f.B.Client.IP, f.B.Client.Port)}
		if slices.Contains(f.Caveats.Client, "mid-stream-start") && slices.Contains(f.Caveats.Server, "mid-stream-start") {
			client[c], server[s] = append(client[c], "SYN-SENT"), append(server[s], "SYN-RECEIVED") // before both captures began
		}
		for _, stay := range f.States.Client {
			client[c] = append(client[c], stay.State)
		}
		for _, stay := range f.States.Server {
			server[s] = append(server[s], stay.State)
		}
	}
	return client, server
}

// holdsInOrder reports whether all of some states are among others, in the same order.
func holdsInOrder(states, some []string) bool {
	for _, s := range some {
		i := slices.Index(states, s)
		if i < 0 && s != "CLOSED" {
			return false
		}
		states = states[i+1:]
	}
	return true
}
