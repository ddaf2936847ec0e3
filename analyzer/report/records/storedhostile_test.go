package records

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/traffic"
)

// A line or row of very many little things is no record, and costs little: an empty
// finding takes three octets in a file, and hundreds in memory.
func TestHostileLists(t *testing.T) {
	most := traffic.Bound(time.Second, testing.Short())
	line, _, _ := strings.Cut(string(stored(t, "jsonl", 1)), "\n")
	for list, element := range map[string]string{"findings": "{}", "waits": "{}", "vlan": "1"} {
		begin := strings.Index(line, `"`+list+`":`)
		if begin < 0 {
			t.Fatalf("no %s in %s", list, line)
		}
		many := strings.Repeat(element+",", maxLine/2/(len(element)+1)) + element
		bad := line[:begin] + `"` + list + `":[` + many + `],"other` + line[begin+1:] + "\n" + line + "\n"
		begun := traffic.Processor()
		got, told, lost := read(t, []byte(bad), "x.jsonl")
		if took := traffic.Processor() - begun; took > most {
			t.Errorf("%s: %v", list, took)
		}
		if strings.Count(got, "\n") != 1 || lost != 1 || told != "x.jsonl: line 1 (byte 0): "+errParts.Error()+"\n" {
			t.Errorf("%s: %d lost, %s", list, lost, told)
		}
	}
	for _, format := range []string{"jsonl", "parquet"} {
		for _, n := range []int{maxList, maxList + 1} {
			var b bytes.Buffer
			h := writer(format, &b)
			replayed(t, &listing{onlyRecords{h}, n})
			if err := h.Close(nil); err != nil {
				t.Fatal(err)
			}
			got, told, lost := read(t, b.Bytes(), "x."+format)
			if n == maxList && (lost != 0 || got == "") || n > maxList && (lost == 0 || got != "" || !strings.Contains(told, errList.Error())) {
				t.Errorf("%s: %d findings: %d lost, %s", format, n, lost, told)
			}
		}
	}
}

// listing gives each record so many findings.
type listing struct {
	model.Handler
	n int
}

func (h *listing) Record(r *model.Record) error {
	of := *r
	of.Findings = make([]model.Finding, h.n)
	return h.Handler.Record(&of)
}

// Lines without end of which none is a record are read so far, and told.
func TestLinesOfNothing(t *testing.T) {
	line, _, _ := strings.Cut(string(stored(t, "jsonl", 1)), "\n")
	for _, nothing := range []string{"\n", "{\n", " [\n"} {
		few, many := strings.Repeat(nothing, maxBare-1), strings.Repeat(nothing, maxBare+7)
		got, told, _ := read(t, []byte(line+"\n"+few+line+"\n"+many+line+"\n"), "x.jsonl")
		want := fmt.Sprintf("x.jsonl: line %d (byte %d): %v\n", 2*maxBare+2, 2*(len(line)+1)+len(few)+maxBare*len(nothing), errBare)
		if strings.Count(got, "\n") != 2 || !strings.Contains(told, want) {
			t.Errorf("%q: %d records, %s\nwant %s", nothing, strings.Count(got, "\n"), told, want)
		}
	}
}
