package ladders

import (
	"fmt"
	"net/netip"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// FollowUp says how other programs select a connection.
type FollowUp struct {
	Stream    string `json:"wireshark_stream"` // display filters
	Tuple     string `json:"wireshark_tuple"`
	Tcpdump   string `json:"tcpdump"`
	SSClient  string `json:"ss_client"` // commands, on either host
	SSServer  string `json:"ss_server"`
	Tunnelled string `json:"tunnel,omitempty"` // in which tunnel it runs: tcpdump does not look into it
}

// NewFollowUp returns how to select the connection of r.
func NewFollowUp(r *model.Record) *FollowUp {
	family, ip := "ip", "ip"
	if r.Client.IP.Is6() && !r.Client.IP.Is4In6() {
		family, ip = "ipv6", "ip6"
	}
	client, server := r.Client.AddrPort(), r.Server.AddrPort()
	f := &FollowUp{
		Stream: fmt.Sprintf("tcp.stream eq %d", r.Stream),
		Tuple: fmt.Sprintf("%[1]s.addr == %[2]s && %[1]s.addr == %[3]s && tcp.port == %[4]d && tcp.port == %[5]d",
			family, client.Addr(), server.Addr(), client.Port(), server.Port()),
		Tcpdump: fmt.Sprintf("%s host %s and host %s and tcp port %d and tcp port %d",
			ip, client.Addr(), server.Addr(), client.Port(), server.Port()),
		SSClient: ssCommand(client, server),
		SSServer: ssCommand(server, client),
	}
	for range r.VLAN { // each "vlan" looks behind one tag more
		f.Tcpdump = "vlan and " + f.Tcpdump
	}
	if r.Tunnel != nil {
		f.Tunnelled = r.Tunnel.Kind.String()
	}
	return f
}

func ssCommand(own, peer netip.AddrPort) string {
	return fmt.Sprintf("ss -tanoip 'src %s and dst %s'", own, peer)
}

func (t *textWriter) FollowUp(f *FollowUp) error {
	t.buf.WriteString("\n" + t.style.Bold("Follow up") + "\n")
	line := func(title, text string) {
		t.buf.WriteString("  " + prose.Pad(title, 12) + text + "\n") // to be copied: never wrapped
	}
	line("Wireshark", f.Stream)
	line("", f.Tuple)
	line("tcpdump", "'"+f.Tcpdump+"'")
	if f.Tunnelled != "" {
		line("", "# runs in a tunnel ("+prose.Safe(f.Tunnelled)+"), which tcpdump does not look into")
	}
	line("client", f.SSClient)
	line("server", f.SSServer)
	return t.write()
}
