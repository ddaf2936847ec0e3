package cli

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
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
	const dir = "../../../testdata/real/pair"
	files, err := filepath.Glob(filepath.Join(dir, "*.pair.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scenarios (%v)", len(files), err)
	}
	sockets, agree := 0, 0
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "control-segments-only") {
			continue // the ACKs on which states depend are in neither capture
		}
		var truth socketTruth
		b, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(b, &truth)
		}
		if err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		command := Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
		if code := command.Main([]string{
			"pair", "-q", "--no-config", "--format", "jsonl",
			filepath.Join(dir, filepath.Base(truth.A.File)), filepath.Join(dir, filepath.Base(truth.B.File)),
		}); code != 0 {
			t.Fatalf("exit code %d: %s", code, errs.String())
		}
		client, server := statesOf(t, &out)
		for i, list := range [][]kernelSocket{truth.Sockets.Client, truth.Sockets.Server} {
			told := []map[[2]netip.AddrPort][]string{client, server}[i]
			for _, s := range list {
				sockets++
				if states := told[[2]netip.AddrPort{s.Local, s.Peer}]; holdsInOrder(states, strings.Fields(s.States)) {
					agree++
				} else {
					t.Logf("%s: %v to %v was in %s, and is told to be in %v", filepath.Base(file), s.Local, s.Peer, s.States, states)
				}
			}
		}
	}
	t.Logf("%d of %d sockets agree", agree, sockets)
	if sockets < 400 || agree*100 < sockets*99 {
		t.Errorf("%d of %d sockets agree", agree, sockets)
	}
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
