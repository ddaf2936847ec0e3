package cli

import (
	"fmt"
	"net/netip"
	"strings"

	"finwait/analyzer/model"
)

// tupleFlag takes the two ends of a connection, in either order.
type tupleFlag struct {
	text string
	ends [2]netip.AddrPort
}

func (t *tupleFlag) Type() string   { return "A-B" }
func (t *tupleFlag) String() string { return t.text }

func (t *tupleFlag) Set(text string) error {
	a, b, ok := strings.Cut(text, "-")
	if !ok {
		a, b, ok = strings.Cut(strings.TrimSpace(text), " ")
	}
	b = strings.TrimPrefix(b, ">") // a->b
	ends := [2]netip.AddrPort{}
	for i, end := range []string{a, b} {
		var err error
		if ends[i], err = netip.ParseAddrPort(strings.TrimSpace(end)); err != nil {
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("%q is no pair of endpoints: write 10.0.0.1:1234-10.0.0.2:80, or [fd00::1]:1234-[fd00::2]:80", text)
	}
	t.text, t.ends = text, ends
	return nil
}

// holds reports whether r is a connection between the two ends.
func (t *tupleFlag) holds(r *model.Record) bool {
	client, server := r.Client.AddrPort(), r.Server.AddrPort()
	return t.ends == [2]netip.AddrPort{client, server} || t.ends == [2]netip.AddrPort{server, client}
}
