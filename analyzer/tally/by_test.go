package tally

import (
	"fmt"
	"reflect"
	"testing"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

func TestByServer(t *testing.T) {
	var a Aggregate
	a.By("server")
	exact, half := conn.ExactBound, model.Seconds(2e9)
	for i := range 10 {
		r := found(i, i%2, i)
		r.Close, r.HalfClosed, r.HalfClosedS = conn.CloseGraceful, &exact, &half
		if i%2 == 0 {
			r.Findings = []model.Finding{finding("FIN104", model.Warning, 1), finding("FIN104", model.Warning, 1), finding("FIN401", model.Info, 1)}
		}
		a.Add(r)
	}
	rows := a.Summary().By
	if len(rows) != 2 || rows[0].Key != "172.0.0.0:443" || rows[1].Key != "172.0.0.1:443" {
		t.Fatalf("%+v", rows)
	}
	r := &rows[0]
	if r.Connections != 5 || r.Close[conn.CloseGraceful] != 5 || r.Severities != (model.Severities{Warning: 10, Info: 5}) || r.Keys != 1 || *r.HalfClosed.P90 != 2e9 {
		t.Errorf("%+v", r)
	}
	if *r.Worst != (model.Worst{Rule: "FIN104", Name: "name-of-FIN104", Severity: model.Warning, Connections: 5}) {
		t.Errorf("worst %+v", r.Worst)
	}
	if rows[1].Worst != nil {
		t.Errorf("worst %+v", rows[1].Worst)
	}
}

// TestManyKeys counts connections of 100,000 clients. The worst comes late and is
// told, the sums stay true, and memory is bounded.
func TestManyKeys(t *testing.T) {
	before := heap()
	var a Aggregate
	a.By("client")
	const clients = 100_000
	for i := range 2 * clients {
		r := found(i, 1, i%clients)
		r.Close = conn.CloseGraceful
		if i%1000 == 0 {
			r.Findings = []model.Finding{finding("FIN201", model.Error, 1)}
		}
		if i == 2*clients-1 {
			r.Findings = []model.Finding{finding("FIN201", model.Error, 1), finding("FIN202", model.Error, 1), finding("FIN203", model.Error, 1)}
		}
		a.Add(r)
	}
	if used := int64(heap()) - int64(before); used > 64<<20 {
		t.Errorf("%d MiB are in use", used>>20)
	}
	rows := a.Summary().By
	if len(rows) != maxRows+1 || rows[0].Severities.Error != 3 || rows[1].Severities.Error != 2 {
		t.Fatalf("%d rows, the first %+v", len(rows), rows[0])
	}
	var connections, errors int64
	for i := range rows {
		connections += rows[i].Connections
		errors += rows[i].Severities.Error
	}
	if connections != 2*clients || errors != 203 || errors != a.Count(model.Error) {
		t.Errorf("%d connections, %d errors", connections, errors)
	}
	if rest := &rows[maxRows]; rest.Key != "" || rest.Keys < (clients-maxRows)*8/10 || rest.Keys > (clients-maxRows)*12/10 {
		t.Errorf("%q stands for %d keys", rest.Key, rest.Keys)
	}
}

func TestByFile(t *testing.T) {
	var a Aggregate
	a.By("file")
	bad := "b.pcap: not a capture"
	for i := range 3 {
		r := found(i, 1, 1)
		r.File = fmt.Sprintf("%c.pcap", 'a'+2*i%4)
		a.Add(r)
	}
	a.AddFile(&model.FileInfo{File: "a.pcap"})
	a.AddFileFindings([]model.FindingGroup{{Rule: "FIN904", Name: "cut-short", Severity: model.Info}})
	a.AddFile(&model.FileInfo{File: "b.pcap", Error: &bad})
	a.AddFile(&model.FileInfo{File: "c.pcap"})
	rows := a.Summary().By
	if len(rows) != 3 || rows[0].Key != "b.pcap" || *rows[0].Error != bad || rows[1].Key != "a.pcap" || rows[1].Connections != 2 ||
		rows[1].Severities.Info != 1 || rows[1].Worst.Rule != "FIN904" || rows[2].Key != "c.pcap" {
		t.Errorf("%+v", rows)
	}
	if s := a.Summary(); s.Severities.Info != 1 {
		t.Errorf("%+v", s.Severities)
	}
}

// What many captures have of many keys comes to the same rows each time they are merged.
func TestManyKeysMerge(t *testing.T) {
	const clients = 3 * maxRows / 2
	merged := func() []model.Row {
		var all Aggregate
		all.By("client")
		for part := range 2 {
			a := new(Aggregate)
			a.By("client")
			for i := range clients {
				a.Add(found(i, 1, part*maxRows+i)) // a third of them both have
			}
			all.Merge(a)
		}
		return all.Summary().By
	}
	want := merged()
	for range 3 {
		if !reflect.DeepEqual(merged(), want) {
			t.Fatal("the rows differ from one time to the next")
		}
	}
}
