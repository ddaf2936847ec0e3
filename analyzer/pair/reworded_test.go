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
		{"idle-reset", "FIN308", "FIN305", "something between the captures (a balancer"},
	} {
		r := compare(t, filepath.Join(dir, c.name+".a.pcap"), filepath.Join(dir, c.name+".b.pcap"))
		told := c.told == ""
		err := r.Each(func(f *Flow) error {
			for i := range f.Findings {
				g := &f.Findings[i]
				if g.Rule == c.withdrawn {
					t.Errorf("%s: %s: %s", c.name, g.Rule, g.Message)
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
