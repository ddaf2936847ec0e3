package payload

import "strconv"

// Alert is a TLS alert that was sent in the clear (RFC 8446 §6).
type Alert struct {
	Frame       int64 // 0 where there was none
	Level       uint8 // 1 warning, 2 fatal
	Description uint8
}

// AlertSize is the most that a TLS alert record takes with any cipher in use:
// header, initialization vector, padding and authentication code (RFC 5246 §6.2.3).
// What a server sends last on a TLS connection and is no longer answers nothing.
const AlertSize = 96

// alertNames are the alerts that end connections most (RFC 8446 §6).
var alertNames = map[uint8]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate",
	43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
	47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
	70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 90: "user_canceled",
	112: "unrecognized_name", 116: "certificate_required", 120: "no_application_protocol",
}

// String returns the alert's level and its name, or its number.
func (a Alert) String() string {
	level := "warning"
	if a.Level == 2 {
		level = "fatal"
	}
	if name := alertNames[a.Description]; name != "" {
		return level + " " + name
	}
	return level + " " + strconv.Itoa(int(a.Description))
}

// alert looks for a TLS alert record that is not encrypted: two octets long.
func (q *records) alert(p *Piece) {
	octets := p.Octets
	const header, alertType, alertLen = 5, 21, 2
	for len(octets) >= header {
		size := int(octets[3])<<8 | int(octets[4])
		if octets[0] == alertType && size == alertLen && len(octets) >= header+alertLen && octets[5] >= 1 && octets[5] <= 2 {
			q.alerts[p.Side] = Alert{p.Frame, octets[5], octets[6]}
		}
		if octets[0] < 20 || octets[0] > 23 || len(octets) < header+size {
			return
		}
		octets = octets[header+size:]
	}
}
