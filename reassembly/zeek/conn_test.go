package zeek

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

var (
	client = segment.Endpoint{Addr: segment.Addr{15: 1}, Port: 40000}
	server = segment.Endpoint{Addr: segment.Addr{15: 2}, Port: 80}
	peer   = segment.Endpoint{Addr: segment.Addr{15: 2}, Port: 50000} // no likely server
)

// play feeds a script to a new connection. A token is "from flags seq ack len",
// joined by colons: from is > for the client (side 0) or < for the server,
// flags are of FSRP. (the point is ACK, - none), and 0 at the end may be left
// out. A w behind the flags announces a window of 0, an x payload that was not
// captured.
func play(t *testing.T, script string, to segment.Endpoint) *Conn {
	t.Helper()
	c := new(Conn)
	for tok := range strings.FieldsSeq(script) {
		seg := segment.Segment{Src: client, Dst: to, Window: 1000}
		side := uint8(0)
		if tok[0] == '<' {
			seg.Src, seg.Dst, side = seg.Dst, seg.Src, 1
		}
		flags, numbers, _ := strings.Cut(tok[1:], ":")
		cut := false
		for _, f := range flags {
			switch f {
			case 'w':
				seg.Window = 0
			case 'x':
				cut = true
			default:
				seg.Flags |= map[rune]segment.Flags{
					'F': segment.FIN, 'S': segment.SYN, 'R': segment.RST,
					'P': segment.PSH, '.': segment.ACK,
				}[f]
			}
		}
		var n [3]uint32
		for i, s := range strings.Split(numbers, ":") {
			fmt.Sscan(s, &n[i])
		}
		seg.Seq, seg.Ack, seg.PayloadLen = seqnum.Value(n[0]), seqnum.Value(n[1]), n[2]
		if !cut {
			seg.Payload = make([]byte, n[2])
		}
		c.Add(&seg, side)
	}
	return c
}

const (
	open = ">S:100 <S.:300:101 >.:101:301 " // Sh, A
	talk = open + ">P.:101:301:10 <.:301:111 <P.:301:111:20 >.:111:321 "
)

