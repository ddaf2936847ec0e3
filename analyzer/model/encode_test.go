package model

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// bare is a Record without its methods, so that encoding/json looks at the
// fields itself.
type bare Record

// fillLists puts empty lists where promised ones are nil, and null where vlan is
// empty.
func fillLists(r *bare) {
	if r.MissingFIN == nil {
		r.MissingFIN = []conn.Role{}
	}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	for i := range r.Findings {
		if r.Findings[i].Frames == nil {
			r.Findings[i].Frames = []int64{}
		}
	}
	if r.Waits == nil {
		r.Waits = []Wait{}
	}
	if r.States.Client == nil {
		r.States.Client = []Stay{}
	}
	if r.States.Server == nil {
		r.States.Server = []Stay{}
	}
	if len(r.VLAN) == 0 {
		r.VLAN = nil
	}
}

// fill sets v to random values, with nil pointers and lists among them.
func fill(rnd *rand.Rand, v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[capture.Time]():
		v.SetInt(int64(rnd.Uint64()))
		return
	case reflect.TypeFor[netip.Addr]():
		v.Set(reflect.ValueOf(randomAddr(rnd)))
		return
	case reflect.TypeFor[Text]():
		v.Set(reflect.ValueOf(TextOf(randomString(rnd))))
		return
	case reflect.TypeFor[Facts]():
		return
	case reflect.TypeFor[conn.Caveats]():
		v.SetUint(rnd.Uint64N(uint64(conn.Reopened) << 1))
		return
	}
	if of, ok := v.Interface().(interface{ Words() []string }); ok && v.Kind() == reflect.Uint8 {
		words := of.Words()
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(words[rnd.IntN(len(words))])); err != nil {
			panic(err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() { // a record's summary is none of its fields
				fill(rnd, f)
			}
		}
	case reflect.Pointer:
		if rnd.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(rnd, v.Elem())
		}
	case reflect.Slice:
		if n := rnd.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(rnd, v.Index(i))
			}
		}
	case reflect.String:
		v.SetString(randomString(rnd))
	case reflect.Bool:
		v.SetBool(rnd.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		n := int64(rnd.Uint64() >> rnd.IntN(64))
		if v.Type() == reflect.TypeFor[Seconds]() && rnd.IntN(2) == 0 {
			n -= n % 1e9
		}
		v.SetInt(n)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(rnd.Uint64() >> (64 - v.Type().Bits()))
	default:
		panic("fill: no case for " + v.Type().String())
	}
}

func randomAddr(rnd *rand.Rand) netip.Addr {
	var b [16]byte
	for i := range b {
		b[i] = byte(rnd.Uint32() & rnd.Uint32() & rnd.Uint32())
	}
	switch rnd.IntN(4) {
	case 0:
		return netip.Addr{}
	case 1:
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	return netip.AddrFrom16(b)
}

func randomString(rnd *rand.Rand) string {
	pieces := []string{
		"a", "close", "/captures/x.pcap", `"`, `\`, "\n", "\r\t\b\f", "\x00\x1b[31m", "\x7f", "<&>",
		"é", "日本", "😀", "\xff", "\xe6\x97", "\u2028", "\u2029", "\ufffd", "\u202e",
	}
	var s string
	for range rnd.IntN(5) {
		s += pieces[rnd.IntN(len(pieces))]
	}
	return s
}

func TestAppendJSONIsWhatEncodingJSONWrites(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range 3000 {
		var r Record
		if i > 0 { // the first is the zero Record
			fill(rnd, reflect.ValueOf(&r).Elem())
		}
		fillLists((*bare)(&r))
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode((*bare)(&r)); err != nil {
			t.Fatal(err)
		}
		got := append(r.AppendJSON(nil), '\n')
		if want := AppendSafeJSON(nil, want.Bytes()); !bytes.Equal(got, want) {
			t.Fatalf("record %d\n got %s\nwant %s", i, got, want)
		}
		var back Record
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("record %d does not come back: %v\n%s", i, err, got)
		}
		var again Record // invalid UTF-8 changes on the first way only
		if err := json.Unmarshal(back.AppendJSON(nil), &again); err != nil || !reflect.DeepEqual(back, again) {
			t.Fatalf("record %d changed on its way (%v)\nthere %s\n back %s", i, err, got, again.AppendJSON(nil))
		}
	}
}

// As a cell of CSV a value is its JSON with every quote doubled, whatever stands in it.
func TestCellsDoubleQuotes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	whole, cell := JSONAppender(reflect.TypeFor[Record]()), CellAppender(reflect.TypeFor[Record]())
	for i := range 1000 {
		var r Record
		if i > 0 {
			fill(rnd, reflect.ValueOf(&r).Elem())
			r.File += `"`
		}
		v := reflect.ValueOf(&r).Elem()
		want := "1" + strings.ReplaceAll(string(whole(nil, v)), `"`, `""`)
		if got := string(cell([]byte("1"), v)); got != want {
			t.Fatalf("record %d\n got %s\nwant %s", i, got, want)
		}
	}
}

