package model

import (
	"net/netip"
	"testing"
)

// The vectors are those of the specification's baseline for TCP.
func TestCommunityID(t *testing.T) {
	end := netip.MustParseAddrPort
	for _, c := range [][3]string{
		{"128.232.110.120:34855", "66.35.250.204:80", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"10.0.0.1:10", "10.0.0.2:20", "1:9j2Dzwrw7T9E+IZi4b4IVT66HBI="},
		{"127.0.0.1:1234", "10.0.0.1:80", "1:mgRgpIZSu0KHDp/QrtcWZpkJpMU="},
	} {
		if got := CommunityID(end(c[0]), end(c[1])); got != c[2] {
			t.Errorf("%s %s: %s, want %s", c[0], c[1], got, c[2])
		}
		if got := CommunityID(end(c[1]), end(c[0])); got != c[2] {
			t.Errorf("%s %s, swapped: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
