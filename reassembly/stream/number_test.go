package stream

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

var (
	endA = segment.Endpoint{Addr: segment.Addr{10: 0xff, 11: 0xff, 12: 10, 15: 1}, Port: 1000}
	endB = segment.Endpoint{Addr: segment.Addr{10: 0xff, 11: 0xff, 12: 10, 15: 2}, Port: 80}
)

// parse reads a segment "from flags:seq:ack:len": from is > for endA and < for
// endB, flags are of FSRPU and . (ACK), or - for none. Zeros at the end may be
// left out.
func parse(tok string) (seg segment.Segment) {
	seg = segment.Segment{Src: endA, Dst: endB, Is4: true}
	if tok[0] == '<' {
		seg.Src, seg.Dst = endB, endA
	}
	fields := strings.Split(tok[1:], ":")
	for _, f := range fields[0] {
		seg.Flags |= map[rune]segment.Flags{
			'F': segment.FIN, 'S': segment.SYN, 'R': segment.RST,
			'P': segment.PSH, 'U': segment.URG, '.': segment.ACK,
		}[f]
	}
	var n [3]uint64
	for i, s := range fields[1:] {
		n[i], _ = strconv.ParseUint(s, 10, 32)
	}
	seg.Seq, seg.Ack, seg.PayloadLen = seqnum.Value(n[0]), seqnum.Value(n[1]), uint32(n[2])
	return seg
}

type numberCase struct {
	name, script, streams string
	completeness          []uint8
}

// run numbers the segments of a script. Those with a leading "i" are quoted in
// an ICMP error; those with "o" have a data offset behind their end, with "u" one
// less than 5.
func (tc *numberCase) run(t *testing.T) {
	x := NewIndex()
	var streams []string
	completeness := make([]uint8, len(tc.completeness))
	for tok := range strings.FieldsSeq(tc.script) {
		seg := parse(strings.TrimLeft(tok, "iou"))
		seg.ShortOffset = tok[0] == 'u'
		seg.BadOffset = tok[0] == 'o' || seg.ShortOffset
		var tuple *Tuple
		var prev *Tuple
		opened := false
		if tok[0] == 'i' {
			seg.ICMP.Header = true
			tuple, _, prev = x.Quote(&seg)
			opened = prev != nil
		} else {
			tuple, _, opened, prev = x.Number(&seg)
		}
		if opened && tuple.Stream > 0 && (prev == nil || prev.Stream != tuple.Stream-1 || prev.Completeness != completeness[prev.Stream]) {
			t.Errorf("stream %d: the previous is %+v", tuple.Stream, prev)
		}
		streams = append(streams, strconv.Itoa(int(tuple.Stream)))
		completeness[tuple.Stream] = tuple.Completeness
	}
	if got := strings.Join(streams, " "); got != tc.streams {
		t.Errorf("%s\n got streams %s\nwant %s", tc.script, got, tc.streams)
	}
	if got, want := fmt.Sprint(completeness), fmt.Sprint(tc.completeness); got != want {
		t.Errorf("%s\n got completeness %s\nwant %s", tc.script, got, want)
	}
}