func TestAppendJSONWritesNilListsAsEmpty(t *testing.T) {
	r := Record{Findings: []Finding{{}}, VLAN: []uint16{}}
	got := string(r.AppendJSON(nil))
	for _, want := range []string{
		`"missing_fin":[]`, `"caveats":[]`, `"frames":[]`, `"states":{"client":[],"server":[]}`, `"vlan":null`,
	} {
		if !bytes.Contains([]byte(got), []byte(want)) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestSecondsAreExact(t *testing.T) {
	for in, want := range map[Seconds]string{
		0: "0", 1: "0.000000001", 8e8: "0.8", 2160000001: "2.160000001", 3e9: "3", -25e8: "-2.5", -1: "-0.000000001",
	} {
		if got := in.String(); got != want {
			t.Errorf("%d ns: got %s, want %s", int64(in), got, want)
		}
	}
	for in, want := range map[string]Seconds{
		"2.5e-05": 25e3, "1E3": 1e12, "0.0000000019": 1, "-0.8": -8e8, "9223372036.854775807": 1<<63 - 1,
	} {
		var got Seconds
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s: got %d, want %d (%v)", in, int64(got), int64(want), err)
		}
	}
	var s Seconds
	for _, bad := range []string{`"1"`, "1e300", "99999999999", "true"} {
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s was taken as %s", bad, s)
		}
	}
}

// typical is a Record of the size that most connections yield.
func typical() *Record {
	frame, tm, by, reply := int64(61), Time(1700000000123456789), conn.Client, conn.RSTReply
	s := Seconds(2160000001)
	stays := []Stay{
		{State: tcpstate.SynSent, Since: tm, Frame: 1, DurationS: 20e6, Bound: conn.ExactBound},
		{State: tcpstate.Established, Since: tm, Frame: 2, DurationS: 8e8, Bound: conn.ExactBound},
		{State: tcpstate.FinWait1, Since: tm, Frame: 61, DurationS: 42e6, Bound: conn.ExactBound},
		{State: tcpstate.FinWait2, Since: tm, Frame: 63, DurationS: s, Bound: conn.ExactBound},
		{State: tcpstate.Closed, Since: tm, Frame: 86, DurationS: 0, Bound: conn.AtLeast, Open: true},
	}
	return &Record{
		Schema: Schema, File: "go-timeout.pcap", CommunityID: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
		Client: Endpoint{netip.MustParseAddr("10.77.0.1"), 40000}, Server: Endpoint{netip.MustParseAddr("10.77.0.2"), 8080},
		Roles: conn.RolesFromSYN, Packets: Sides[int64]{6, 4}, PayloadBytes: Sides[int64]{120, 1452},
		First: Point{Frame: 1, Time: tm}, Last: Point{Frame: 86, Time: tm},
		Flags: ">S <S. >. >d <. >F. <. <d >R", Completeness: 63, Zeek: Zeek{"RSTO", "ShADFdaR", conn.Client},
		Handshake: conn.HandshakeComplete, Close: conn.CloseResetAfterFIN, FirstCloser: &by, MissingFIN: []conn.Role{conn.Server}, Ended: conn.EndReset,
		FIN:         Sides[*FIN]{Client: &FIN{Frame: &frame, Time: &tm, ACKFrame: &frame, ACKTime: &tm}},
		RST:         &RST{By: by, Frame: 86, Time: tm, Kind: &reply, ReplyTo: &frame, Count: 1},
		HalfClosedS: &s, TeardownS: &s, States: Sides[[]Stay]{stays, stays}, RTTS: &s,
	}
}

func TestAppendJSONTakesNoMemory(t *testing.T) {
	r, buf := typical(), make([]byte, 0, 8<<10)
	if n := testing.AllocsPerRun(100, func() { buf = r.AppendJSON(buf[:0]) }); n != 0 {
		t.Errorf("%v allocations per record", n)
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	r, buf := typical(), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.AppendJSON(buf[:0])
	}
	b.SetBytes(int64(len(buf)))
}

// A tunnel without an ID has none; 0 is one.
func TestTunnelID(t *testing.T) {
	for want, path := range map[string]segment.Path{
		`"tunnel":{"kind":"ipip","id":null}`: {Tunnel: segment.IPIP},
		`"tunnel":{"kind":"gre","id":0}`:     {Tunnel: segment.GRE, HasTunnelID: true},
		`"tunnel":{"kind":"vxlan","id":7}`:   {Tunnel: segment.VXLAN, HasTunnelID: true, TunnelID: 7},
		`"vlan":[5,6,8]`:                     {VLANs: 3, VLAN: [4]uint16{5, 6, 8}},
	} {
		var b built
		b.labels(&path)
		if got := string(b.AppendJSON(nil)); !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}
