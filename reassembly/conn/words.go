package conn

import (
	"encoding/json"

	"finwait/reassembly/enum"
)

// The enumerations write and read their words. Words lists those that records
// hold, in the order in which they are told.

// AppendText appends the word.
func (r Role) AppendText(dst []byte) ([]byte, error) { return append(dst, r.String()...), nil }

// MarshalText returns the word.
func (r Role) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText takes a word.
func (r *Role) UnmarshalText(text []byte) (err error) {
	*r, err = enum.Parse[Role](roleNames[:], text)
	return err
}

// Words returns all words.
func (Role) Words() []string { return roleNames[:Server+1] }

// AppendText appends the word.
func (b Bound) AppendText(dst []byte) ([]byte, error) { return append(dst, b.String()...), nil }

// MarshalText returns the word.
func (b Bound) MarshalText() ([]byte, error) { return b.AppendText(nil) }

// UnmarshalText takes a word.
func (b *Bound) UnmarshalText(text []byte) (err error) {
	*b, err = enum.Parse[Bound](boundNames[:], text)
	return err
}

// Words returns all words.
func (Bound) Words() []string { return boundNames[:] }

// AppendText appends the word.
func (r RolesFrom) AppendText(dst []byte) ([]byte, error) { return append(dst, r.String()...), nil }

// MarshalText returns the word.
func (r RolesFrom) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText takes a word.
func (r *RolesFrom) UnmarshalText(text []byte) (err error) {
	*r, err = enum.Parse[RolesFrom](rolesNames[:], text)
	return err
}

// Words returns all words.
func (RolesFrom) Words() []string { return rolesNames[:] }

// AppendText appends the word.
func (h Handshake) AppendText(dst []byte) ([]byte, error) { return append(dst, h.String()...), nil }

// MarshalText returns the word.
func (h Handshake) MarshalText() ([]byte, error) { return h.AppendText(nil) }

// UnmarshalText takes a word.
func (h *Handshake) UnmarshalText(text []byte) (err error) {
	*h, err = enum.Parse[Handshake](handshakeNames[:], text)
	return err
}

// Words returns all words.
func (Handshake) Words() []string {
	return append(handshakeNames[1:len(handshakeNames):len(handshakeNames)], handshakeNames[0])
}

// AppendText appends the word.
func (v Vantage) AppendText(dst []byte) ([]byte, error) { return append(dst, v.String()...), nil }

// MarshalText returns the word.
func (v Vantage) MarshalText() ([]byte, error) { return v.AppendText(nil) }

// UnmarshalText takes a word.
func (v *Vantage) UnmarshalText(text []byte) (err error) {
	*v, err = enum.Parse[Vantage](vantageNames[:], text)
	return err
}

// Words returns all words.
func (Vantage) Words() []string { return vantageNames[1:] }

// AppendText appends the word.
func (c Close) AppendText(dst []byte) ([]byte, error) { return append(dst, c.String()...), nil }

// MarshalText returns the word.
func (c Close) MarshalText() ([]byte, error) { return c.AppendText(nil) }

// UnmarshalText takes a word.
func (c *Close) UnmarshalText(text []byte) (err error) {
	*c, err = enum.Parse[Close](closeNames[:], text)
	return err
}

// Words returns all words.
func (Close) Words() []string {
	return append(closeNames[1:len(closeNames):len(closeNames)], closeNames[0])
}

// AppendText appends the word.
func (k RSTKind) AppendText(dst []byte) ([]byte, error) { return append(dst, k.String()...), nil }

// MarshalText returns the word.
func (k RSTKind) MarshalText() ([]byte, error) { return k.AppendText(nil) }

// UnmarshalText takes a word.
func (k *RSTKind) UnmarshalText(text []byte) (err error) {
	*k, err = enum.Parse[RSTKind](rstNames[:], text)
	return err
}

// Words returns all words.
func (RSTKind) Words() []string { return rstNames[1:] }

// AppendText appends the word.
func (e End) AppendText(dst []byte) ([]byte, error) { return append(dst, e.String()...), nil }

// MarshalText returns the word.
func (e End) MarshalText() ([]byte, error) { return e.AppendText(nil) }

// UnmarshalText takes a word.
func (e *End) UnmarshalText(text []byte) (err error) {
	*e, err = enum.Parse[End](endNames[:], text)
	return err
}

// Words returns all words.
func (End) Words() []string { return endNames[1:] }

// MarshalJSON returns the caveats as a list of their words.
func (v Caveats) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON returns.
func (v Caveats) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, name := range caveatNames {
		if v&(1<<i) == 0 {
			continue
		}
		if v&(1<<i-1) != 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), '"')
	}
	return append(dst, ']')
}

// UnmarshalJSON takes a list of words, in any order.
func (v *Caveats) UnmarshalJSON(text []byte) error {
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	*v = 0
	for _, name := range names {
		i, err := enum.Parse[uint8](caveatNames[:], []byte(name))
		if err != nil {
			return err
		}
		*v |= 1 << i
	}
	return nil
}

// Words returns all words.
func (Caveats) Words() []string { return caveatNames[:] }
