package pair

import (
	"path/filepath"
	"strings"
	"testing"
)

// What the other capture refutes is not told, and what it answers is neither left open nor
// advised: the bridge did it, between the captures.
func TestRecordingsAnswerEachOther(t *testing.T) {
	const dir = "../../testdata/real/pair"
	for _, c := range []struct{ name, withdrawn, told, says string }{
		{"late-copies", "FIN103", "", ""},
		{"forged-fin", "FIN103", "FIN602", "a FIN in the name of the server reached the client"},
		{"forged-answer", "FIN103", "FIN602", "in the name of the server reached the client"},
		{"forged-syn-ack", "FIN308", "FIN602", "a SYN,ACK in the name of the server reached the client"},
		{"syn-rejected", "FIN402", "FIN602", "an RST in the name of the server"},
		{"path-dies", "FIN101", "FIN601", "the server never learnt of the close"},
		{"path-dies", "FIN103", "FIN304", "what was sent was lost between the captures"},
		{"idle-drop", "FIN101", "FIN304", "what was sent was lost between the captures"},
		{"answers-never-arrive", "", "FIN401", "; the server answered, and the network lost 6 SYN,ACKs on the way to the client"},
		{"answers-never-arrive", "", "FIN403", "; the server answered, and the network lost 6 SYN,ACKs on the way to the client"},
		{"client-rst-lost", "FIN305", "FIN603", "an RST of the client did not reach the server"},
		{"server-rst-lost", "FIN305", "FIN603", "an RST of the server did not reach the client"},
		{"../rst-lost", "FIN305", "FIN603", "an RST of the client did not reach the server"},
		{"../conntrack-forgets", "", "FIN304", "all of it arrived at the server"},
		{"../syn-cookies", "", "FIN304", "all of it arrived at the server"},
		{"../conntrack-resets", "", "FIN305", "payload and RST are in the capture of the server too: its own host"},
		{"../keepalive-dead-peer", "", "FIN304", "got no answer: what was sent was lost between the captures"},
		{"path-dies", "FIN206", "FIN601", ""},
		{"../backlog-overflow", "", "FIN606", "that had arrived: its acknowledgment had reached the server before"},
		{"../fin-ack-ignored", "", "FIN606", "that had arrived: its acknowledgment had reached the client before"},
		{"../fin-ack-ignored", "", "FIN103", "the acknowledgments are in the capture of the client itself, whose host ignored them"},
		{"../fin-ack-lost", "", "FIN103", "acknowledgments did not reach it"},
		{"../half-open", "", "FIN606", "its acknowledgment had reached the client before"},
		{"forged-syn-ack", "", "FIN606", "no ACK of the client for it is known from before the copy came"},
		{"../last-ack-lost", "", "FIN606", "its ACK was lost on the way from the client to the server, not the payload"},
		{"dead-path-both-late", "", "FIN901", "capture B lacks packets that were delivered, 1552 bytes of the server; capture A holds 18 segments that capture B lacks, from before capture B began or after it ended"},
		{"b-lacks-packets", "", "FIN901", "capture A holds 2 segments that capture B lacks"},
		{"client-fin-lost", "", "FIN206", "an idle connection"},
		{"idle-reset", "FIN308", "FIN305", "something between the captures (a balancer"},
	} {
		a, b := c.name+".a.pcap", c.name+".b.pcap"
		if strings.HasPrefix(c.name, "../") {
			a, b = c.name+".pcap", c.name+".server.pcap"
		}
		r := compare(t, filepath.Join(dir, a), filepath.Join(dir, b))
		told := c.told == ""
		err := r.Each(func(f *Flow) error {
			for i := range f.Findings {
				g := &f.Findings[i]
				if g.Rule == c.withdrawn {
					t.Errorf("%s: %s: %s", c.name, g.Rule, g.Message)
				}
				if strings.HasPrefix(c.name, "../keepalive") && strings.Contains(g.Advice.String(), "send keep-alives") {
					t.Errorf("%s: %s: %s", c.name, g.Rule, g.Advice)
				}
				if way := "look at the way from the "; g.Rule == "FIN606" && strings.Contains(g.Advice.String(), way) != strings.Contains(g.Message.String(), " lost on the way ") {
					t.Errorf("%s: %s: %s %s", c.name, g.Rule, g.Message, g.Advice)
				}
				told = told || g.Rule == c.told && strings.Contains(g.Message.String(), c.says)
			}
			return nil
		})
		if err != nil || !told {
			t.Errorf("%s: no %s says %q (%v)", c.name, c.told, c.says, err)
		}
	}
}

