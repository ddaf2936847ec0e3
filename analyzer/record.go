package analyzer

import (
	"net/netip"
	"time"

	"finwait/reassembly"
	"finwait/reassembly/capture"
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
	Schema       string               `json:"schema"`
	File         string               `json:"file"`
	Stream       uint32               `json:"stream"`
	CommunityID  string               `json:"community_id"`
	Client       Endpoint             `json:"client"`
	Server       Endpoint             `json:"server"`
	Roles        reassembly.RolesFrom `json:"roles"`
	VLAN         []uint16             `json:"vlan"`
	Tunnel       *Tunnel              `json:"tunnel"`
	Interface    *string              `json:"interface"`
	Packets      Sides[int64]         `json:"packets"`
	PayloadBytes Sides[int64]         `json:"payload_bytes"`
	Quality      Sides[Quality]       `json:"quality"`
	First        Point                `json:"first"`
	Last         Point                `json:"last"`
	Flags        string               `json:"flags"`
	Completeness int                  `json:"completeness"`
	Zeek         Zeek                 `json:"zeek"`
	Handshake    reassembly.Handshake `json:"handshake"`
	Close        reassembly.Close     `json:"close"`
	FirstCloser  *reassembly.Role     `json:"first_closer" words:"client server both"`
	MissingFIN   []reassembly.Role    `json:"missing_fin"`
	Ended        reassembly.End       `json:"ended"`
	FIN          Sides[*FIN]          `json:"fin"`
	RST          *RST                 `json:"rst"`
	HalfClosedS  *Seconds             `json:"half_closed_s"`
	HalfClosed   *reassembly.Bound    `json:"half_closed_bound"`
	HalfBytes    *int64               `json:"half_closed_bytes"`
	TeardownS    *Seconds             `json:"teardown_s"`
	States       Sides[[]Stay]        `json:"states"`
	RTTS         *Seconds             `json:"rtt_s"`
	Vantage      *reassembly.Vantage  `json:"vantage"`
	App          *App                 `json:"app"`
	Caveats      reassembly.Caveats   `json:"caveats"`
	Findings     []Finding            `json:"findings"`

	room room // of its findings
}

// room is what findings point into. It is used again for the next record.
type room struct {
	frames []int64
	took   []Seconds
}

// Found reports whether a rule found anything on the connection.
func (r *Record) Found(rule string) bool { return has(r.Findings, rule) }

// Sides holds one value per endpoint.
type Sides[T any] struct {
	Client T `json:"client"`
	Server T `json:"server"`
}

// Endpoint is an address and port as records show it.
type Endpoint struct {
	IP   netip.Addr `json:"ip"`
	Port uint16     `json:"port"`
}

// AddrPort returns e in the standard library's form.
func (e Endpoint) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.IP, e.Port) }

// Tunnel is the innermost tunnel that carried the connection.
type Tunnel struct {
	Kind segment.TunnelKind `json:"kind"`
	ID   *uint32            `json:"id"` // VNI, key or TEID; null where the tunnel has none
}

// Quality counts what one side sent that was not new data in order.
type Quality struct {
	Retransmissions int64   `json:"retransmissions"`
	OutOfOrder      int64   `json:"out_of_order"`
	DuplicateACKs   int64   `json:"duplicate_acks"`
	KeepAlives      int64   `json:"keep_alives"`
	ZeroWindowS     Seconds `json:"zero_window_s"`
	MissingBytes    int64   `json:"missing_bytes"`
}

// Point is a captured segment: where it stands and when it was seen. File is
// set only where several files were joined.
type Point struct {
	File  string `json:"file,omitempty"`
	Frame int64  `json:"frame"` // 1-based, as in Wireshark
	Time  Time   `json:"time"`
}

// Zeek is the connection as Zeek's conn.log would describe it.
type Zeek struct {
	ConnState string `json:"conn_state" words:"S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH"`
	History   string `json:"history"`

	// Originator is the end that Zeek would take for the one that opened the
	// connection: it flips the two where ports or flags make that likelier.
	Originator reassembly.Role `json:"originator"`
}

// FIN is one side's FIN. Frame and Time are null where it is Implied: the peer
// acknowledged it, but the capture does not hold it.
type FIN struct {
	File            string `json:"file,omitempty"`
	Frame           *int64 `json:"frame"`
	Time            *Time  `json:"time"`
	ACKFile         string `json:"ack_file,omitempty"`
	ACKFrame        *int64 `json:"ack_frame"`
	ACKTime         *Time  `json:"ack_time"`
	Retransmissions int64  `json:"retransmissions"`
	Implied         bool   `json:"implied"`
}

// RST is the first reset that its receiver could accept (RFC 9293 §3.5.3).
type RST struct {
	By          reassembly.Role     `json:"by"`
	File        string              `json:"file,omitempty"`
	Frame       int64               `json:"frame"`
	Time        Time                `json:"time"`
	Kind        *reassembly.RSTKind `json:"kind"` // null where it is none of them
	ReplyToFile string              `json:"reply_to_file,omitempty"`
	ReplyTo     *int64              `json:"reply_to"` // frame of the segment it answers
	Count       int64               `json:"count"`    // resets from that side
}

// Stay is one endpoint's stay in one state of RFC 9293 §3.3.2.
type Stay struct {
	State     tcpstate.State   `json:"state"`
	Since     Time             `json:"since"`
	File      string           `json:"file,omitempty"`
	Frame     int64            `json:"frame"` // the frame that shows the state began
	DurationS Seconds          `json:"duration_s"`
	Bound     reassembly.Bound `json:"bound"`
	Open      bool             `json:"open"` // observation ended in this state
}

// App is the application protocol, as far as payload and snaplen let it be seen.
type App struct {
	Protocol  reassembly.Protocol `json:"protocol"`
	Requests  *int64              `json:"requests"` // null where they cannot be counted
	Responses *int64              `json:"responses"`
	Alerts    []string            `json:"alerts,omitempty"`
}

// Finding is what one rule says of one connection.
type Finding struct {
	Rule      string            `json:"rule"`
	Name      string            `json:"name"`
	Severity  Severity          `json:"severity"`
	Message   Text              `json:"message"`
	Side      *reassembly.Role  `json:"side"`
	Frames    []int64           `json:"frames"`
	Files     []string          `json:"files,omitempty"` // of Frames, one each, where captures were joined
	DurationS *Seconds          `json:"duration_s"`
	Bound     *reassembly.Bound `json:"bound"`
	Advice    Text              `json:"advice"`

	// Facts are what its rule found; nil where the finding was read back.
	Facts Facts `json:"-"`
}

// Time is a capture time; its JSON form is RFC 3339 in UTC with 9 decimals.
type Time = capture.Time

// Seconds is a duration; its JSON form is a number of seconds.
type Seconds time.Duration