// TestNumber's expectations are what "tshark -2" 4.0.17 showed of captures of
// these segments: the stream of each, and the completeness at the last of each
// stream.
func TestNumber(t *testing.T) {
	for _, tc := range []numberCase{
		{"normal", ">S:100 <S.:300:101 >.:101:301 >P.:101:301:5 <.:301:106 >F.:106:301 <F.:301:107 >.:107:302", "0 0 0 0 0 0 0 0", []uint8{31}},
		{"synretrans", ">S:100 >S:100", "0 0", []uint8{1}},
		{"newisn", ">S:100 >S:200", "0 1", []uint8{1, 1}},
		{"sameisn after fin", ">S:100 <S.:300:101 >.:101:301 >F.:101:301 >S:100", "0 0 0 0 0", []uint8{23}},
		{"sameisn after rst", ">S:100 <R.:0:101 >S:100", "0 0 0", []uint8{37}},
		{"sameisn after fin noack", ">S:100 >F:101 >S:100", "0 0 0", []uint8{1}},
		{"midstream then syn other", ">.:500:700 >S:100", "0 1", []uint8{0, 1}},
		{"midstream then syn base", ">.:101:700 >S:100", "0 0", []uint8{4}},
		{"midstream reverse syn", ">.:500:700 <S:300", "0 1", []uint8{0, 1}},
		{"midstream reverse syn base", ">.:500:301 <S:300", "0 0", []uint8{4}},
		{"first noack then reverse syn", ">P:500:0:5 <S:300", "0 0", []uint8{0}},
		{"first rst then reverse syn", ">R:500 <S:300 >.:1:1", "0 0 0", []uint8{36}},
		{"first rst then syn same base", ">R:501 >S:500 >.:1:1", "0 0 0", []uint8{36}},
		{"simultaneous", ">S:100 <S:300 >S.:100:301 <S.:300:101", "0 0 0 0", []uint8{3}},
		{"simultaneous data", ">S:100:0:5 <S:300 >.:101:301", "0 0 0", []uint8{13}},
		{"reuse other direction", ">S:100 <S.:300:101 >.:101:301 <F.:301:101 >F.:101:302 <.:302:102 <S:999 >S.:888:1000", "0 0 0 0 0 0 1 1", []uint8{23, 3}},
		{"reuse other direction sameisn", ">S:100 <S.:300:101 >.:101:301 <F.:301:101 <S:300", "0 0 0 0 0", []uint8{23}},
		{"synack other", ">S:100 <S.:300:101 <S.:400:101 >.:101:401", "0 0 0 0", []uint8{7}},
		{"synack other then syn", ">S:100 <S.:300:101 <S.:400:101 <S:300", "0 0 0 1", []uint8{3, 1}},
		{"synack other then syn2", ">S:100 <S.:300:101 <S.:400:101 <S:400", "0 0 0 0", []uint8{3}},
		{"synack after rst", ">S:100 <S.:300:101 <R.:301:101 <S.:300:101", "0 0 0 0", []uint8{39}},
		{"synack other after fin", ">S:100 <S.:300:101 >F.:101:301 <S.:700:101", "0 0 0 0", []uint8{23}},
		{"synack first", "<S.:300:101 >.:101:301", "0 0", []uint8{6}},
		{"synack only", "<S.:300:101", "0", []uint8{0}},
		{"synack first then syn same", "<S.:300:101 >S:100", "0 0", []uint8{2}},
		{"synack first then syn other", "<S.:300:101 >S:99", "0 1", []uint8{0, 1}},
		{"synack changes own base", ">S:100 >S.:200:1 >S:100", "0 0 1", []uint8{3, 1}},
		{"synfin", ">SF:100 >.:1:1", "0 0", []uint8{5}},
		{"synfin2", ">SF:100 >S:100", "0 0", []uint8{1}},
		{"synfinack", ">SF.:100:5 <.:5:102", "0 0", []uint8{22}},
		{"synrst", ">SR:100 >S:100 >S:100", "0 0 0", []uint8{33}},
		{"synrst reuse", ">S:50 >SR:100 >S:100 >S:100", "0 1 1 1", []uint8{1, 33}},
		{"tfo", ">S:100:0:9 <S.:300:110", "0 0", []uint8{11}},
		{"tfo reuse", ">S:50 >S:100:0:9 <S.:300:110", "0 1 1", []uint8{1, 3}},
		{"tfo retrans", ">S:100 >S:100:0:9 <S.:300:110", "0 0 0", []uint8{3}},
		{"onlydata", ">P.:1:1:5", "0", []uint8{0}},
		{"data2", ">P.:1:1:5 >.:6:1", "0 0", []uint8{12}},
		{"finonly", ">F.:1:1 <.:1:2", "0 0", []uint8{20}},
		{"fin noack", ">S:100 >F:101 <.:1:102", "0 0 0", []uint8{5}},
		{"rst ack first", "<R.:0:101", "0", []uint8{0}},
		{"null", ">-:100 >-:100 >.:100:1", "0 0 0", []uint8{4}},
		{"xmas", ">FPU:100 <.:1:1", "0 0", []uint8{4}},
		{"synack data", ">S:100 <S.:300:101:7 >.:1:1", "0 0 0", []uint8{7}},
		{"rst data", ">S:100 <R.:300:101:7 >.:1:1", "0 0 0", []uint8{45}},
		{"rst noack data", ">S:100 <R:300:101:7 >.:1:1", "0 0 0", []uint8{37}},
		{"syn then rst ooo", ">S:100 <R:300 >S:100 >S:100 >.:1:1", "0 0 0 0 0", []uint8{37}},
		{"syn in established", ">S:100 <S.:300:101 >.:101:301 >S:100", "0 0 0 0", []uint8{7}},
		{"synack retrans after fin", ">S:100 <S.:300:101 >.:101:301 >F.:101:301 <S.:300:101", "0 0 0 0 0", []uint8{23}},
		{"keep", ">S:100 <S.:300:101 >.:101:301 >.:100:301:1 <.:301:101", "0 0 0 0 0", []uint8{15}},
		{"resetsyn lastframe", ">.:5:0 <S:1", "0 1", []uint8{0, 1}},
		{"resetsyn lastframe2", ">R:5:0 <S:1", "0 0", []uint8{32}},
		{"resetsyn lastframe3", ">F:5:0 >FP:5 <S:1", "0 0 0", []uint8{0}},
		{"resetsyn more", ">P:5:0:3 >R:5:0 <S:1:0:3 <S:1", "0 0 0 0", []uint8{32}},
		{"land like syn midstream", ">P.:500:700:5 <P.:700:505:5 >S:499 >S:498", "0 0 0 1", []uint8{8, 1}},
	} {
		t.Run(tc.name, tc.run)
	}
}