// Nobody is told to capture where the other capture was made.
func TestNoAdviceToCapture(t *testing.T) {
	files, err := filepath.Glob("../../testdata/real/pair/*.a.pcap")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d recordings (%v)", len(files), err)
	}
	for _, a := range files {
		list, err := filepath.Glob(strings.TrimSuffix(a, ".a.pcap") + ".b.pcap*")
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		r := compare(t, a, list[0])
		if err := r.Each(func(f *Flow) error {
			for i := range f.Findings {
				advice := f.Findings[i].Advice.String()
				if f.A != nil && f.B != nil && (strings.Contains(advice, "Capture at the") || strings.Contains(advice, "the capture and")) {
					t.Errorf("%s: %s: %s", filepath.Base(a), f.Findings[i].Rule, advice)
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
}

// Of an opening that came to nothing both captures know which of SYN and SYN,ACK was lost, and
// whether the server was silent.
func TestOpeningFate(t *testing.T) {
	const syns = `A 192.0.2.1:40000
B 198.51.100.7:443
0.000  A SYN
0.020  B SYN,ACK
0.040  A FIN,ACK
0.060  B FIN,ACK
0.080  A ACK
isn A 900000
isn B 700000
70.001 A SYN        # path lost
71.000 A SYN        # path lost
73.000 A SYN        # path lost
77.000 A SYN        # path lost
`
	const end = "85.000 end"
	for _, c := range []struct{ name, script, rule, says, advice string }{
		{"syns lost", syns + end, "FIN401", "; the network lost 4 SYNs on the way to the server, and none arrived", "Look for what drops SYNs between"},
		{"no answer", strings.ReplaceAll(syns, "# path lost", "") + end, "FIN401", "; a SYN arrived, and the server sent no answer", "Look at the server"},
	} {
		paths := scripted(t, c.name, c.script)
		told := false
		if err := compare(t, paths[0], paths[1]).Each(func(f *Flow) error {
			for i := range f.Findings {
				g := &f.Findings[i]
				if strings.HasPrefix(c.name, "../keepalive") && strings.Contains(g.Advice.String(), "send keep-alives") {
					t.Errorf("%s: %s: %s", c.name, g.Rule, g.Advice)
				}
				if way := "look at the way from the "; g.Rule == "FIN606" && strings.Contains(g.Advice.String(), way) != strings.Contains(g.Message.String(), " lost on the way ") {
					t.Errorf("%s: %s: %s %s", c.name, g.Rule, g.Message, g.Advice)
				}
				told = told || g.Rule == c.rule && strings.HasSuffix(g.Message.String(), c.says) && strings.HasPrefix(g.Advice.String(), c.advice)
			}
			return nil
		}); err != nil || !told {
			t.Errorf("%s: no %s says %q (%v)", c.name, c.rule, c.says, err)
		}
	}
}

// Who closed upon a forged FIN needs no more patience.
func TestForgedFINAdvice(t *testing.T) {
	const dir = "../../testdata/real/pair/"
	for _, name := range []string{"forged-fin", "forged-answer", "plain-fin"} {
		n := 0
		if err := compare(t, dir+name+".a.pcap", dir+name+".b.pcap").Each(func(f *Flow) error {
			for i := range f.Findings {
				if g := &f.Findings[i]; g.Rule == "FIN203" {
					if n++; strings.Contains(g.Advice.String(), "patience") || !strings.Contains(g.Advice.String(), "FIN602") {
						t.Errorf("%s: %s", name, g.Advice)
					}
				}
			}
			return nil
		}); err != nil || n == 0 {
			t.Errorf("%s: no FIN203 (%v)", name, err)
		}
	}
}
