package model

import (
	"net/netip"
	"slices"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// Schema names the version of the connection record.
const Schema = "finwait.flow/1"

// Record is what finwait says of one connection. Its JSON form is the promise
// to users; AppendJSON writes it, and encoding/json through MarshalJSON.
//
// Times are capture times. Durations are seconds in JSON. What is not known is
// null, never a made-up zero.
type Record struct {
	Schema       string         `json:"schema"`
	File         string         `json:"file" about:"path as given; of joined captures that of the first frame"`
	Stream       uint32         `json:"stream" about:"tcp.stream of Wireshark"`
	CommunityID  string         `json:"community_id" about:"Community ID v1"`
	Client       Endpoint       `json:"client" about:"the endpoint that did the active open, see roles"`
	Server       Endpoint       `json:"server"`
	Roles        conn.RolesFrom `json:"roles" about:"how it is known who is the client"`
	VLAN         []uint16       `json:"vlan" about:"VLAN IDs from the outermost" empty:"null"`
	Tunnel       *Tunnel        `json:"tunnel" about:"the innermost that carried it"`
	Interface    *string        `json:"interface" about:"of the capture"`
	Packets      Sides[int64]   `json:"packets" about:"what each side sent"`
	PayloadBytes Sides[int64]   `json:"payload_bytes" about:"sequence space that each side sent, counted once, without SYN and FIN"`
	Quality      Sides[Quality] `json:"quality" about:"what in each side's sending was not new data in order"`
	First        Point          `json:"first" about:"the first captured segment"`
	Last         Point          `json:"last" about:"the last captured segment"`
	Flags        string         `json:"flags" about:"the sequence of flags, > from the client and < from the server"`
	Completeness int            `json:"completeness" about:"tcp.completeness of Wireshark"`
	Zeek         Zeek           `json:"zeek" about:"as Zeek's conn.log has it"`
	Handshake    conn.Handshake `json:"handshake"`
	Close        conn.Close     `json:"close" about:"the first that fits of refused (the SYN met an RST), unanswered (SYN only), half-open (nothing of the client behind the SYN,ACK), reset-after-fin (an RST ended it, after a FIN), reset (an RST ended it, with no FIN before), graceful (both sides sent a FIN, acknowledged or not: see fin and states), half-closed (one side did), open (neither did), unknown (too little was captured)"`
	FirstCloser  *conn.Role     `json:"first_closer" words:"client server both"`
	MissingFIN   []conn.Role    `json:"missing_fin" about:"sides without FIN where the other closed, or where the connection went idle"`
	Ended        conn.End       `json:"ended" about:"why the record was closed"`
	FIN          Sides[*FIN]    `json:"fin" about:"each side's FIN; null where there was none"`
	RST          *RST           `json:"rst" about:"the first RST that its receiver could accept"`
	HalfClosedS  *Seconds       `json:"half_closed_s" about:"first FIN to the other side's, without one to the RST that ended it, or to the end of observation; longer than teardown_s where that FIN crossed the RST"`
	HalfClosed   *conn.Bound    `json:"half_closed_bound"`
	HalfBytes    *int64         `json:"half_closed_bytes" about:"payload that the other side sent meanwhile"`
	TeardownS    *Seconds       `json:"teardown_s" about:"first FIN to the ACK of the second, or to the RST that ended it; null while open"`
	States       Sides[[]Stay]  `json:"states" about:"each endpoint's states as its kernel saw them (RFC 9293)"`
	RTTS         *Seconds       `json:"rtt_s" about:"of the handshake"`
	Vantage      *conn.Vantage  `json:"vantage" about:"where the capture was taken"`
	App          *App           `json:"app" about:"the application's protocol, where payload shows it"`
	Caveats      conn.Caveats   `json:"caveats" about:"what limits the verdict"`
	Findings     []Finding      `json:"findings" about:"what the rules found: see finwait explain"`
	Waits        []Wait         `json:"waits" about:"how long it was waited for what did not come, and how long it was silent: what timers are inferred from"`

	room room   // of its findings
	ISNs uint64 `json:"-"` // a hash of both initial sequence numbers, the same in every capture; 0 where one was not captured
}

// room is what findings point into. It is used again for the next record.
type room struct {
	frames []int64
	took   []Seconds
}

// Found reports whether a rule found anything on the connection.
func (r *Record) Found(rule string) bool { return r.finds(rule, len(r.Findings)) }

// FoundBefore reports whether a finding before the i-th is of its rule.
func (r *Record) FoundBefore(i int) bool { return r.finds(r.Findings[i].Rule, i) }

func (r *Record) finds(rule string, n int) bool {
	return slices.ContainsFunc(r.Findings[:n], func(f Finding) bool { return f.Rule == rule })
}

// Sides holds one value per endpoint.
type Sides[T any] struct {
	Client T `json:"client"`
	Server T `json:"server"`
}

// Endpoint is an address and port as records show it.
type Endpoint struct {
	IP   netip.Addr `json:"ip" about:"IPv6 in its short form"`
	Port uint16     `json:"port"`
}

// AddrPort returns e in the standard library's form.
func (e Endpoint) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.IP, e.Port) }

// Tunnel is the innermost tunnel that carried the connection.
type Tunnel struct {
	Kind segment.TunnelKind `json:"kind"`
	ID   *uint32            `json:"id" about:"VNI, key or TEID; null where there is none"` // VNI, key or TEID; null where the tunnel has none
}

