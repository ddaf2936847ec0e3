package monitoring

import (
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// zabbixSchema is where Debian's proxy has the tables that it works on.
const zabbixSchema = "/usr/share/zabbix-proxy-sqlite3/schema.sql.gz"

// zabbixStates are the states that have an item, by their names in records.
var zabbixStates = map[string]string{
	"ESTABLISHED": "established", "SYN-SENT": "synsent", "SYN-RECEIVED": "synrecv", "FIN-WAIT-1": "finwait1", "FIN-WAIT-2": "finwait2",
	"TIME-WAIT": "timewait", "CLOSE-WAIT": "closewait", "LAST-ACK": "lastack", "CLOSING": "closing",
}

// point is a stored value: an item of a host, and its time.
type point struct {
	host, key string
	ns        int64
}

// What zabbix_sender hands to a trapper, and the proxy keeps, are the counts of the
// JSON Lines, both sides of a host together.
func TestZabbixStoresEveryValue(t *testing.T) {
	need(t, "zabbix_sender", "zabbix-agent")
	need(t, "zabbix_proxy", "zabbix-proxy-sqlite3")
	need(t, "sqlite3", "sqlite3")
	want := map[point]int64{}
	var text strings.Builder
	hosts := map[string]bool{}
	for _, capture := range captures {
		for _, r := range rowsOf(t, timeline(t, capture, "jsonl", 50*time.Millisecond)) {
			if word, ok := zabbixStates[r.State]; ok {
				want[point{r.Host, "tcp.status[" + word + "]", r.Time.UnixNano()}] += r.Sockets
				hosts[r.Host] = true
			}
		}
		text.Write(timeline(t, capture, "zabbix", 50*time.Millisecond))
	}
	// A host and a name that have to be quoted.
	for _, r := range rowsOf(t, timeline(t, "refused.pcap", "jsonl", time.Millisecond, "--side", "client")) {
		want[point{`web "1" \ a`, `net[` + zabbixStates[r.State] + `, "x y"]`, r.Time.UnixNano()}] += r.Sockets
	}
	hosts[`web "1" \ a`] = true
	text.Write(timeline(t, "refused.pcap", "zabbix", time.Millisecond, "--side", "client", "--zabbix-host", `web "1" \ a`, "--zabbix-key", `net[{state}, "x y"]`))

	dir := t.TempDir()
	db, values := filepath.Join(dir, "proxy.db"), filepath.Join(dir, "values")
	if err := os.WriteFile(values, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, proxyTables(t, slices.Sorted(maps.Keys(hosts))), "sqlite3", db)
	port := startProxy(t, dir, db)
	said := run(t, "", "zabbix_sender", "-z", "127.0.0.1", "-p", port, "-T", "-N", "-i", values)
	if lines := strings.Count(text.String(), "\n"); !strings.Contains(said, fmt.Sprintf("sent: %d; skipped: 0", lines)) || strings.Contains(said, "failed: 1") {
		t.Errorf("of %d values zabbix_sender says\n%s", lines, said)
	}
	var got map[point]int64
	eventually(t, "the proxy has not all values", func() error {
		got = kept(t, db)
		if len(got) < len(want) {
			return fmt.Errorf("%d of %d", len(got), len(want))
		}
		return nil
	})
	for p, v := range want {
		if g, ok := got[p]; !ok || g != v {
			t.Fatalf("%v: %d is kept (%v), want %d", p, g, ok, v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d values are kept, want %d", len(got), len(want))
	}
	t.Logf("%d values", len(want))
}

// proxyTables makes a database with trapper items for the hosts.
func proxyTables(t *testing.T, hosts []string) string {
	t.Helper()
	f, err := os.Open(zabbixSchema)
	if err != nil {
		t.Skipf("the schema of the proxy is not where Debian has it: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	var b strings.Builder
	fmt.Fprintf(&b, "BEGIN;\n%s", schema)
	item := 0
	for i, host := range hosts {
		fmt.Fprintf(&b, "INSERT INTO hosts (hostid, host, name) VALUES (%d, %s, %s);\n", i+1, quote(host), quote(host))
		for _, word := range slices.Sorted(maps.Values(zabbixStates)) {
			for _, key := range []string{"tcp.status[" + word + "]", "net[" + word + `, "x y"]`} {
				item++ // type 2 is a trapper, value type 3 an unsigned number
				fmt.Fprintf(&b, "INSERT INTO items (itemid, type, hostid, name, key_, value_type) VALUES (%d, 2, %d, %s, %s, 3);\n", item, i+1, quote(key), quote(key))
				fmt.Fprintf(&b, "INSERT INTO item_rtdata (itemid) VALUES (%d);\n", item)
			}
		}
	}
	return b.String() + "COMMIT;\n"
}

// startProxy starts a passive proxy, and returns the port of its trapper.
func startProxy(t *testing.T, dir, db string) (port string) {
	t.Helper()
	port = freePort(t)
	config := filepath.Join(dir, "proxy.conf")
	text := fmt.Sprintf(`ProxyMode=1
Server=127.0.0.1
Hostname=test
ListenIP=127.0.0.1
ListenPort=%s
DBName=%s
LogType=console
PidFile=%s/proxy.pid
SocketDir=%[3]s
AllowRoot=1
StartPollers=1
StartPollersUnreachable=1
StartTrappers=1
StartPreprocessors=1
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartHistoryPollers=0
`, port, db, dir)
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	start(t, "zabbix_proxy", "-f", "-c", config)
	eventually(t, "the proxy does not listen", func() error {
		c, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err != nil {
			return err
		}
		return c.Close()
	})
	return port
}

// kept returns what the proxy has stored.
func kept(t *testing.T, db string) map[point]int64 {
	t.Helper()
	out := map[point]int64{}
	text := run(t, ".timeout 10000\nSELECT h.host, i.key_, p.clock, p.ns, p.value FROM proxy_history p JOIN items i USING (itemid) JOIN hosts h USING (hostid);\n",
		"sqlite3", "-tabs", db)
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 5 {
			t.Fatalf("the proxy has a line %q", line)
		}
		var n [3]int64
		for i := range n {
			var err error
			if n[i], err = strconv.ParseInt(f[2+i], 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		for i := range f[:2] { // sqlite3 quotes what has quotes
			if unquoted, ok := strings.CutPrefix(f[i], `"`); ok {
				f[i] = strings.ReplaceAll(strings.TrimSuffix(unquoted, `"`), `""`, `"`)
			}
		}
		out[point{f[0], f[1], n[0]*1e9 + n[1]}] = n[2]
	}
	return out
}

// The template has an item for each state, and triggers that ask for items it has.
func TestZabbixTemplate(t *testing.T) {
	text, err := os.ReadFile("zabbix-template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^ +key: '?(tcp\.status\[[a-z0-9]+\])'?$`).FindAllStringSubmatch(string(text), -1) {
		keys[m[1]] = true
	}
	for _, word := range zabbixStates {
		if !keys["tcp.status["+word+"]"] {
			t.Errorf("the template has no item for %s", word)
		}
	}
	asked := regexp.MustCompile(`/finwait/(tcp\.status\[[a-z0-9]+\])`).FindAllStringSubmatch(string(text), -1)
	if len(asked) < 2 {
		t.Errorf("the triggers ask for %v", asked)
	}
	for _, m := range asked {
		if !keys[m[1]] {
			t.Errorf("a trigger asks for %s, which has no item", m[1])
		}
	}
}
