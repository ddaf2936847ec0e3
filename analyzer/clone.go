package analyzer

import "encoding/json"

// Clone returns a copy that shares nothing with r.
func (r *Record) Clone() (*Record, error) {
	c := new(Record)
	if err := json.Unmarshal(r.AppendJSON(nil), c); err != nil {
		return nil, err
	}
	return c, nil
}
