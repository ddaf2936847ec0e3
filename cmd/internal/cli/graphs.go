package cli

const prometheusIntro = `finwait timeline --format openmetrics writes one gauge, finwait_tcp_sockets, with the labels host (server
with --by server, none with --by none), side (client, server) and state, as RFC 9293 spells it. Each series
ends with a zero, so that nothing stays on a graph behind the end of the capture. Of several captures that
are not joined each has a label file. Steps are multiples of 1ms, for Prometheus stores no less.

promtool makes blocks of it, which a server reads: one of its own, or, once they are moved below its
storage.tsdb.path, one that runs. Old captures need a long storage.tsdb.retention.time, or the server drops
them at once. To see every sample, and no repetition of old ones, ask for a range by an instant query:
finwait_tcp_sockets[1h].

testdata/monitoring in the source has a dashboard for Grafana (dashboard.json), these alert rules
(alerts.yml), and the test that compares what is stored, sample by sample.`

func prometheusParts() []part {
	return []part{
		{text: prometheusIntro},
		{title: "From a capture to the graph", examples: []example{
			{"finwait timeline --format openmetrics -o a.om a.pcap", "count"},
			{"promtool tsdb create-blocks-from openmetrics a.om ./data", "make blocks"},
			{"prometheus --config.file=/dev/null --storage.tsdb.path=./data --storage.tsdb.retention.time=100y", "look at http://localhost:9090/graph, or add it to Grafana"},
		}},
		{title: "Expressions for alerts", examples: []example{
			{`sum by (host) (finwait_tcp_sockets{state="FIN-WAIT-2"}) > 100`, "a host closed, and the other side does not"},
			{`sum by (host) (finwait_tcp_sockets{state="CLOSE-WAIT"}) > 100`, "the application of a host does not close its sockets"},
		}},
	}
}

const zabbixIntro = `finwait timeline --format zabbix writes a line for each count, "host key seconds nanoseconds value", as
zabbix_sender takes it. The keys are those of the scripts that count the lines of netstat:
tcp.status[established], synsent, synrecv, finwait1, finwait2, timewait, closewait, lastack, closing;
--zabbix-key sets another, in which {state} stands for the state. The host is the address of the socket's
own end; --zabbix-host names one for all of them, for which --side or --where leave what belongs to it. Both
sides of a host are added up.

Zabbix keeps values of hosts and trapper items that it knows. testdata/monitoring/zabbix-template.yaml in
the source has the items and a trigger each for CLOSE-WAIT and FIN-WAIT-2: import it, and link it to hosts
with the names that are sent.`

func zabbixParts() []part {
	return []part{
		{text: zabbixIntro},
		{title: "From a capture to the graph", examples: []example{
			{"finwait timeline --format zabbix --side server --zabbix-host web1 -o a.txt a.pcap", "count"},
			{"zabbix_sender -z zabbix.example.com -T -N -i a.txt", "send"},
		}},
	}
}
