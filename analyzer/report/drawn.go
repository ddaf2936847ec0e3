package report

// DrawnLadder gathers a connection for a page that is about more: a LadderWriter that
// writes nothing itself.
type DrawnLadder struct{ pictures }

// NewDrawnLadder returns one that draws so many segments at most.
func NewDrawnLadder(limit int) *DrawnLadder { return &DrawnLadder{pictures{limit: limit}} }

// Close does nothing.
func (d *DrawnLadder) Close() error { return nil }

// Data draws the connection, frames in links beginning with id; nil unless it was one.
func (d *DrawnLadder) Data(id string) *ladderData {
	if len(d.list) != 1 {
		return nil
	}
	return newLadderData(d.list[0], id, false)
}
