package ladders

// Drawn gathers a connection for a page that is about more: a Writer that
// writes nothing itself.
type Drawn struct{ pictures }

// NewDrawn returns one that draws so many segments at most.
func NewDrawn(limit int) *Drawn { return &Drawn{pictures{limit: limit}} }

// Close does nothing.
func (d *Drawn) Close() error { return nil }

// Data draws the connection, frames in links beginning with id; nil unless it was one.
func (d *Drawn) Data(id string) *Data {
	if len(d.list) != 1 {
		return nil
	}
	return newData(d.list[0], id, false)
}
