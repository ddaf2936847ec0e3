package timelines

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
)

// ZabbixKey is the key of an item, as the published scripts that count the lines of
// netstat have it.
const ZabbixKey = "tcp.status[{state}]"

type zabbix struct {
	w     io.Writer
	shape Shape
	buf   bytes.Buffer
}

// newZabbix writes charts as zabbix_sender -T -N takes them: host, key, seconds,
// nanoseconds and value. It wants sides that are summed.
func newZabbix(w io.Writer, _ prose.Style, shape Shape) timeline.Writer {
	return &zabbix{w: w, shape: shape}
}

func (z *zabbix) Chart(c *timeline.Chart) error {
	for r := range c.Rows() {
		word := timeline.SpellingOf(r.Series.State).Zabbix
		if word == "" {
			continue
		}
		host := z.shape.ZabbixHost
		if host == "" {
			host = r.Series.Host
		}
		key := strings.ReplaceAll(z.shape.ZabbixKey, "{state}", word)
		sec, ns := int64(r.Time)/1e9, int64(r.Time)%1e9
		if ns < 0 {
			sec, ns = sec-1, ns+1e9
		}
		fmt.Fprintf(&z.buf, "%s %s %d %d %d\n", zabbixWord(host), zabbixWord(key), sec, ns, r.Sockets)
		if z.buf.Len() > 1<<16 {
			if err := z.Close(); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

func (z *zabbix) Close() error {
	_, err := z.buf.WriteTo(z.w)
	return err
}

// zabbixWord quotes what zabbix_sender would not take for one word.
func zabbixWord(s string) string {
	s = prose.Safe(s)
	if s != "" && s != "-" && !strings.ContainsAny(s, " \t\"\\'") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
