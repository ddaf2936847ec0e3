package driver

import (
	"strings"
	"testing"

	"finwait/analyzer/model"
)

// report says so where connections that began one after another ended within moments, and only
// there: timeouts of each leave the ends as far apart as the beginnings.
func TestEndedAtOnce(t *testing.T) {
	for file, want := range map[string]bool{
		"server-killed": true, "server-killed-unread": true, "listener-closed": true, "socket-killed": true,
		"reload": true, "reload-under-load": true, "idle-checked-seldom": true, "client-killed-uploading": true,
		"write-timeout": false, "nginx-idle-close": false, "go-timeout": false, "slow-request": false, "abort-linger0": false,
	} {
		config := model.DefaultConfig()
		g, _, _ := runAll(t, Options{Config: &config}, "../../testdata/real/"+file+".pcap")
		if len(g.summary.Findings) == 0 {
			t.Errorf("%s: no finding", file)
		}
		for i := range g.summary.Findings {
			f := &g.summary.Findings[i]
			if said := strings.Contains(f.Message, "one event ended them"); said != want {
				t.Errorf("%s: %s says it: %v, want %v: %s", file, f.Rule, said, want, f.Message)
			}
			const spared = "It closed 2 more connections, which lost nothing."
			if file == "reload-under-load" && !strings.HasSuffix(f.Message, spared) {
				t.Errorf("%s: %s, want %s", file, f.Message, spared)
			}
			if f.Rule == "FIN201" && strings.Contains(f.Message, "listener") {
				t.Errorf("%s: a client has no listener: %s", file, f.Message)
			}
			if n := strings.Count(f.Message, "a reload"); n > 1 {
				t.Errorf("%s: %s names the reload %d times: %s", file, f.Rule, n, f.Message)
			}
		}
	}
}
