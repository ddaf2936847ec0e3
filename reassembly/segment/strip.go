package segment

import (
	"errors"
	"fmt"
)

// Inner says what stands behind a link-layer header.
type Inner struct {
	At   int // octets of the header
	Kind InnerKind
	Type uint16 // of InnerEtherType; the LinkType of InnerLink
}

// InnerKind is how what stands behind a header is to be read.
type InnerKind uint8

// The kinds of what stands behind a link-layer header.
const (
	InnerIP        InnerKind = iota // an IPv4 or IPv6 header
	InnerEtherType                  // what Type says
	InnerPPP                        // address and control, or not, and a PPP protocol
	InnerLLC                        // an IEEE 802.2 header
	InnerLink                       // a packet of the link type Type
)

// A stripper is Strip for one link type. It hands blank what names hosts or
// people: the header must still be decoded the same when those octets are 0.
type stripper func(b []byte, blank func([]byte)) (Inner, error)

var (
	errCut       = errors.New("a header was cut off")
	errBad       = errors.New("a header contradicts itself")
	errAggregate = errors.New("several packets in one frame")
	errEncrypted = errors.New("an encrypted frame")
)

// Strip goes through the header of the link layer, for who rewrites packets. It
// hands blank those octets of the header that may not be shown to others.
func (t LinkType) Strip(b []byte, blank func([]byte)) (Inner, error) {
	row := t.row()
	if row == nil || row.strip == nil {
		return Inner{}, fmt.Errorf("link type %d", t)
	}
	return row.strip(b, blank)
}

func stripNothing([]byte, func([]byte)) (Inner, error) { return Inner{}, nil }
