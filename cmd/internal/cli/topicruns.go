package cli

// runsText is what 'finwait help runs' says.
const runsText = `Captures are large and stay where they were taken; their records are small. Let each host analyze its own,
and put the results together. A connection takes some 160 octets of Parquet, and some 3 kB of JSON Lines.

Which files. report and diff read what flows wrote as jsonl, json or parquet: of one capture or of many, with
--join or without, in the order in which they are named, beside captures, too. JSON may be compressed as
captures may; Parquet is compressed within. Each may come from standard input. Parquet that another program
wrote is read where it has the same columns, in pages of the first version, with Snappy, zstd or bare, and
in the encodings PLAIN, dictionary and DELTA_BINARY_PACKED: what DuckDB writes with COPY, for example.

What comes out is what report says of the captures themselves: counts, states, findings, groups, legs of
proxies, timers and the worst moment. Timers follow from the field waits of each record; what was stored
before there was such a field has none, and the report says so.

What is missing, as records do not tell it:
- the captures: packets, link types, drops, what was skipped, and captures without a connection;
- FIN904, FIN905 and FIN906, which are of captures as a whole;
- the names of captures that were joined, and with them the commands that show an example.

What can differ:
- of captures below a directory that have the same octets report counts one, and says so; flows writes the
  records of each, and diff counts each, so they count as often as they were stored;
- the records of a capture that could not be read to its end do not say so: the run looks whole;
- two captures of one name next to each other in a run count as one; those of several runs have the run
  behind their names, as in "a.pcap of runs/web1.parquet";
- records that flows --sort stream wrote do not show which connections of a proxy ended together where
  there are more than some hundred;
- in Parquet, durations of more than 104 days are rounded.

Rules and thresholds are those of the run that was stored. finwait.yaml and --rule can leave findings
out, but find no others. Flags about packets or thresholds are refused, and so is --format html, which shows
segments.

Damage. A line or row that is no record is named with its line and byte, or its row and where its row group begins;
the others count, and the exit code is 3. A Parquet file that was cut short has lost its footer: nothing of
it can be read.`

func runsParts() []part { return []part{{text: runsText}, {title: "Examples", examples: runsExamples}} }

var runsExamples = []example{
	{"finwait flows -o runs/web1.parquet /var/log/captures/", "on each host, say once an hour"},
	{"finwait report runs/*.parquet", "of all hosts together"},
	{"finwait report --by server --where 'server.port == 443' runs/*.parquet", "of one service, and which of its servers are worst"},
	{`duckdb -c "SELECT server_ip, close, count(*) FROM 'runs/*.parquet' GROUP BY ALL ORDER BY 3 DESC"`, "a question of one's own to all records"},
	{`duckdb -c "COPY (SELECT * FROM 'runs/*.parquet' WHERE server_port = 443) TO 'web.parquet'"`, "a choice, which report reads again"},
}
