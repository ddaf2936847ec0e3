package report

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// unvlq undoes vlq as the script of a page does.
func unvlq(t *testing.T, text string) (list []int64) {
	t.Helper()
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	v, shift := int64(0), 0
	for _, c := range text {
		d := int64(strings.IndexRune(digits, c))
		v |= d & 31 << shift
		if shift += 5; d < 32 {
			list, v, shift = append(list, v), 0, 0
		}
	}
	if shift != 0 {
		t.Errorf("%q ends within a number", text)
	}
	return list
}

func TestNumbersComeBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var text []byte
	var want []int64
	for range 1000 {
		v := rnd.Int64() >> rnd.IntN(63)
		want, text = append(want, v), vlq(text, v)
	}
	got := unvlq(t, string(text))
	if len(got) != len(want) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%d became %d", want[i], got[i])
		}
	}
}

// record returns a connection that closed 3 ms after it began.
func rowRecord(stream uint32, rule string) *model.Record {
	half := model.Seconds(2e6)
	bound, role := conn.AtLeast, conn.Server
	begun := model.Time(1e18 + int64(stream)*1e6)
	r := &model.Record{
		File: "a.pcap", Stream: stream, Client: model.Endpoint{IP: netip.MustParseAddr("2001:db8::1"), Port: 40000},
		Server: model.Endpoint{IP: netip.MustParseAddr("192.0.2.1"), Port: 443}, First: model.Point{Frame: 1, Time: begun},
		Close: conn.CloseHalfClosed, FirstCloser: &role, HalfClosedS: &half, HalfClosed: &bound, Flags: ">S",
	}
	r.States.Server = []model.Stay{
		{State: tcpstate.Established, Since: begun, DurationS: 1e6},
		{State: tcpstate.FinWait2, Since: begun + 1e6, DurationS: 2e6, Bound: conn.AtLeast, Open: true},
	}
	if rule != "" {
		r.Findings = []model.Finding{{Rule: rule}}
	}
	return r
}

// Where there are too many connections those with findings stay.
func TestRowsAreBounded(t *testing.T) {
	var p pageRows
	const found = 500
	for i := range uint32(maxRows + found) {
		rule := ""
		if i >= maxRows {
			rule = "FIN101"
		}
		p.add(rowRecord(i, rule))
	}
	rows := p.kept()
	if len(rows) != maxRows || len(p.found) != found || p.all != maxRows+found {
		t.Fatalf("%d rows, %d with findings, of %d", len(rows), len(p.found), p.all)
	}
	text, n := p.json(rows)
	if n != maxRows || len(text) > maxRowOctets {
		t.Errorf("%d rows in %d octets", n, len(text))
	}
}

func TestRowsHoldWhatRecordsHold(t *testing.T) {
	var p pageRows
	p.add(rowRecord(7, "FIN101"))
	p.add(rowRecord(3, ""))
	text, _ := p.json(p.kept())
	var got struct {
		N, Unit int64
		Closes  []string
		Closers []string
		Clients []string
		Ways    [][2][][5]int
		Cols    map[string]string
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	column := func(name string) []int64 { return unvlq(t, got.Cols[name]) }
	if streams := column("stream"); len(streams) != 2 || streams[0] != 3 || streams[1] != 7 {
		t.Errorf("streams %v", streams)
	}
	if c := got.Closes[column("close")[0]]; c != "half-closed" {
		t.Errorf("close %q", c)
	}
	if c := got.Closers[column("closer")[0]]; c != "server" {
		t.Errorf("closer %q", c)
	}
	if half := (column("half")[0] - 1) * got.Unit; half != 2e6 {
		t.Errorf("half-closed for %d ns", half)
	}
	if teardown := column("teardown")[0]; teardown != 0 {
		t.Errorf("teardown is %d, want null", teardown)
	}
	if at := column("at"); at[0] != 0 || at[1]*got.Unit != 4e6 {
		t.Errorf("begun at %v", at)
	}
	way := got.Ways[column("way")[0]]
	if len(way[0]) != 0 || len(way[1]) != 2 || way[1][1] != [5]int{int(tcpstate.FinWait2), 1, 2, int(conn.AtLeast), 1} {
		t.Errorf("way %v", way)
	}
	if times := column("times"); times[0] != 0 || times[1]*got.Unit != 1e6 || times[2]*got.Unit != 2e6 {
		t.Errorf("times %v", times)
	}
}
