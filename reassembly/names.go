package reassembly

import "finwait/reassembly/conn"

// What connections are made of stands in package conn. These names are for callers
// that know it under this one.
type (
	Bound     = conn.Bound
	Burst     = conn.Burst
	Caveats   = conn.Caveats
	Close     = conn.Close
	Conn      = conn.Conn
	End       = conn.End
	FIN       = conn.FIN
	Handshake = conn.Handshake
	ICMP      = conn.ICMP
	Mark      = conn.Mark
	Point     = conn.Point
	Protocol  = conn.Protocol
	Quality   = conn.Quality
	RSTKind   = conn.RSTKind
	Role      = conn.Role
	RolesFrom = conn.RolesFrom
	Sight     = conn.Sight
	Stay      = conn.Stay
	Turn      = conn.Turn
	Vantage   = conn.Vantage
)

// The values of those types.
const (
	AlertRecord           = conn.AlertRecord
	AlertSize             = conn.AlertSize
	AtLeast               = conn.AtLeast
	AtMost                = conn.AtMost
	AtSndNxt              = conn.AtSndNxt
	BothRoles             = conn.BothRoles
	CaptureEnd            = conn.CaptureEnd
	Client                = conn.Client
	ClockStep             = conn.ClockStep
	CloseGraceful         = conn.CloseGraceful
	CloseHalfClosed       = conn.CloseHalfClosed
	CloseHalfOpen         = conn.CloseHalfOpen
	CloseOpen             = conn.CloseOpen
	CloseRefused          = conn.CloseRefused
	CloseReset            = conn.CloseReset
	CloseResetAfterFIN    = conn.CloseResetAfterFIN
	CloseUnanswered       = conn.CloseUnanswered
	CloseUnknown          = conn.CloseUnknown
	ControlOnly           = conn.ControlOnly
	DSACK                 = conn.DSACK
	DataRecord            = conn.DataRecord
	Duplicate             = conn.Duplicate
	Duplicates            = conn.Duplicates
	EndCapture            = conn.EndCapture
	EndClosed             = conn.EndClosed
	EndEvicted            = conn.EndEvicted
	EndIdle               = conn.EndIdle
	EndReset              = conn.EndReset
	EndReused             = conn.EndReused
	Evicted               = conn.Evicted
	Exact                 = conn.Exact
	ExactBound            = conn.ExactBound
	HTTP1                 = conn.HTTP1
	HTTP2                 = conn.HTTP2
	HandshakeComplete     = conn.HandshakeComplete
	HandshakeNotCaptured  = conn.HandshakeNotCaptured
	HandshakeRecord       = conn.HandshakeRecord
	HandshakeSimultaneous = conn.HandshakeSimultaneous
	InWindow              = conn.InWindow
	MidStreamStart        = conn.MidStreamStart
	NoRole                = conn.NoRole
	OneDirection          = conn.OneDirection
	PacketsMissing        = conn.PacketsMissing
	Probe                 = conn.Probe
	ProtocolUnknown       = conn.ProtocolUnknown
	RSTAbort              = conn.RSTAbort
	RSTOther              = conn.RSTOther
	RSTReply              = conn.RSTReply
	RawZero               = conn.RawZero
	Reopened              = conn.Reopened
	Retransmit            = conn.Retransmit
	RolesFromSYN          = conn.RolesFromSYN
	SegmentOffload        = conn.SegmentOffload
	Server                = conn.Server
	TLS                   = conn.TLS
	TicketRecord          = conn.TicketRecord
	Unseen                = conn.Unseen
	VantageMiddle         = conn.VantageMiddle
	VantageUnknown        = conn.VantageUnknown
)
