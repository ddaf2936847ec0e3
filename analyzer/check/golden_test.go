package check

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

func TestSkeleton(t *testing.T) {
	for _, c := range []struct {
		flags   string
		crossed bool
		want    string
	}{
		{">S <S. >. >d <. <d*4 >.*2 >F. <. <F. >.", false, ">S <S. >d <d >F. <F."},
		{">S <S. >. >d <.d*4 >. <d >d >F.d <F. >.", false, ">S <S. >d <d >F. <F."},
		{">S >S! <S. >. >d >F. >F.! <. <d >R <d >R", false, ">S <S. >d >F. <d >R"},
		{">S <S. >. <F. >F. <. >.", true, ">S <S. >F. <F."},
		{">S <S. >. >F. <F. >. <.", true, ">S <S. >F. <F."},
		{">d*70 ~500 <d <F. >. >F. <.", false, ">d <d <F. >F."},
		{">S <R.", false, ">S <R."},
		{">SEW <S.E >. >R.", false, ">S <S. >R."},
		{">d <d >R <R >R*3 <F.", false, ">d <d >R <R"},
		{">none >SF <R.", false, ">none >SF <R."},
		{"", false, ""},
	} {
		if got := skeleton(c.flags, c.crossed); got != c.want {
			t.Errorf("%s: %s, want %s", c.flags, got, c.want)
		}
	}
}

func TestOrderDoesNotDependOnAnAcknowledgmentAlone(t *testing.T) {
	stays := func(states ...tcpstate.State) (list []model.Stay) {
		for _, state := range states {
			list = append(list, model.Stay{State: state})
		}
		return list
	}
	three := order(stays(tcpstate.Established, tcpstate.FinWait1, tcpstate.TimeWait))
	four := order(stays(tcpstate.Established, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.TimeWait))
	if three != four {
		t.Errorf("%s and %s", three, four)
	}
}

