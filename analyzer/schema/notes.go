package schema

// note is what a type does not say of a member.
type note struct {
	text  string
	words string // the values that there are
	null  bool   // it may be null, though the type is no pointer
}

const (
	sides  = "client server"
	bounds = "exact at-least at-most"
	grades = "error warning info"
)

// notes are kept by the name of the type and the member.
var notes = map[string]note{
	"Record.file":              {text: "path as given; of joined captures that of the first frame"},
	"Record.stream":            {text: "tcp.stream of Wireshark"},
	"Record.community_id":      {text: "Community ID v1"},
	"Record.client":            {text: "the endpoint that did the active open, see roles"},
	"Record.roles":             {text: "how it is known who is the client", words: "syn syn-ack port first-packet"},
	"Record.vlan":              {text: "VLAN IDs from the outermost", null: true},
	"Record.interface":         {text: "of the capture"},
	"Record.packets":           {text: "what each side sent"},
	"Record.payload_bytes":     {text: "sequence space that each side sent, counted once, without SYN and FIN"},
	"Record.flags":             {text: "the sequence of flags, > from the client and < from the server"},
	"Record.completeness":      {text: "tcp.completeness of Wireshark"},
	"Record.handshake":         {words: "complete no-ack unanswered refused simultaneous not-captured"},
	"Record.close":             {words: "refused unanswered half-open reset-after-fin reset graceful half-closed open unknown"},
	"Record.first_closer":      {words: "client server both"},
	"Record.missing_fin":       {text: "sides without FIN where the other closed, or where the connection went idle", words: sides},
	"Record.ended":             {text: "why the record was closed", words: "closed reset reused idle evicted capture-end"},
	"Record.rst":               {text: "the first RST that its receiver could accept"},
	"Record.half_closed_s":     {text: "first FIN to the other side's, or the RST that ended it, or the end of observation"},
	"Record.half_closed_bound": {words: bounds},
	"Record.half_closed_bytes": {text: "payload that the other side sent meanwhile"},
	"Record.teardown_s":        {text: "first FIN to the ACK of the second, or to the RST that ended it; null while open"},
	"Record.states":            {text: "each endpoint's states as its kernel saw them (RFC 9293)"},
	"Record.rtt_s":             {text: "of the handshake"},
	"Record.vantage":           {text: "where the capture was taken", words: "client server middle"},
	"Record.caveats":           {text: "what limits the verdict"},
	"Point.frame":              {text: "1-based, every packet record counted"},
	"FIN.implied":              {text: "never captured, but acknowledged by the peer"},
	"RST.by":                   {words: sides},
	"RST.kind":                 {words: "refused foreign reply abort"},
	"RST.reply_to":             {text: "frame of the segment that it answers"},
	"Zeek.originator":          {words: sides},
	"Stay.duration_s":          {text: "seconds, see bound"},
	"Stay.bound":               {words: bounds},
	"Stay.open":                {text: "observation ended in this state"},
	"Finding.severity":         {words: grades},
	"Finding.side":             {words: sides},
	"Finding.frames":           {text: "the evidence, in order"},
	"Finding.bound":            {words: bounds},
	"FindingGroup.severity":    {words: grades},
	"FindingGroup.server":      {text: "ip:port; empty for what is left of many servers, or where no server is meant"},
	"FileInfo.skipped":         {text: "packets without TCP segment by reason; with tcp_packets they add up to packets"},
	"FileInfo.complete":        {text: "read to its proper end"},
	"FileInfo.connections":     {text: "null where captures were joined: they share them"},
	"FileInfo.vantage":         {words: "client server middle"},
	"FileInfo.dropped":         {text: "packets that the capturing system says it lost"},
	"StateTimes.n":             {text: "completed stays whose length is known exactly; the quantiles are theirs"},
	"StateTimes.open":          {text: "stays in which observation ended"},
	"Timer.kind":               {words: "client-timeout server-idle-timeout client-idle-timeout handler-time fin-wait-2-timeout"},
	"Timer.from":               {words: "syn request-start request-end last-data fin-ack"},
}
