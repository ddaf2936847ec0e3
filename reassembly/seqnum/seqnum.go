package seqnum

// Value is a TCP sequence number: SEG.SEQ, SEG.ACK, SND.NXT and their like.
type Value uint32

// Before reports v < w modulo 2^32. It means what it says while the two are
// less than 2^31 octets apart (RFC 9293 §3.4).
func (v Value) Before(w Value) bool { return int32(v-w) < 0 }

// Add returns the sequence number n octets after v.
func (v Value) Add(n uint32) Value { return v + Value(n) }

// Offset is a sequence number unwrapped: its distance in octets from a
// connection's base (the ISN where the SYN was seen, else the first number
// seen). It does not wrap, so offsets compare as integers; numbers before the
// base are negative.
type Offset int64

// Unwrap returns the offset of v that lies nearest to near, where base is the
// sequence number of offset 0.
func Unwrap(v, base Value, near Offset) Offset {
	return near + Offset(int32(v-base-Value(uint32(uint64(near)))))
}