func TestStreams(t *testing.T) {
	for _, list := range [][]uint32{{0}, {0, 1, 2}, {3, 5, 6, 9}} {
		ranges, err := parseStreams(formatStreams(list))
		var got []uint32
		for _, r := range ranges {
			for n := r.from; n <= r.to; n++ {
				got = append(got, n)
			}
		}
		if err != nil || !slices.Equal(got, list) {
			t.Errorf("%v: %v (%v)", list, got, err)
		}
	}
	if got := formatStreams([]uint32{0, 1, 2, 5, 7, 8}); got != "0-2, 5, 7-8" {
		t.Error(got)
	}
	for _, text := range []string{"", "x", "3-1", "0-4294967296", "1,,2", "-1"} {
		if _, err := parseStreams(text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func seconds(d time.Duration) *model.Seconds { return ptr(model.Seconds(d)) }

// graceful is a connection that both sides close.
func graceful(stream uint32) *model.Record {
	return &model.Record{
		Stream: stream, Server: model.Endpoint{Port: 443}, Client: model.Endpoint{Port: 40000},
		Handshake: conn.HandshakeComplete, Close: conn.CloseGraceful, FirstCloser: ptr(conn.Client), Flags: ">S <S. >. >F. <. <F. >.",
		HalfClosedS: seconds(200 * time.Millisecond), Ended: conn.EndClosed,
		FIN: model.Sides[*model.FIN]{Client: &model.FIN{Frame: ptr(int64(4))}, Server: &model.FIN{Frame: ptr(int64(6))}},
	}
}

// leaking is a connection that the server does not close.
func leaking(stream uint32) *model.Record {
	r := graceful(stream)
	r.Close, r.MissingFIN, r.HalfClosedS, r.Ended = conn.CloseHalfClosed, []conn.Role{conn.Server}, seconds(2100*time.Millisecond), conn.EndCapture
	r.Flags = ">S <S. >. >F. <."
	r.FIN = model.Sides[*model.FIN]{Client: &model.FIN{Frame: ptr(int64(12)), ACKFrame: ptr(int64(15))}}
	r.Findings = []model.Finding{{Rule: "FIN202", Name: "close-wait-leak", Severity: model.Error, Side: ptr(conn.Server), Message: model.TextOf("it leaks"), Frames: []int64{12, 15}}}
	return r
}

var someRules = []string{"FIN101", "FIN202"}

// judge checks a capture by all that a configuration says of it.
func judge(c *Checker, in *Capture, config *Config) *Result {
	scope, err := config.Scope(in.Path)
	if err != nil {
		panic(err)
	}
	in.Scope = scope
	return c.Check(in, config)
}

func capture(records ...*model.Record) *Capture {
	return &Capture{
		Path: "a.pcap", Records: records, Rules: someRules,
		Summary: &model.Summary{Files: []model.FileInfo{{File: "a.pcap"}}},
	}
}

// agreed returns the golden record of connections.
func agreed(records ...*model.Record) []byte {
	return judge(new(Checker), capture(records...), new(Config)).Golden
}

func problems(t *testing.T, golden []byte, records ...*model.Record) []Problem {
	t.Helper()
	in := capture(records...)
	in.Golden = golden
	return judge(new(Checker), in, new(Config)).Problems
}

func TestGoldenRecord(t *testing.T) {
	golden := agreed(graceful(0), graceful(1), leaking(2), graceful(3))
	want := `{
  "schema": "finwait.golden/1",
  "rules": "FIN101 FIN202",
  "connections": [
    {
      "streams": "0-1, 3",
      "port": 443,
      "handshake": "complete",
      "close": "graceful",
      "first_closer": "client",
      "flags": ">S <S. >F. <F."
    },
    {
      "streams": "2",
      "port": 443,
      "handshake": "complete",
      "close": "half-closed",
      "first_closer": "client",
      "missing_fin": "server",
      "flags": ">S <S. >F.",
      "findings": [
        "FIN202 close-wait-leak server"
      ]
    }
  ]
}
`
	if string(golden) != want {
		t.Errorf("got %s", golden)
	}
	if p := problems(t, golden, graceful(0), graceful(1), leaking(2), graceful(3)); len(p) != 0 {
		t.Errorf("the same differs: %+v", p)
	}
	if p := problems(t, golden, leaking(0), graceful(1), graceful(2), graceful(3)); len(p) != 0 {
		t.Errorf("another order of connections differs: %+v", p)
	}
	if bytes.Contains(agreed(), []byte("null")) {
		t.Errorf("an empty capture has null in its record: %s", agreed())
	}
}

func TestChangesInWords(t *testing.T) {
	reset := graceful(3)
	reset.Close, reset.RST = conn.CloseResetAfterFIN, &model.RST{By: conn.Client, Kind: ptr(conn.RSTReply), Frame: 9}
	other := graceful(3)
	other.Server.Port, other.Flags = 80, ">S <S. >. >d >F. <. <F. >."
	for _, c := range []struct {
		was, is []*model.Record
		want    string
	}{
		{
			[]*model.Record{graceful(3)},
			[]*model.Record{leaking(3)},
			`stream 3: server closed after the client; now never closes, half-closed 2.10 s at the end of the capture, frames 12, 15
stream 3: new finding FIN202 close-wait-leak server: it leaks, frames 12, 15`,
		},
		{
			[]*model.Record{leaking(3)},
			[]*model.Record{graceful(3)},
			`stream 3: server never closed; now closes 200 ms after the client, frames 4, 6
stream 3: no longer found: FIN202 close-wait-leak server`,
		},
		{
			[]*model.Record{graceful(3)},
			[]*model.Record{reset},
			"stream 3: server closed after the client; now client resets it 200 ms after the client's FIN, frames 4, 6, 9",
		},
		{
			[]*model.Record{graceful(3)},
			[]*model.Record{other},
			`stream 3: the server's port: was 443; now 80
stream 3: the flag sequence: was >S <S. >F. <F.; now >S <S. >d >F. <F.`,
		},
		{
			nil,
			[]*model.Record{graceful(0)},
			"stream 0 is new: server closes 200 ms after the client, frames 4, 6",
		},
		{
			[]*model.Record{graceful(0), graceful(1)},
			[]*model.Record{graceful(0)},
			"stream 1 is gone: server closed after the client",
		},
	} {
		p := problems(t, agreed(c.was...), c.is...)
		if len(p) != 1 || p[0].Kind != GoldenChanged {
			t.Errorf("problems %+v, want\n%s", p, c.want)
			continue
		}
		if got := strings.Join(p[0].Lines, "\n"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
		if !strings.Contains(p[0].Diff, "+++ now") {
			t.Errorf("no diff: %s", p[0].Diff)
		}
	}
}

// A rule that came after the golden record was made, or that was not asked, changes
// nothing. One that was left out of it is a failure: what it finds would not count.
func TestNewRulesChangeNothing(t *testing.T) {
	finding := `,\n      "findings": [\n        "FIN202 close-wait-leak server"\n      ]`
	finding = strings.ReplaceAll(finding, `\n`, "\n")
	old := bytes.Replace(agreed(leaking(0)), []byte(` FIN202",`), []byte(`",`), 1)
	old = bytes.Replace(old, []byte(finding), nil, 1)
	if bytes.Contains(old, []byte("FIN202")) {
		t.Fatalf("%s", old)
	}
	if p := problems(t, old, leaking(0)); len(p) != 1 || !strings.Contains(p[0].Title, "made without rules") {
		t.Errorf("a rule that was left out is none: %+v", p)
	}
	later := func() *Capture {
		r := leaking(0)
		r.Findings[0].Rule = "FIN304"
		in := capture(r)
		in.Rules = []string{"FIN101", "FIN304"}
		return in
	}
	in := later()
	in.Golden = bytes.Replace(bytes.Replace(judge(new(Checker), later(), new(Config)).Golden, []byte(" FIN304"), nil, 1),
		[]byte(strings.ReplaceAll(finding, "FIN202", "FIN304")), nil, 1)
	if bytes.Contains(in.Golden, []byte("FIN304")) {
		t.Fatalf("%s", in.Golden)
	}
	if res := judge(new(Checker), in, new(Config)); res.Failed() {
		t.Errorf("a new rule is a change: %+v", res.Problems)
	}
	in = capture(leaking(0))
	in.Golden, in.Rules, in.Records[0].Findings = agreed(leaking(0)), []string{"FIN101"}, nil
	if res := judge(new(Checker), in, new(Config)); res.Failed() {
		t.Errorf("a rule that was not asked is a change: %+v", res.Problems)
	}
}

func TestBrokenGoldenRecords(t *testing.T) {
	good := string(agreed(graceful(0)))
	for _, text := range []string{
		"", "{", "[]", `{"schema":"finwait.golden/2"}`,
		strings.Replace(good, `"streams": "0"`, `"streams": "zero"`, 1),
	} {
		p := problems(t, []byte(text), graceful(0))
		if len(p) != 1 || p[0].Kind != GoldenBroken || !strings.Contains(p[0].Mend, "check --update a.pcap") {
			t.Errorf("%q: %+v", text, p)
		}
	}
}