// TestQuote was verified like TestNumber.
func TestQuote(t *testing.T) {
	for _, tc := range []numberCase{
		{"known", ">S:100 i>S:100", "0 0", []uint8{1}},
		{"other ISN", ">S:100 i>S:999", "0 1", []uint8{1, 1}},
		{"then its SYN", "i>S:100 >S:100", "0 0", []uint8{1}},
		{"tells no base", "i>S:100 >S:999", "0 0", []uint8{1}},
		{"data counts as ACK", "i>P.:101:301:5 >S:100", "0 0", []uint8{4}},
		{"data of an open connection", ">S:100 <S.:300:101 i>P.:101:301:5", "0 0 0", []uint8{7}},
		{"FIN", ">S:100 i>F.:101:301 >.:101:301", "0 0 0", []uint8{21}},
		{"SYN,ACK replaces the base", ">S:100 <S.:300:101 i<S.:999:101 <S:300", "0 0 0 1", []uint8{3, 1}},
		{"bad offset tells no base", "o>S:100 >S:200 >.:101:301", "0 0 0", []uint8{5}},
		{"bad offset has no payload", ">S:100 o>P.:101:301", "0 0", []uint8{5}},
		{"short offset tells a base", "u>S:100 >S:200 >S:100", "0 1 2", []uint8{0, 1, 1}},
		{"short offset adds nothing", ">S:100 u<S.:500:101 u>F.:101:501 u<R:501", "0 0 0 0", []uint8{1}},
		{"short offset first", "u>S:100 <S.:500:101 >.:101:501", "0 0 0", []uint8{6}},
		{"short offset reopens", ">S:100 u>S:200 <S.:500:201", "0 1 1", []uint8{1, 3}},
		{"short offset tells the peer's base", "u>.:101:501 <S:500 <S:501", "0 0 1", []uint8{0, 1}},
		{"short offset of a SYN,ACK", "u>S.:100:0 >S:100 >S:900:101", "0 0 1", []uint8{0, 1}},
		{"short offset replaces the base", "<.:500:101 u<S.:700:101 <S:700:101 <S:500:101", "0 0 0 1", []uint8{4, 1}},
		{"bad offset opens", ">S:100 o>S:200 <S.:300:201 >.:201:301", "0 1 1 1", []uint8{1, 7}},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestQuoteOpensNothing(t *testing.T) {
	x := NewIndex()
	seg := parse(">S:100")
	if tuple, _, _ := x.Quote(&seg); tuple != nil || x.Len() != 0 {
		t.Errorf("a quote of 8 octets: tuple %v, %d streams", tuple, x.Len())
	}
	seg.ICMP.Header = true
	x.Quote(&seg)
	seg.ICMP.Header = false
	if tuple, _, opened, prev := x.Number(&seg); !opened || tuple.Stream != 0 || prev != nil {
		t.Errorf("the quoted SYN itself: stream %d, opened %v, previous %v", tuple.Stream, opened, prev)
	}
	if _, _, opened, _ := x.Number(&seg); opened {
		t.Error("opened twice")
	}
}
