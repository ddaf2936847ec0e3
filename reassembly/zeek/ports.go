package zeek

import "slices"

// likelyServerPorts are the TCP ports that Zeek's default scripts add to
// likely_server_ports (scripts/base/protocols/*/main.zeek).
var likelyServerPorts = []uint16{
	21, 2811, // ftp
	22,      // ssh
	25, 587, // smtp
	53,                                        // dns
	80, 81, 631, 1080, 3128, 8000, 8080, 8888, // http; 1080 also socks
	88,       // krb
	135,      // dce-rpc
	139, 445, // smb
	143,       // imap
	389, 3268, // ldap
	443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, // ssl
	502,        // modbus
	3389,       // rdp
	5222, 5269, // xmpp
	6379,                   // redis
	6666, 6667, 6668, 6669, // irc
	20000, // dnp3
}

func likelyServer(port uint16) bool { return slices.Contains(likelyServerPorts, port) }
