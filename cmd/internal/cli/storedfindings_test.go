package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"finwait/reassembly/traffic"
)

// A stranger's records with findings without end cost a report little: which explains which is
// looked up for each pair of them.
func TestRecordsFullOfFindings(t *testing.T) {
	most := traffic.Bound(time.Second, testing.Short())
	text, err := os.ReadFile(storedAs(t, "one.jsonl", "../../../testdata/real/go-timeout.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	var record map[string]json.RawMessage
	if err := json.Unmarshal(line, &record); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{256, 4096} {
		half := func(rule string) string {
			return strings.Repeat(fmt.Sprintf(`{"rule":%q,"severity":"info"},`, rule), n/2)
		}
		record["findings"] = json.RawMessage("[" + strings.TrimSuffix(half("FIN201")+half("FIN203"), ",") + "]")
		full, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		many := bytes.Repeat(append(full, '\n'), 1<<20/len(full)+1)
		code := exitOK
		if n > 256 {
			code = exitInput // they are no records
		}
		begun := traffic.Processor()
		out, _ := fed(t, code, many, "report", "--quiet", "--no-config", "--by", "rule", "--format", "json", "-")
		if took := traffic.Processor() - begun; took > most {
			t.Errorf("%d findings a record: %v for %d octets", n, took, len(many))
		}
		if has := bytes.Contains(out, []byte(`"rule": "FIN201"`)); has != (n == 256) {
			t.Errorf("%d findings a record: told %v", n, has)
		}
	}
}