// Quality counts what one side sent that was not new data in order.
type Quality struct {
	Retransmissions int64   `json:"retransmissions"`
	OutOfOrder      int64   `json:"out_of_order"`
	DuplicateACKs   int64   `json:"duplicate_acks"`
	KeepAlives      int64   `json:"keep_alives"`
	ZeroWindowS     Seconds `json:"zero_window_s" about:"how long that side's window was 0"`
	MissingBytes    int64   `json:"missing_bytes" about:"of its payload, that the capture lacks"`
}

// Point is a captured segment: where it stands and when it was seen. File is
// set only where several files were joined.
type Point struct {
	File  string `json:"file,omitempty"`
	Frame int64  `json:"frame" about:"1-based, every packet record counted"` // 1-based, as in Wireshark
	Time  Time   `json:"time"`
}

// Zeek is the connection as Zeek's conn.log would describe it.
type Zeek struct {
	ConnState string `json:"conn_state" words:"S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH"`
	History   string `json:"history"`

	// Originator is the end that Zeek would take for the one that opened the
	// connection: it flips the two where ports or flags make that likelier.
	Originator conn.Role `json:"originator"`
}

// FIN is one side's FIN. Frame and Time are null where it is Implied: the peer
// acknowledged it, but the capture does not hold it.
type FIN struct {
	File            string `json:"file,omitempty"`
	Frame           *int64 `json:"frame"`
	Time            *Time  `json:"time"`
	ACKFile         string `json:"ack_file,omitempty" about:"of its ACK; absent unless captures were joined"`
	ACKFrame        *int64 `json:"ack_frame"`
	ACKTime         *Time  `json:"ack_time"`
	Retransmissions int64  `json:"retransmissions"`
	Implied         bool   `json:"implied" about:"never captured, but acknowledged by the peer"`
}

// RST is the first reset that its receiver could accept (RFC 9293 §3.5.3).
type RST struct {
	By          conn.Role     `json:"by"`
	File        string        `json:"file,omitempty"`
	Frame       int64         `json:"frame"`
	Time        Time          `json:"time"`
	Kind        *conn.RSTKind `json:"kind"` // null where it is none of them
	ReplyToFile string        `json:"reply_to_file,omitempty" about:"of that segment; absent unless captures were joined"`
	ReplyTo     *int64        `json:"reply_to" about:"frame of the segment that it answers"` // frame of the segment it answers
	Count       int64         `json:"count" about:"resets from that side"`                   // resets from that side
}

// Stay is one endpoint's stay in one state of RFC 9293 §3.3.2.
type Stay struct {
	State     tcpstate.State `json:"state"`
	Since     Time           `json:"since"`
	File      string         `json:"file,omitempty"`
	Frame     int64          `json:"frame" about:"the frame that shows that it began"` // the frame that shows the state began
	DurationS Seconds        `json:"duration_s" about:"see bound"`
	Bound     conn.Bound     `json:"bound"`
	Open      bool           `json:"open" about:"observation ended in this state"` // observation ended in this state
}

// App is the application protocol, as far as payload and snaplen let it be seen.
type App struct {
	Protocol  payload.Protocol `json:"protocol"`
	Requests  *int64           `json:"requests" about:"HTTP/1 requests seen to begin, pipelined ones too; null where they cannot be counted"` // null where they cannot be counted
	Responses *int64           `json:"responses" about:"the same of final responses"`
	Alerts    []string         `json:"alerts,omitempty" about:"TLS alerts that were readable"`
}

// Finding is what one rule says of one connection.
type Finding struct {
	Rule      string      `json:"rule" about:"its ID: FIN201"`
	Name      string      `json:"name" about:"the rule's name: client-gave-up"`
	Severity  Severity    `json:"severity"`
	Message   Text        `json:"message" about:"one sentence with the numbers"`
	Side      *conn.Role  `json:"side"`
	Frames    []int64     `json:"frames" about:"the evidence, in order"`
	Files     []string    `json:"files,omitempty" about:"of the frames, one each; absent unless captures were joined"` // of Frames, one each, where captures were joined
	DurationS *Seconds    `json:"duration_s"`
	Bound     *conn.Bound `json:"bound"`
	Advice    Text        `json:"advice"`

	// Facts are what its rule found; nil where the finding was read back.
	Facts Facts `json:"-"`
}

// Wait is one wait from whatever may have begun it; what did not is null. Round trips to the
// end that waited are taken off. Package timers makes Waits and infers timers from them.
type Wait struct {
	Kind          TimerWord  `json:"kind" about:"of the timer that it may show"`
	SYNS          *Seconds   `json:"syn_s" about:"since the SYN"`
	RequestStartS *Seconds   `json:"request_start_s" about:"since the first octet of the last request"`
	RequestEndS   *Seconds   `json:"request_end_s" about:"since its last"`
	LastDataS     *Seconds   `json:"last_data_s" about:"since the last payload of either side"`
	FINACKS       *Seconds   `json:"fin_ack_s" about:"since the FIN was acknowledged"`
	LastSegmentS  *Seconds   `json:"last_segment_s" about:"since the last segment of either side"`
	End           *Time      `json:"end" about:"when it was over; null where it was survived"`
	Survived      bool       `json:"survived" about:"the connection was known of afterwards, so that the timer, if there is one, is longer"`
	Side          *conn.Role `json:"side" about:"in whose kernel a fin-wait-2-timeout runs"`
	IntervalS     *Seconds   `json:"interval_s" about:"between the probes of a keep-alive"`
	Probes        *int64     `json:"probes" about:"of a keep-alive"`
}

// Time is a capture time; its JSON form is RFC 3339 in UTC with 9 decimals.
type Time = capture.Time

// Seconds is a duration; its JSON form is a number of seconds.
type Seconds time.Duration
