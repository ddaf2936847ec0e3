// Package monitoring holds what loads a timeline into Prometheus, Grafana and Zabbix:
// alert rules, a dashboard and a template. Its tests run promtool, Prometheus,
// zabbix_sender and a Zabbix proxy, where they are installed, on the loopback:
//
//	go test ./testdata/monitoring
package monitoring