func TestConn(t *testing.T) {
	for _, tc := range []struct {
		name, script, state, history string
	}{
		// The states.
		{"S0", ">S:100", "S0", "S"},
		{"S0 repeated", ">S:100 >S:100 >S:100", "S0", "S"},
		{"S0 other ISN starts anew", ">S:100 >S:200", "S0", "S"},
		{"S1", open, "S1", "ShA"},
		{"S1 data", talk, "S1", "ShADad"},
		{"S1 without last ACK", ">S:100 <S.:300:101", "S1", "Sh"},
		{"SF", talk + ">F.:111:321 <F.:321:112 >.:112:322", "SF", "ShADadFf"},
		{"SF server first", talk + "<F.:321:111 >F.:111:322 <.:322:112", "SF", "ShADadfF"},
		{"S2", talk + ">F.:111:321 <.:321:112", "S2", "ShADadF"},
		{"S3", talk + "<F.:321:111 >.:111:322", "S3", "ShADadf"},
		{"REJ", ">S:100 <R.:0:101", "REJ", "Sr"},
		{"REJ after RST of both", ">S:100 <R.:0:101 >R:101", "REJ", "SrR"},
		{"RSTO", talk + ">R.:111:321", "RSTO", "ShADadR"},
		{"RSTR", talk + "<R.:321:111", "RSTR", "ShADadr"},
		{"RSTR after FIN", talk + ">F.:111:321 <R:321", "RSTR", "ShADadFr"},
		{"RSTO after FIN", talk + "<F.:321:111 >R:111", "RSTO", "ShADadfR"},
		{"RST after own FIN", talk + ">F.:111:321 >R:112", "RSTO", "ShADadFR"},
		{"RST after own FIN, then peer's FIN", talk + ">F.:111:321 >R:112 <F.:321:112", "SF", "ShADadFRf"},
		{"RST after both FINs", talk + ">F.:111:321 <F.:321:112 >R:112", "SF", "ShADadFfR"},
		{"RSTOS0", ">S:100 >R:101", "RSTOS0", "SR"},
		{"SYN, ACK, RST", ">S:100 >.:101:1 >R:101", "OTH", "SAR"},
		{"RSTRH", "<S.:300:101 <R:301", "RSTRH", "^hr"},
		{"SH", ">S:100 >F.:101:0", "SH", "SF"},
		{"SHR", "<S.:300:101 <F.:301:101", "SHR", "^hf"},
		{"OTH mid-stream", ">P.:101:301:10 <.:301:111 <P.:301:111:20", "OTH", "Dad"},
		{"OTH mid-stream FIN", ">P.:101:301:10 >F.:111:301 <F.:301:112", "SF", "DFf"},
		{"OTH one-way FIN", ">P.:101:301:10 >F.:111:301", "SH", "DF"},
		{"OTH responder's FIN only", ">P.:101:301:10 <F.:301:111", "SHR", "Df"},
		{"lone RST", ">R:101", "OTH", "R"},

		// What Zeek's own test suite expects of its captures (testing/btest/Baseline):
		// conn_state-RST-behavior, core.tcp.fin-rst-timeout, core.tcp.miss-end-data.
		{"syn-then-ack-then-rst", ">S:100 <.:1:101 >R:101", "RSTOS0", "SaR"},
		{"syn-then-stuff-then-rst", ">S:100 <.:1:101 >F.:101:1 >R:102", "OTH", "SaFR"},
		{"fin-rst-timeout", talk + "<P.:301:111:20 >F.:111:321 >R.:112:321 <F.:321:112 <R:322", "SF", "ShADadtFRfr"},
		{"miss-end-data", ">S:100 <S.:300:101 >.:101:301 >P.:101:301:10 <.:301:111 <F.:3203:111 >.:111:3204 >F.:111:3204", "SF", "ShADafgF"},

		// The originator.
		{"server's data first", "<P.:301:111:20 >.:111:321", "OTH", "^dA"},
		{"SYN,ACK, then ACK", "<S.:300:101 >.:101:301 >P.:101:301:5", "S1", "^hAD"},
		{"SYN,ACK, RST", "<S.:300:101 >R:101", "RSTO", "^hR"},

		// The letters.
		{"T", talk + ">P.:101:321:10", "S1", "ShADadT"},
		{"T of a keep-alive with an octet", talk + ">.:110:321:1", "S1", "ShADadT"},
		{"keep-alive without one", talk + ">.:110:321 <.:321:111", "S1", "ShADad"},
		{"t in tens", talk + strings.Repeat("<P.:301:111:20 ", 10), "S1", "ShADadtt"},
		{"W", talk + ">w.:111:321 <.:321:111 >.:111:321", "S1", "ShADadW"},
		{"w after the peer's FIN", talk + ">F.:111:321 <w.:321:112", "S2", "ShADadF"},
		{"W after its own FIN", talk + ">F.:111:321 >w.:112:321", "S2", "ShADadFW"},
		{"RST has no window", talk + ">Rw.:111:321", "RSTO", "ShADadR"},
		{"G", open + "<.:301:121", "S1", "ShAaG"},
		{"g", talk + ">.:111:421", "S1", "ShADadg"},
		{"g, then the octets", talk + ">.:111:421 <P.:321:111:100", "S1", "ShADadg"},
		{"no g out of order", talk + "<P.:421:111:100 <P.:321:111:100 >.:111:521", "S1", "ShADadt"},
		{"two holes", talk + "<P.:421:111:100 <P.:621:111:100 >.:111:721", "S1", "ShADadg"},
		{"no g for a FIN not captured", talk + ">.:111:322", "S1", "ShADadg"},
		{"no g for a FIN", talk + "<F.:321:111 >.:111:322", "S3", "ShADadf"},
		{"g told by a FIN", talk + ">F.:111:421", "S2", "ShADadFg"},
		{"no g told by an RST", talk + ">R.:111:421", "RSTO", "ShADadR"},
		{"g of payload that was cut off", open + "<x.:301:101:50 >.:101:351", "S1", "ShAdg"},
		{"no G when partial", ">P.:101:301:10 <.:301:211", "OTH", "Da"},
		{"I", talk + ">FR.:111:321", "RSTO", "ShADadI"},
		{"Q", ">SF:100", "SH", "Q"},
		{"q", ">S:100 <SR.:300:101", "RSTR", "Sq"},
		{"F advances", talk + ">F.:111:321 >F.:113:321", "S2", "ShADadFF"},
		{"F again", talk + ">F.:111:321 >F.:111:321 <F.:321:112 <F.:321:112", "SF", "ShADadFf"},
		{"R advances", talk + ">R:111 >R:121 >R:121", "RSTO", "ShADadRR"},
		{"SYN with data is taken for sent again", ">S:100:0:5 <S.:300:106 >.:106:301", "S1", "SThA"},
		{"FIN with data", open + ">FP.:101:301:9", "S2", "ShAF"},
		{"no flags at all", ">-:100", "OTH", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := play(t, tc.script, server)
			if state, history := c.State(), string(c.AppendHistory(nil)); state != tc.state || history != tc.history {
				t.Errorf("%s\n got %-6s %q\nwant %-6s %q", tc.script, state, history, tc.state, tc.history)
			}
		})
	}
}

