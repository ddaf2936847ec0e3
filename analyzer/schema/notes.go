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

	states  = "UNKNOWN CLOSED LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT CLOSING LAST-ACK TIME-WAIT"
	tunnels = "ipip 6in4 gre vxlan geneve gtp-u teredo etherip l2tp lisp tzsp"
	caveats = "mid-stream-start capture-end one-direction packets-missing control-only truncated-headers duplicates clock-step segment-offload evicted reopened"
	zeek    = "S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH"
)

// notes are kept by the name of the type and the member.
var notes = map[string]note{
	"Record.file":                       {text: "path as given; of joined captures that of the first frame"},
	"Record.stream":                     {text: "tcp.stream of Wireshark"},
	"Record.community_id":               {text: "Community ID v1"},
	"Record.client":                     {text: "the endpoint that did the active open, see roles"},
	"Record.roles":                      {text: "how it is known who is the client", words: "syn syn-ack port first-packet"},
	"Endpoint.ip":                       {text: "IPv6 in its short form"},
	"Record.tunnel":                     {text: "the innermost that carried it"},
	"Tunnel.kind":                       {words: tunnels},
	"Tunnel.id":                         {text: "VNI, key or TEID; null where there is none"},
	"Record.vlan":                       {text: "VLAN IDs from the outermost", null: true},
	"Record.interface":                  {text: "of the capture"},
	"Record.packets":                    {text: "what each side sent"},
	"Record.payload_bytes":              {text: "sequence space that each side sent, counted once, without SYN and FIN"},
	"Record.quality":                    {text: "what in each side's sending was not new data in order"},
	"Quality.zero_window_s":             {text: "how long that side's window was 0"},
	"Quality.missing_bytes":             {text: "of its payload, that the capture lacks"},
	"Record.first":                      {text: "the first captured segment"},
	"Record.last":                       {text: "the last captured segment"},
	"Record.zeek":                       {text: "as Zeek's conn.log has it"},
	"Record.fin":                        {text: "each side's FIN; null where there was none"},
	"Record.app":                        {text: "the application's protocol, where payload shows it"},
	"App.protocol":                      {words: "http/1 http/2 tls"},
	"App.requests":                      {text: "HTTP/1 requests seen to begin, pipelined ones too; null where they cannot be counted"},
	"App.responses":                     {text: "the same of final responses"},
	"App.alerts":                        {text: "TLS alerts that were readable"},
	"Record.findings":                   {text: "what the rules found: see finwait explain"},
	"Record.flags":                      {text: "the sequence of flags, > from the client and < from the server"},
	"Record.completeness":               {text: "tcp.completeness of Wireshark"},
	"Record.handshake":                  {words: "complete no-ack unanswered refused simultaneous not-captured"},
	"Record.close":                      {words: "refused unanswered half-open reset-after-fin reset graceful half-closed open unknown"},
	"Record.first_closer":               {words: "client server both"},
	"Record.missing_fin":                {text: "sides without FIN where the other closed, or where the connection went idle", words: sides},
	"Record.ended":                      {text: "why the record was closed", words: "closed reset reused idle evicted capture-end"},
	"Record.rst":                        {text: "the first RST that its receiver could accept"},
	"Record.half_closed_s":              {text: "first FIN to the other side's, or the RST that ended it, or the end of observation"},
	"Record.half_closed_bound":          {words: bounds},
	"Record.half_closed_bytes":          {text: "payload that the other side sent meanwhile"},
	"Record.teardown_s":                 {text: "first FIN to the ACK of the second, or to the RST that ended it; null while open"},
	"Record.states":                     {text: "each endpoint's states as its kernel saw them (RFC 9293)"},
	"Record.rtt_s":                      {text: "of the handshake"},
	"Record.vantage":                    {text: "where the capture was taken", words: "client server middle"},
	"Record.caveats":                    {text: "what limits the verdict", words: caveats},
	"Point.frame":                       {text: "1-based, every packet record counted"},
	"FIN.ack_file":                      {text: "of its ACK; absent unless captures were joined"},
	"FIN.implied":                       {text: "never captured, but acknowledged by the peer"},
	"RST.by":                            {words: sides},
	"RST.kind":                          {words: "refused foreign reply abort"},
	"RST.reply_to":                      {text: "frame of the segment that it answers"},
	"RST.reply_to_file":                 {text: "of that segment; absent unless captures were joined"},
	"RST.count":                         {text: "resets from that side"},
	"Zeek.conn_state":                   {words: zeek},
	"Zeek.originator":                   {words: sides},
	"Stay.state":                        {words: states},
	"Stay.frame":                        {text: "the frame that shows that it began"},
	"Stay.duration_s":                   {text: "see bound"},
	"Stay.bound":                        {words: bounds},
	"Stay.open":                         {text: "observation ended in this state"},
	"Finding.rule":                      {text: "its ID: FIN201"},
	"Finding.name":                      {text: "the rule's name: client-gave-up"},
	"Finding.message":                   {text: "one sentence with the numbers"},
	"Finding.severity":                  {words: grades},
	"Finding.side":                      {words: sides},
	"Finding.frames":                    {text: "the evidence, in order"},
	"Finding.files":                     {text: "of the frames, one each; absent unless captures were joined"},
	"Finding.bound":                     {words: bounds},
	"FindingGroup.severity":             {words: grades},
	"FindingGroup.server":               {text: "ip:port; empty for what is left of many servers, or where no server is meant"},
	"FileInfo.skipped":                  {text: "packets without TCP segment by reason; with tcp_packets they add up to packets"},
	"FileInfo.complete":                 {text: "read to its proper end"},
	"FileInfo.connections":              {text: "null where captures were joined: they share them"},
	"FileInfo.connections_not_selected": {text: "those of which no record was asked for; of joined captures the first has them all"},
	"FileInfo.severities":               {text: "how many findings there are; null where captures were joined"},
	"Summary.severities":                {text: "how many findings there are, also those that findings folds"},
	"Summary.by":                        {text: "what --by asks for: the gravest first, and last what is left of many"},
	"Row.by":                            {text: "what the key is", words: "file server client rule"},
	"Row.key":                           {text: "empty for what is left of many"},
	"Row.keys":                          {text: "how many the row stands for: 1, or about how many are left"},
	"Row.worst":                         {text: "the rule with the gravest findings that no other explains"},
	"Row.half_closed":                   {text: "of connections of which it is known exactly; beyond 64 of a sample"},
	"Row.error":                         {text: "why a file was not read to its end"},
	"Worst.severity":                    {words: grades},
	"FileInfo.vantage":                  {words: "client server middle"},
	"FileInfo.dropped":                  {text: "packets that the capturing system says it lost"},
	"FileInfo.untimed":                  {text: "packets without a time: in records they stand at that of the packet before them, or at 1970-01-01, and durations say nothing"},
	"StateTimes.n":                      {text: "completed stays whose length is known exactly; the quantiles are theirs"},
	"StateTimes.open":                   {text: "stays in which observation ended"},
	"Timer.kind":                        {words: "client-timeout server-idle-timeout client-idle-timeout handler-time fin-wait-2-timeout"},
	"Timer.from":                        {words: "syn request-start request-end last-data fin-ack"},
}
