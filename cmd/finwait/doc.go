// Finwait tells from packet captures how TCP connections were closed.
//
//	$ finwait go-timeout.pcap
//	go-timeout.pcap   12 connections, …
//
//	How they closed
//	  reset after FIN  12  ████████████
//	  first to close: client 12
//
//	Time in closing states … n      p50      p90 …    max  still open
//	  client FIN-WAIT-1 …
//	  client FIN-WAIT-2 …
//	  server CLOSE-WAIT …
//	…
//
// # Usage
//
//	  finwait [COMMAND] [flags] FILE...
//
//	Commands:
//	  report      the summary: how connections closed, and how long closing took (the default)
//	  flows       one record per connection
//	  show        one connection as a ladder: segments, both endpoints' states, findings
//	  extract     the selected connections as a new capture
//	  timeline    how many sockets were in which state, over capture time
//	  ss          the socket tables of the hosts at one moment, as ss and netstat would have
//	              shown them
//	  pair        two captures of the same traffic, one from each end: what became of each
//	              segment between them
//	  check       whether captures still show what was agreed on, for CI
//	  diff        what changed between two captures, or two stored runs
//	  explain     what a rule means, with an example
//	  schema      the JSON Schema of the output
//	  help        what finwait or one of its commands does
//	  version     which build this is
//	  completion  a script that lets a shell complete command lines
//	  man         the manual as a man page
//
//	Topics of help:
//	  where       the fields that --where can ask for, and their values
//	  thresholds  the flags that change what rules take for long, or for many
//	  pairs       how captures of both ends are compared, and what proves what
//	  runs        the small way past one machine: records that each host stores, and one
//	              report of them
//	  prometheus  how a timeline comes into Prometheus and Grafana
//	  zabbix      how a timeline comes into Zabbix
//
//	FILE is a capture, pcap or pcapng, compressed or not; a directory, which stands for every
//	capture below it; a pattern such as 'day/*.pcap'; or - for standard input. Flags may stand
//	before or after files.
//
//	Examples:
//	  finwait a.pcap
//	      how its connections were closed
//	  tcpdump -w - -U | finwait flows --format jsonl -
//	      one JSON object a connection; those that ended come while the capture goes on, many at a time
//
//	Exit codes, the same for every output format:
//	  0    done; no finding at or above --fail-on
//	  1    findings at or above --fail-on; a check that failed; runs that differ
//	  2    the command line is wrong
//	  3    an input could not be read, or only in part, or output not be written
//	  130  interrupted; what was done so far has been printed
//
// # Command report: the summary: how connections closed, and how long closing took
//
//	  finwait [report] [flags] FILE...
//
//	It tells of all captures together how their connections were closed, who closed first, and
//	how long each side stayed in each closing state. "> 9.8 s" is a stay of which no more was
//	captured: it was not over when the capture ended (still open), or had begun unseen; "≤
//	2.16 s" one that ended at some unknown time before, perhaps behind the last segment.
//
//	FILE may be a stored run, too: what flows --format jsonl, json or parquet wrote, of one
//	capture or of many. Its records are counted as those of captures are, so that the results
//	of several hosts come together without their captures. A directory without captures stands
//	for the runs below it, as their names tell: .parquet, .jsonl. What only packets tell is
//	missing then, and said to be.
//
//	html is a page that needs nothing from outside: the findings with the segments of an
//	example, the states over time, and the connections to sort and to filter. It reads the
//	captures twice.
//
//	Flags:
//	  -f, --format FORMAT       how the results are written: text, json, markdown, html
//	                            (default text)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --by KEY              tell of each one apart, the gravest first: file, server,
//	                            client, rule
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	  -j, --jobs N              analyze N captures side by side; without it, as many as there
//	                            are processors. The output is the same
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait a.pcap
//	      the same as finwait report a.pcap
//	  finwait report --format json a.pcap | jq .states.server
//	      for a program
//	  finwait report --after +10s --before +20s a.pcap
//	      a part of the capture
//	  finwait report --by file captures/
//	      of many captures, which one to look at first
//	  finwait report --format html -o incident.html a.pcap
//	      a page with pictures, to look at and to pass on
//	  finwait report --format markdown -o summary.md captures/
//	      for a ticket
//	  finwait report runs/*.parquet
//	      of what each host's finwait flows -o runs/HOST.parquet found, without the captures
//
// # Command flows: one record per connection
//
//	  finwait flows [flags] FILE...
//
//	The records come in the order in which the connections ended, capture after capture, so
//	that memory does not grow with the captures. --sort stream orders those of each capture by
//	stream number; tables always are.
//
//	The default format is a table, and with -o the one that the file is named after. jsonl is
//	the one to process further: one JSON object a line, with every field there is. csv, tsv,
//	zeek and parquet have the same fields flattened, fin.client.frame as fin_client_frame;
//	lists are one JSON cell, but nested in parquet. In csv and tsv, text that a spreadsheet
//	would take for a formula, beginning with =, +, - or @, has an apostrophe before it, and so
//	has text that begins with one: take one off to have it as it was.
//
//	Flags:
//	  -f, --format FORMAT       how the results are written: jsonl, json, csv, tsv, table,
//	                            zeek, parquet (default table)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --sort ORDER          the order of records within a capture: as they end, or by
//	                            stream: end, stream (default end)
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	  -j, --jobs N              analyze N captures side by side; without it, as many as there
//	                            are processors. The output is the same
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait flows a.pcap
//	      a table of the connections, for reading
//	  finwait flows --format jsonl a.pcap | jq 'select(.close == "half-closed")'
//	      the connections that one side never closed
//	  finwait flows -o flows.csv captures/
//	      every capture below a directory, for a spreadsheet
//	  finwait flows -o flows.parquet captures/
//	      the same for DuckDB, Spark, pandas and the like
//	  finwait flows --join --format jsonl ring.pcap*
//	      the files of a rotated capture, as one
//
// # Command show: one connection as a ladder: segments, both endpoints' states, findings
//
//	  finwait show [flags] FILE
//
//	The client's lifeline is on the left, the server's on the right; a state stands beside the
//	segment with which it begins. Sequence and acknowledgment numbers are relative, windows
//	are scaled ("502?" where the scale was not captured), flags are tcpdump's. A silence of a
//	second or more is drawn as one. Findings stand below the last segment that proves them.
//
//	--stream, --tuple or --where select the connection, unless the capture has only one. Of
//	several connections that used the same addresses and ports, --tuple shows the first.
//
//	The capture is read twice; standard input goes to a temporary file meanwhile. Of long
//	connections the stretches in which nothing but data is exchanged are left out, unless
//	--all is given. jsonl has every segment.
//
//	html is a page that needs nothing from outside, svg a drawing for a document: beside the
//	segments, which slant where the delay is known and are dashed where they were lost, each
//	end's states are coloured bands.
//
//	With --pair the segments are those of both captures, by the clock of FILE: what was lost
//	ends in the middle, what was forged begins there, and each end's states come from the
//	capture that is nearer to it.
//
//	Flags:
//	  -f, --format FORMAT       how the results are written: text, jsonl, html, svg (default
//	                            text)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --tuple A-B           the connection between two ends, in either order:
//	                            10.0.0.1:1234-10.0.0.2:80
//	      --all                 leave out nothing
//	      --to-scale            let time run evenly in svg; html can be switched
//	      --pair FILE           draw it with what FILE holds of it, a capture of the same
//	                            traffic at the other end: the segments between two clocks
//	      --follow-up           add what selects the connection in Wireshark, tcpdump and ss
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait show a.pcap --stream 3
//	      the connection that Wireshark calls tcp.stream 3
//	  finwait show a.pcap --tuple 10.0.0.1:40000-10.0.0.2:443 --follow-up
//	      by its addresses, with filters for other programs
//	  finwait show a.pcap --where 'close == "half-closed"'
//	      the only one that one side never closed
//	  finwait show a.pcap --stream 3 --format html -o incident.html
//	      as a page to look at and to pass on
//	  finwait show client.pcap --stream 3 --pair server.pcap
//	      with the capture of the other end: which segments arrived, and when
//	  finwait show a.pcap --stream 3 --format jsonl
//	      for a program: one JSON object a segment
//
// # Command extract: the selected connections as a new capture
//
//	  finwait extract [flags] FILE...
//
//	It writes the frames of the connections that --stream and --where select, of all without
//	them, to a pcapng file: in order, with their timestamps to the nanosecond, lengths, link
//	types and interfaces; ICMP errors about them and IP fragments included, and nothing else.
//	Of several captures it makes one in time order; --join also follows connections across
//	them. finwait says the same of the new capture as of the old one: how long was observed
//	and how many packets were dropped stand in its interface statistics, gaps in comments of
//	its section. One thing is lost: that the addresses and ports of a connection were used
//	again, where the next connection on them is left out.
//
//	Findings become packet comments on their evidence, which Wireshark shows and filters for
//	(frame.comment); --comments=false leaves them out.
//
//	--anonymize is for captures that go to others. Addresses get aliases: those of a network
//	share a network again, private ones stay private. MAC addresses, interface names, payload
//	and unknown options are blanked, checksums made right. Ports, numbers, flags, times, VLANs
//	and the common TCP options stay, for they are what finwait judges by; what needs payload
//	(requests, app) is lost. A frame with anything in it that is not known well enough, as in
//	most tunnels, ends the command without a file.
//
//	The captures are read twice, three times if there are fragments; standard input goes to a
//	temporary file meanwhile.
//
//	Flags:
//	  -w, --write FILE          write to FILE, which appears only when it is complete; - is
//	                            standard output
//	      --anonymize           replace addresses, blank payload and hardware addresses
//	      --key TEXT            with --anonymize, the secret TEXT that the aliases depend on,
//	                            so that several captures get the same; without it, random
//	      --headers-only        cut packets off behind the TCP header; their length on the
//	                            wire stays
//	      --comments            write findings as comments of packets (default true)
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	  -j, --jobs N              analyze N captures side by side; without it, as many as there
//	                            are processors. The output is the same
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait extract a.pcap --stream 3 -w fixture.pcapng
//	      what Wireshark shows for tcp.stream eq 3
//	  finwait extract captures/ --where 'close == "half-closed"' -w - | tshark -r -
//	      from many captures, to another program
//	  finwait extract a.pcap --stream 3 --anonymize --headers-only -w fixture.pcapng
//	      for a bug report
//	  finwait extract --join ring.pcap* --where 'any(findings, .rule == "FIN201")' -w gaveup.pcapng
//	      from a rotated capture
//
// # Command timeline: how many sockets were in which state, over capture time
//
//	  finwait timeline [flags] FILE...
//
//	A socket is one end of a connection. At each multiple of --step it counts those in each
//	state: what netstat would have counted on the hosts, and Grafana or Zabbix have drawn, but
//	with the cause. sockets counts each stay for as long as it can be told to have lasted; min
//	leaves out those of which only an upper bound is known, max lets those of which only a
//	lower bound is known go on. TIME-WAIT lasts --time-wait, or until its addresses and ports
//	are used again. Sockets that sent no segment while captured are invisible, and so is what
//	comes and goes between two multiples: report's worst moment has steps of its own, and may
//	be one with more.
//
//	The default format is a chart. openmetrics and zabbix bring the counts into Prometheus and
//	Zabbix: see 'finwait help prometheus' and 'finwait help zabbix'.
//
//	Flags:
//	  -f, --format FORMAT       how the results are written: text, jsonl, csv, tsv, parquet,
//	                            openmetrics, zabbix, html (default text)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --by KEY              count together the sockets of each host, of the connections of
//	                            each server endpoint, or all: host, server, none (default
//	                            host)
//	      --side SIDE           only the sockets of that end: client, server
//	      --step DURATION       count at each multiple of this DURATION; without it, of a
//	                            round one that gives 60 to 120 (default 0s)
//	      --zabbix-host HOST    zabbix: count all for the HOST of that name; without it, each
//	                            for the address of its own end
//	      --zabbix-key KEY      zabbix: the KEY of items; {state} stands for the state
//	                            (default tcp.status[{state}])
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	  -j, --jobs N              analyze N captures side by side; without it, as many as there
//	                            are processors. The output is the same
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait timeline a.pcap
//	      a chart for the terminal
//	  finwait timeline --step 1s --format jsonl a.pcap | jq 'select(.state == "CLOSE-WAIT")'
//	      the rows of one state
//	  finwait timeline --by server --side server --where 'server.port == 443' captures/
//	      one service, a chart for each capture
//	  finwait timeline --join --format openmetrics -o a.om ring.pcap*
//	      the files of a rotated capture, for promtool
//
// # Command ss: the socket tables of the hosts at one moment, as ss and netstat would have shown them
//
//	  finwait ss [flags] FILE
//
//	The columns are those of ss -tan, and so is the spelling of states. Recv-Q and Send-Q are
//	there where segments leave but one value, "-" elsewhere. Then come since when and how long
//	the socket is in its state ("> 9.8 s" is a stay that was not over when observation ended,
//	"≤ 2.16 s" one that ended at some unknown time before), the stream, and what was found
//	of the connection.
//
//	-s counts them by state, as netstat -an | awk '{++S[$NF]} END {for (a in S) print a,
//	S[a]}' does. Sockets that sent no segment while captured, listening ones among them, are
//	invisible.
//
//	Flags:
//	  -f, --format FORMAT       how the results are written: text, jsonl, csv (default text)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --at TIME             the moment: a TIME, an offset from the first packet such as
//	                            1.5s, or from the end such as -5s; without it, the end of
//	                            observation
//	      --host ADDRESS        only the sockets of that ADDRESS; repeatable, or a,b
//	      --state STATE         only those in that STATE, as RFC 9293, ss or netstat spells
//	                            it; repeatable, or a,b
//	  -s, --summary             count them by state, as netstat spells it
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait ss a.pcap --at +1.5s
//	      the sockets 1.5 s after the first packet
//	  finwait ss a.pcap --at -5s --state close-wait
//	      those in CLOSE-WAIT, 5 s before the end
//	  finwait ss a.pcap --host 10.0.0.1 -s
//	      what netstat would have counted on that host at the end
//	  finwait ss --join ring.pcap* --at 2026-01-02T15:04:05Z --format jsonl
//	      for a program
//
// # Command pair: two captures of the same traffic, one from each end: what became of each segment between them
//
//	  finwait pair [flags] A B
//
//	A and B were captured at the same time at two places, usually both hosts. Their clocks may
//	differ: by how much follows from the segments that are in both. Connections are found in
//	both by addresses, ports and sequence numbers; where addresses are translated in between,
//	by what translation leaves alone.
//
//	What one capture holds and the other does not was lost on the way, or forged there, or not
//	captured: a segment that its receiver acknowledged did arrive. Nothing is called lost or
//	forged outside the time that both captures cover. 'finwait help pairs' says what proves
//	what.
//
//	One of both may be standard input (-), which goes to a temporary file: it is read twice,
//	as captures are. A directory is one capture, of which its files are the parts; with --each
//	the files of two directories are compared one by one, those of the same name or else of
//	the same content. --where asks for the fields of the records that jsonl writes: 'finwait
//	schema pair-flow' describes them.
//
//	Flags:
//	  -f, --format FORMAT       how the results are written: text, jsonl, json, markdown, html
//	                            (default text)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	      --fail-on SEVERITY    the least severity of a finding that makes the exit code 1:
//	                            none, info, warning, error (default none)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --segments            in jsonl and json, what became of each segment, behind its
//	                            connection
//	      --each                compare the files of two directories one by one, by name or
//	                            content
//	      --where EXPR          only connections for which EXPR holds, over the fields of pair
//	                            --format jsonl; repeatable
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait pair client.pcap server.pcap
//	      network or host, and which direction?
//	  finwait pair --segments --format jsonl client.pcap server.pcap
//	      for a program: what became of each segment
//	  finwait pair --where 'segments["client-to-server"].lost > 0' client.pcap server.pcap
//	      the connections that lost something on the way to the server
//	  finwait pair --format html -o path.html client.pcap server.pcap
//	      as a page to pass on
//	  finwait pair --each at-clients/ at-servers/
//	      many captures
//
// # Command check: whether captures still show what was agreed on, for CI
//
//	  finwait check [flags] PATH...
//
//	It looks at every capture below the paths. Beside name.pcap stands its golden record,
//	name.pcap.finwait.json: how each connection was closed and by whom, in which order each
//	side passed through its states, and what the rules found; no times and no addresses, so
//	that a new recording of the same behaviour gives the same record. Commit both. A capture
//	without golden record, a golden record without capture, and a capture that cannot be read
//	are failures.
//
//	finwait.yaml, the nearest one upward from each capture, may hold rules and thresholds, and
//	- assertions, a list of {name, files, assert, message}: assert is an expression over
//	  flows, findings, timers and file, such as 'all(flows, .close == "graceful")'; files is a
//	  pattern, and without it the assertion is about every capture;
//	- ignore, a list of {rule, server, reason}: such findings count neither in golden records
//	  nor in assertions. The reason is required, the server is not;
//	- select, a list of {files, where}: of these captures only the connections for which where
//	  holds are checked, as if there were no others; see finwait help where. It stands in the
//	  file and not on the command line because a golden record must mean the same to whoever
//	  compares with it.
//
//	Nothing is green by omission: an assertion or a select that is about no capture, an ignore
//	or an entry of the baseline that ignores nothing, an assertion about a rule or a value
//	that there is not, and paths without captures are failures. Where only a part of what
//	finwait.yaml is about was named, they are noted, as they are for a hook that names the
//	files that changed.
//
//	SARIF tells of all findings, whether the check fails for them or not: those in a golden
//	record, in the baseline or ignored are suppressed, and the first two unchanged. GitHub's
//	code scanning shows suppressed ones, too: leave them out before the upload, as below.
//
//	Without --update nothing is written but what --junit and --sarif name. What is checked may
//	be a stranger's: links to finwait.yaml and to golden records are not followed, and
//	expressions, patterns and golden records that cost more than what they are about are
//	failures.
//
//	Flags:
//	      --update              write the golden records that are missing or differ
//	      --learn               print assertions that hold now, for finwait.yaml, and check
//	                            nothing
//	      --baseline FILE       findings in FILE are known: what an earlier run wrote with
//	                            --sarif, or flows --format jsonl
//	      --fail-on SEVERITY    findings from this severity on are failures, though the golden
//	                            record has them; the default is none, or warning with
//	                            --baseline: none, info, warning, error
//	      --junit FILE          write a JUnit report to FILE
//	      --sarif FILE          write SARIF 2.1.0 to FILE: all findings, those that are agreed
//	                            on as suppressed
//	      --github              print annotations for GitHub Actions, too
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	  -j, --jobs N              analyze N captures side by side; without it, as many as there
//	                            are processors. The output is the same
//	  -q, --quiet               no warnings, no summary and no progress, only what fails
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait check testdata/
//	      in CI
//	  finwait check --update testdata/
//	      after a change of behaviour that is meant; then look at the diff
//	  finwait check --learn testdata/ >> finwait.yaml
//	      assertions to begin with, for pruning
//	  finwait check --junit report.xml --sarif report.sarif --github testdata/
//	      with reports
//	  jq '.runs[].results |= map(select(.suppressions == null))' report.sarif > upload.sarif
//	      for code scanning: without what is agreed on
//	  finwait check --baseline known.sarif testdata/
//	      only findings that are not in known.sarif are failures
//
// # Command diff: what changed between two captures, or two stored runs
//
//	  finwait diff [flags] OLD NEW
//
//	OLD and NEW are captures, directories of captures, or what flows --format jsonl, json or
//	parquet wrote. It shows side by side how connections were closed, who closed first, what
//	was found, and how long each side stayed in each state. They differ, and the exit code is
//	1, if one of the counts does, or if a p90 moved by more than 20 % and 50 ms.
//
//	Flags:
//	  -f, --format FORMAT       how the result is written: text, json, markdown, html (default
//	                            text)
//	  -o, --output FILE         write to FILE, which appears only when it is complete
//	  -q, --quiet               no warnings and no progress, only errors
//	      --no-progress         do not show on the terminal how far the captures have been
//	                            read
//	      --stream N            only the connection with number N, as in tshark's tcp.stream;
//	                            repeatable
//	      --where EXPR          only connections for which EXPR holds, over the fields of
//	                            flows --format jsonl: 'close == "half-closed" and
//	                            half_closed_s > 5', see 'finwait help where'; repeatable
//	      --join                read the files as one capture in time order, as tcpdump -C, -G
//	                            or -W wrote it
//	      --filter EXPR         only packets that EXPR selects, in tcpdump's language: 'host
//	                            10.0.0.1 and not port 22'
//	      --after TIME          only packets from TIME on: RFC 3339, seconds since the epoch,
//	                            or an offset from the first packet such as +1.5s or 2m
//	      --before TIME         only packets before TIME
//	      --idle DURATION       a connection that was silent for this DURATION has ended
//	                            (default 2h30m0s)
//	      --max-connections N   N live connections, beyond which the stalest is given up
//	                            (default 1000000)
//	      --strict              a capture cut short in its last record is an error (exit code
//	                            3)
//	  -j, --jobs N              analyze N captures side by side; without it, as many as there
//	                            are processors. The output is the same
//	      --rule RULE           only the findings of this RULE: an ID, a name, or how IDs
//	                            begin (FIN2); repeatable, or a,b
//	      --ignore-rule RULE    no findings of this RULE; repeatable, or a,b
//	      --config FILE         read rules and thresholds from FILE instead of the nearest
//	                            finwait.yaml
//	      --no-config           read no finwait.yaml
//	      --half-closed, --missing-fin, --fin-retransmits, --slow-teardown, --patience,
//	      --close-wait, --idle-close, --zero-window, --time-wait, --idle-reset,
//	      --unanswered-syn: thresholds of the rules, see 'finwait help thresholds'
//
//	Examples:
//	  finwait diff before.pcap after.pcap
//	      what a fix did
//	  finwait diff --where 'server.port == 443' before.pcap after.pcap
//	      to one service
//	  finwait diff --format html -o fix.html before.pcap after.pcap
//	      the same as a page, before and after side by side
//	  finwait diff monday.jsonl tuesday.jsonl --format markdown
//	      two stored runs, for a ticket
//
// # Command explain: what a rule means, with an example
//
//	  finwait explain [flags] [RULE]
//
//	RULE is an ID or a name. It tells why the rule's findings come about, what they look like
//	in a capture, how to confirm them on a host, what to change, when they are harmless, which
//	thresholds change them, and what all this rests on. Without RULE it lists the rules.
//
//	Flags:
//	  -f, --format FORMAT       how it is written: text, markdown, json (default text)
//	      --color MODE          colours: auto is on a terminal, unless NO_COLOR is set: auto,
//	                            always, never (default auto)
//	      --width N             lay text out N columns wide, 60 at least; 0 is as wide as
//	                            COLUMNS says or the terminal is
//
//	Examples:
//	  finwait explain
//	      all rules, a line each
//	  finwait explain FIN201
//	      one rule
//	  finwait explain close-wait-leak --format markdown
//	      for a ticket
//
// # Command schema: the JSON Schema of the output
//
//	  finwait schema [flow|report|pair|pair-flow|pair-segment]
//
//	flow is a connection, as flows --format jsonl writes one a line; report is the summary of
//	report --format json. pair is the first line of pair --format jsonl, pair-flow a
//	connection there, and pair-segment what --segments writes behind it. Without a word it is
//	flow. Later versions add members; what a member means changes only with the number in
//	"schema".
//
//	Examples:
//	  finwait schema flow > finwait.flow.schema.json
//	      for a validator, or to generate types from
//
// # Command help: what finwait or one of its commands does
//
//	  finwait help [COMMAND|TOPIC]
//
//	Without a command or topic it lists them all.
//
//	Examples:
//	  finwait help flows
//	      the flags of flows, with examples
//	  finwait help where
//	      the fields that --where can ask for, and their values
//
// # Command version: which build this is
//
//	  finwait version
//
//	It prints the version of the module, or where that has none the revision it was built from
//	and its date; the Go version; and the versions of the output schemas.
//
//	Examples:
//	  finwait version
//	      for a bug report
//
// # Command completion: a script that lets a shell complete command lines
//
//	  finwait completion bash|zsh|fish
//
//	It completes commands, flags, the words that flags take, and the fields that --where
//	begins with; everything else is a file.
//
//	Examples:
//	  source <(finwait completion bash)
//	      for this shell; put it into ~/.bashrc to keep it
//	  finwait completion zsh > "${fpath[1]}/_finwait"
//	      for zsh
//	  finwait completion fish > ~/.config/fish/completions/finwait.fish
//	      for fish
//
// # Command man: the manual as a man page
//
//	  finwait man
//
//	It has what help says of all commands and topics, for man and mandoc.
//
//	Examples:
//	  finwait man > ~/.local/share/man/man1/finwait.1
//	      to be found by man finwait
//	  finwait man | man -l -
//	      to read it at once
//
// # Help on where: the fields that --where can ask for, and their values
//
//	--where EXPR selects connections by the fields of their records, which are those of flows
//	--format jsonl. The language is that of github.com/expr-lang/expr: == != < <= > >= in
//	contains matches startsWith and or not, brackets, and text in quotes.
//
//	A field of an object is behind a dot: server.port == 443. In a list of objects one looks
//	with any, all, none or count, and a dot stands for the element: any(findings, .rule ==
//	"FIN207"). In other lists one looks with in: "duplicates" in caveats. Durations are
//	numbers of seconds, times are compared with date("2026-01-02T15:04:05Z"). Null has null
//	fields, and is neither less nor more than anything: half_closed_s > 1 does not hold where
//	half_closed_s is null. Look for it with rst == null.
//
//	The assertions of finwait.yaml are in the same language: see finwait help check. There
//	flows is a list of such records: all(flows, .close == "graceful").
//
//	Examples:
//	  close == "half-closed" and half_closed_s > 5
//	      what one side never closed, and for more than five seconds
//	  any(findings, .rule == "FIN207")
//	      what a rule found something of
//	  any(states.client, .state == "FIN-WAIT-2" and .duration_s > 1)
//	      clients that were in FIN-WAIT-2 for more than a second
//	  server.port in [80, 443] and rst.by == "server"
//	      what a web server reset
//
//	Fields:
//	  schema                    text
//	  file                      text; path as given; of joined captures that of the first
//	                            frame
//	  stream                    number; tcp.stream of Wireshark
//	  community_id              text; Community ID v1
//	  client                    object; the endpoint that did the active open, see roles
//	    .ip                     text; IPv6 in its short form
//	    .port                   number
//	  server                    object
//	    .ip                     text; IPv6 in its short form
//	    .port                   number
//	  roles                     text; how it is known who is the client: syn, syn-ack, port,
//	                            first-packet
//	  vlan                      list of numbers or null; VLAN IDs from the outermost
//	  tunnel                    object or null; the innermost that carried it
//	    .kind                   text: ipip, 6in4, gre, vxlan, geneve, gtp-u, teredo, etherip,
//	                            l2tp, lisp, tzsp, capwap
//	    .id                     number or null; VNI, key or TEID; null where there is none
//	  interface                 text or null; of the capture
//	  packets.client, packets.server
//	                            number; what each side sent
//	  payload_bytes.client, payload_bytes.server
//	                            number; sequence space that each side sent, counted once,
//	                            without SYN and FIN
//	  quality.client, quality.server
//	                            object; what in each side's sending was not new data in order
//	    .retransmissions        number
//	    .out_of_order           number
//	    .duplicate_acks         number
//	    .keep_alives            number
//	    .zero_window_s          seconds; how long that side's window was 0
//	    .missing_bytes          number; of its payload, that the capture lacks
//	  first                     object; the first captured segment
//	    .file                   text
//	    .frame                  number; 1-based, every packet record counted
//	    .time                   time
//	  last                      object; the last captured segment
//	    .file                   text
//	    .frame                  number; 1-based, every packet record counted
//	    .time                   time
//	  flags                     text; the sequence of flags, > from the client and < from the
//	                            server
//	  completeness              number; tcp.completeness of Wireshark
//	  zeek                      object; as Zeek's conn.log has it
//	    .conn_state             text: S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH,
//	                            SHR, OTH
//	    .history                text
//	    .originator             text: client, server
//	  handshake                 text: complete, no-ack, unanswered, refused, simultaneous,
//	                            not-captured
//	  close                     text; the first that fits of refused (the SYN met an RST),
//	                            unanswered (SYN only), half-open (nothing of the client behind
//	                            the SYN,ACK), reset-after-fin (an RST ended it, after a FIN),
//	                            reset (an RST ended it, with no FIN before), graceful (both
//	                            sides sent a FIN, acknowledged or not: see fin and states),
//	                            half-closed (one side did), open (neither did), unknown (too
//	                            little was captured)
//	  first_closer              text or null: client, server, both
//	  missing_fin               list of text; sides without FIN where the other closed, or
//	                            where the connection went idle: client, server
//	  ended                     text; why the record was closed: closed, reset, reused, idle,
//	                            evicted, capture-end
//	  fin.client, fin.server    object or null; each side's FIN; null where there was none
//	    .file                   text
//	    .frame                  number or null
//	    .time                   time or null
//	    .ack_file               text; of its ACK; absent unless captures were joined
//	    .ack_frame              number or null
//	    .ack_time               time or null
//	    .retransmissions        number
//	    .implied                true or false; never captured, but acknowledged by the peer
//	  rst                       object or null; the first RST that its receiver could accept
//	    .by                     text: client, server
//	    .file                   text
//	    .frame                  number
//	    .time                   time
//	    .kind                   text or null: refused, foreign, reply, abort
//	    .reply_to_file          text; of that segment; absent unless captures were joined
//	    .reply_to               number or null; frame of the segment that it answers
//	    .count                  number; resets from that side
//	  half_closed_s             seconds or null; first FIN to the other side's, without one to
//	                            the RST that ended it, or to the end of observation; longer
//	                            than teardown_s where that FIN crossed the RST
//	  half_closed_bound         text or null: exact, at-least, at-most
//	  half_closed_bytes         number or null; payload that the other side sent meanwhile
//	  teardown_s                seconds or null; first FIN to the ACK of the second, or to the
//	                            RST that ended it; null while open
//	  states.client, states.server
//	                            list of objects; each endpoint's states as its kernel saw them
//	                            (RFC 9293)
//	    .state                  text: UNKNOWN, CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED,
//	                            ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING,
//	                            LAST-ACK, TIME-WAIT
//	    .since                  time
//	    .file                   text
//	    .frame                  number; the frame that shows that it began
//	    .duration_s             seconds; see bound
//	    .bound                  text: exact, at-least, at-most
//	    .open                   true or false; observation ended in this state
//	  rtt_s                     seconds or null; of the handshake
//	  vantage                   text or null; where the capture was taken: client, server,
//	                            middle
//	  app                       object or null; the application's protocol, where payload
//	                            shows it
//	    .protocol               text: http/1, http/2, tls, ssh
//	    .requests               number or null; HTTP/1 requests seen to begin, pipelined ones
//	                            too; null where they cannot be counted
//	    .responses              number or null; the same of final responses
//	    .alerts                 list of text; TLS alerts that were readable
//	  caveats                   list of text; what limits the verdict: capture-gap,
//	                            mid-stream-start, capture-end, one-direction, packets-missing,
//	                            control-only, truncated-headers, duplicates, clock-step,
//	                            segment-offload, evicted, reopened
//	  findings                  list of objects; what the rules found: see finwait explain
//	    .rule                   text; its ID: FIN201
//	    .name                   text; the rule's name: client-gave-up
//	    .severity               text: error, warning, info
//	    .message                text; one sentence with the numbers
//	    .side                   text or null: client, server
//	    .frames                 list of numbers; the evidence, in order
//	    .files                  list of text; of the frames, one each; absent unless captures
//	                            were joined
//	    .duration_s             seconds or null
//	    .bound                  text or null: exact, at-least, at-most
//	    .advice                 text
//	  waits                     list of objects; how long it was waited for what did not come,
//	                            and how long it was silent: what timers are inferred from
//	    .kind                   text; of the timer that it may show: client-timeout,
//	                            server-idle-timeout, client-idle-timeout, handler-time,
//	                            request-timeout, fin-wait-2-timeout, path-idle-timeout,
//	                            keep-alive
//	    .syn_s                  seconds or null; since the SYN
//	    .request_start_s        seconds or null; since the first octet of the last request
//	    .request_end_s          seconds or null; since its last
//	    .last_data_s            seconds or null; since the last payload of either side
//	    .fin_ack_s              seconds or null; since the FIN was acknowledged
//	    .last_segment_s         seconds or null; since the last segment of either side
//	    .end                    time or null; when it was over; null where it was survived
//	    .survived               true or false; the connection was known of afterwards, so that
//	                            the timer, if there is one, is longer
//	    .side                   text or null; in whose kernel a fin-wait-2-timeout runs:
//	                            client, server
//	    .interval_s             seconds or null; between the probes of a keep-alive
//	    .probes                 number or null; of a keep-alive
//
// # Help on thresholds: the flags that change what rules take for long, or for many
//
//	Every command that runs the rules has these flags. finwait.yaml may have them in its
//	section thresholds, without the hyphens in front; a flag overrides the file.
//
//	Flags:
//	      --half-closed DURATION
//	                            FIN101: a connection half-closed for this long is a warning
//	                            (default 1s)
//	      --missing-fin DURATION
//	                            FIN102: silence without FIN or RST at the end of the capture
//	                            that makes a connection abandoned (default 1m)
//	      --fin-retransmits N   FIN103: this many repeated FINs are reported (default 1)
//	      --slow-teardown DURATION
//	                            FIN104: a teardown that takes this long is slow, from the
//	                            first FIN to the last ACK (default 1s)
//	      --patience DURATION   FIN201: a client that waited this long after its request
//	                            wanted the answer (default 50ms)
//	      --close-wait DURATION
//	                            FIN202: CLOSE-WAIT without data for this long is a leak
//	                            (default 2s)
//	      --idle-close DURATION
//	                            FIN206, FIN207: the shortest silence before a close that
//	                            counts as idle (default 1s)
//	      --zero-window DURATION
//	                            FIN209: a window of 0 that holds payload back for this long is
//	                            a stall (default 1s)
//	      --time-wait DURATION  FIN303: how long an endpoint is taken to stay in TIME-WAIT, by
//	                            timeline and ss, too (default 1m)
//	      --idle-reset DURATION
//	                            FIN304, FIN305: the shortest silence in which a connection may
//	                            have been forgotten (default 1s)
//	      --unanswered-syn DURATION
//	                            FIN303, FIN401: a SYN without answer for this long is
//	                            unanswered (default 1s)
//
// # Help on pairs: how captures of both ends are compared, and what proves what
//
//	Capture at both hosts at the same time, from before the trouble until after it: tcpdump -i
//	eth0 -s 128 -w client.pcap on the one, the same on the other. The clocks need not agree.
//
//	Clocks. A segment that passes A first shows the difference of the clocks plus its delay,
//	one that passes B first the difference minus its delay. The truth lies between the least
//	of the ones and the greatest of the others; half of what lies between is the error. Where
//	the path takes longer one way than the other, nothing shows by how much, and the offset is
//	wrong by half of that, within its error. A drift is told only where both directions show
//	it, beyond what scatters. Segments one way only tell no offset and no delays.
//
//	What is the same segment: direction, sequence and acknowledgment number, timestamps,
//	length, what was captured of the payload, and, where the path leaves it alone, the IP
//	identification: so each retransmission is found again by itself. Where a device cuts or
//	merges segments (offload), each of the smaller is one.
//
//	Fates.
//	- delivered: both captures hold it.
//	- lost: its sender's capture holds it, the other was running and does not, and nothing
//	  says that it arrived: it was repeated, or the receiver went on as if it had not come.
//	- forged: only the receiver's capture holds it, and its sender went on as if it had never
//	  sent it, or its TTL, IP identification and window are not its sender's.
//	- duplicated: the network delivered it once more. Its frame at the sender is null.
//	- not-captured: it was acknowledged, or its timestamp was echoed, or its sender went on
//	  behind it; or only one capture was running when it passed.
//	- unknown: none of this can be told.
//
//	A capture loses packets, too: what was acknowledged arrived, selectively (SACK) or not.
//	Where a capture is known to have lost some, by its drop counter or because what it lacks
//	was acknowledged, what it lacks and what nothing proves is unknown: an ACK, a segment that
//	was sent once, an RST that answers what was lost.
//
//	Findings and states. Each end's states are those of its own capture; where one began late,
//	ended early or lacks packets they follow from the segments of both, and from what became
//	of them. What a rule finds in one capture is withdrawn where the other one refutes it: the
//	FIN that was missing is there, the reset that fits nobody was sent by its end, the SYN
//	that was ignored never arrived, or the capture lacks packets and the one that has them all
//	finds nothing. What the other one confirms loses its doubts; what packets are missing is
//	told with how many of them the other capture holds.
//
//	What even two captures cannot tell:
//	- how much longer the path takes one way than the other; and, of traffic that arrives one
//	  way only, the delay;
//	- whether an RST that only its receiver's capture holds was forged or was lost by its
//	  sender's capture, where everything about it fits, it answers nothing that was lost, and
//	  its sender fell silent;
//	- whether a lost ACK, or what was sent once and never acknowledged, was lost on the path
//	  or by a capture that loses packets;
//	- which of several segments that differ in nothing was lost: ACKs over IPv6, which has no
//	  IP identification, or RSTs of no socket, sent closer to each other than delays scatter;
//	- whether the second copy of a segment is the network's or its sender's, where the
//	  sender's capture loses packets;
//	- what became of a segment whose time to arrive reaches over the beginning or the end of a
//	  capture;
//	- what happens between a network device and the place where the kernel captures.
//
// # Help on runs: the small way past one machine: records that each host stores, and one report of them
//
//	Captures are large and stay where they were taken; their records are small. Let each host
//	analyze its own, and put the results together. A connection takes some 160 octets of
//	Parquet, and some 3 kB of JSON Lines.
//
//	Which files. report and diff read what flows wrote as jsonl, json or parquet: of one
//	capture or of many, with --join or without, in the order in which they are named, beside
//	captures, too. JSON may be compressed as captures may; Parquet is compressed within. Each
//	may come from standard input. Parquet that another program wrote is read where it has the
//	same columns, in pages of the first version, with Snappy, zstd or bare, and in the
//	encodings PLAIN, dictionary and DELTA_BINARY_PACKED: what DuckDB writes with COPY, for
//	example.
//
//	What comes out is what report says of the captures themselves: counts, states, findings,
//	groups, legs of proxies, timers and the worst moment. Timers follow from the field waits
//	of each record; what was stored before there was such a field has none, and the report
//	says so.
//
//	What is missing, as records do not tell it:
//	- the captures: packets, link types, drops, what was skipped, and captures without a
//	  connection;
//	- FIN904, FIN905 and FIN906, which are of captures as a whole;
//	- the names of captures that were joined, and with them the commands that show an example.
//
//	What can differ:
//	- of captures below a directory that have the same octets report counts one, and says so;
//	  flows writes the records of each, and diff counts each, so they count as often as they
//	  were stored;
//	- the records of a capture that could not be read to its end do not say so: the run looks
//	  whole;
//	- two captures of one name next to each other in a run count as one; those of several runs
//	  have the run behind their names, as in "a.pcap of runs/web1.parquet";
//	- records that flows --sort stream wrote do not show which connections of a proxy ended
//	  together where there are more than some hundred;
//	- in Parquet, durations of more than 104 days are rounded.
//
//	Rules and thresholds are those of the run that was stored. finwait.yaml and --rule can
//	leave findings out, but find no others. Flags about packets or thresholds are refused, and
//	so is --format html, which shows segments.
//
//	Damage. A line or row that is no record is named with its line and byte, or its row and
//	where its row group begins; the others count, and the exit code is 3. A Parquet file that
//	was cut short has lost its footer: nothing of it can be read.
//
//	Examples:
//	  finwait flows -o runs/web1.parquet /var/log/captures/
//	      on each host, say once an hour
//	  finwait report runs/*.parquet
//	      of all hosts together
//	  finwait report --by server --where 'server.port == 443' runs/*.parquet
//	      of one service, and which of its servers are worst
//	  duckdb -c "SELECT server_ip, close, count(*) FROM 'runs/*.parquet' GROUP BY ALL ORDER BY 3 DESC"
//	      a question of one's own to all records
//	  duckdb -c "COPY (SELECT * FROM 'runs/*.parquet' WHERE server_port = 443) TO 'web.parquet'"
//	      a choice, which report reads again
//
// # Help on prometheus: how a timeline comes into Prometheus and Grafana
//
//	finwait timeline --format openmetrics writes one gauge, finwait_tcp_sockets, with the
//	labels host (server with --by server, none with --by none), side (client, server) and
//	state, as RFC 9293 spells it. Each series ends with a zero, so that nothing stays on a
//	graph behind the end of the capture. Of several captures that are not joined each has a
//	label file. Steps are multiples of 1ms, for Prometheus stores no less.
//
//	promtool makes blocks of it, which a server reads: one of its own, or, once they are moved
//	below its storage.tsdb.path, one that runs. Old captures need a long
//	storage.tsdb.retention.time, or the server drops them at once. To see every sample, and no
//	repetition of old ones, ask for a range by an instant query: finwait_tcp_sockets[1h].
//
//	testdata/monitoring in the source has a dashboard for Grafana (dashboard.json), these
//	alert rules (alerts.yml), and the test that compares what is stored, sample by sample.
//
//	From a capture to the graph:
//	  finwait timeline --format openmetrics -o a.om a.pcap
//	      count
//	  promtool tsdb create-blocks-from openmetrics a.om ./data
//	      make blocks
//	  prometheus --config.file=/dev/null --storage.tsdb.path=./data --storage.tsdb.retention.time=100y
//	      look at http://localhost:9090/graph, or add it to Grafana
//
//	Expressions for alerts:
//	  sum by (host) (finwait_tcp_sockets{state="FIN-WAIT-2"}) > 100
//	      a host closed, and the other side does not
//	  sum by (host) (finwait_tcp_sockets{state="CLOSE-WAIT"}) > 100
//	      the application of a host does not close its sockets
//
// # Help on zabbix: how a timeline comes into Zabbix
//
//	finwait timeline --format zabbix writes a line for each count, "host key seconds
//	nanoseconds value", as zabbix_sender takes it. The keys are those of the scripts that
//	count the lines of netstat: tcp.status[established], synsent, synrecv, finwait1, finwait2,
//	timewait, closewait, lastack, closing; --zabbix-key sets another, in which {state} stands
//	for the state. The host is the address of the socket's own end; --zabbix-host names one
//	for all of them, for which --side or --where leave what belongs to it. Both sides of a
//	host are added up.
//
//	Zabbix keeps values of hosts and trapper items that it knows.
//	testdata/monitoring/zabbix-template.yaml in the source has the items and a trigger each
//	for CLOSE-WAIT and FIN-WAIT-2: import it, and link it to hosts with the names that are
//	sent.
//
//	From a capture to the graph:
//	  finwait timeline --format zabbix --side server --zabbix-host web1 -o a.txt a.pcap
//	      count
//	  zabbix_sender -z zabbix.example.com -T -N -i a.txt
//	      send
package main