// TestUnlikelyPorts has connections where no port speaks for either end, so
// that the first to send is the originator, whatever it sends.
func TestUnlikelyPorts(t *testing.T) {
	for _, tc := range []struct {
		name, script, state, history string
		originator                   uint8
	}{
		{"SYN,ACK first, then its SYN", "<S.:300:101 >S:100 >.:101:301", "S1", "Hs^A", 0},
		{"SYN,ACK and RST", "<S.:300:101 <R:301", "OTH", "HR", 1},
		{"SYN,ACK and ACK", "<S.:300:101 >.:101:301", "S1", "^hA", 0},
		{"SYN,ACK and its sender's data", "<S.:300:101 <P.:301:101:5", "OTH", "^hd", 0},
		{"SYN,ACK, data, end", "<S.:300:101 >.:101:301 >P.:101:301:5 <.:301:106 <P.:301:106:5 >F.:106:306 <F.:306:107", "SF", "^hADadFf", 0},
		{"SYN,ACK refused", "<S.:300:101 >R:101", "REJ", "Hr", 1},
		{"SYN,ACK and FIN", "<S.:300:101 <F.:301:101", "SH", "HF", 1},
		{"simultaneous open", ">S:100 <S:300 >S.:100:301 <S.:300:101", "S1", "Ss", 0},
		{"data", "<P.:301:111:20 >.:111:321", "OTH", "Da", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := play(t, tc.script, peer)
			state, history := c.State(), string(c.AppendHistory(nil))
			if state != tc.state || history != tc.history || c.Originator() != tc.originator {
				t.Errorf("%s\n got %-6s %q by %d\nwant %-6s %q by %d", tc.script,
					state, history, c.Originator(), tc.state, tc.history, tc.originator)
			}
		})
	}
}

// TestUnreadable has the segments that Zeek makes a connection of, and ignores.
func TestUnreadable(t *testing.T) {
	var c Conn
	for _, seg := range []segment.Segment{
		{Src: server, Dst: client, Flags: segment.ACK, BadOffset: true},
		{Src: server, Dst: client, Flags: segment.ACK, Options: segment.Options{Cut: true}},
	} {
		c.Add(&seg, 1)
	}
	if state, history := c.State(), string(c.AppendHistory(nil)); state != "OTH" || history != "^" || c.Originator() != 0 {
		t.Errorf("got %s %q by %d, want OTH \"^\" by 0", state, history, c.Originator())
	}
}

func TestSequenceWrap(t *testing.T) {
	c := play(t, ">S:4294967290 <S.:300:4294967291 >.:4294967291:301 >P.:4294967291:301:20 "+
		"<.:301:15 >P.:15:301:5 >P.:4294967291:301:20 <.:301:20 >F.:20:301 <F.:301:21", server)
	if state, history := c.State(), string(c.AppendHistory(nil)); state != "SF" || history != "ShADaTFf" {
		t.Errorf("got %s %q, want SF \"ShADaTFf\"", state, history)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	script := talk
	for i := range 100 {
		script += fmt.Sprintf(">R:%d ", 111+i)
	}
	if n := len(play(t, script, server).AppendHistory(nil)); n != maxHistory {
		t.Errorf("%d letters, want %d", n, maxHistory)
	}
}

func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Conn{}); n > 112 {
		t.Errorf("a Conn is %d octets, want at most 112", n)
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	c := play(t, talk, server)
	seg := segment.Segment{Src: client, Dst: server, Flags: segment.ACK, Seq: 111, Ack: 321, Window: 1}
	if n := testing.AllocsPerRun(100, func() { c.Add(&seg, 0) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	var c Conn
	syn := segment.Segment{Src: client, Dst: server, Flags: segment.SYN, Seq: 100, Window: 1}
	synAck := segment.Segment{Src: server, Dst: client, Flags: segment.SYN | segment.ACK, Seq: 300, Ack: 101, Window: 1}
	data := segment.Segment{Src: client, Dst: server, Flags: segment.ACK, Seq: 101, Ack: 301, Window: 1, PayloadLen: 1000, Payload: make([]byte, 1000)}
	ack := segment.Segment{Src: server, Dst: client, Flags: segment.ACK, Seq: 301, Window: 1}
	c.Add(&syn, 0)
	c.Add(&synAck, 1)
	for b.Loop() {
		c.Add(&data, 0)
		data.Seq += 1000
		ack.Ack = data.Seq
		c.Add(&ack, 1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2, "ns/segment")
}
