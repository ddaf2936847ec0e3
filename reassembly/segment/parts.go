package segment

// Parts returns the frames that hold what the last packet completed, its own
// among them: more than one where IP fragments were put together, also within a
// tunnel. total is the length of the datagram's payload then, of the innermost if
// there are several, and 0 where nothing was put together. The frames are valid
// until the next call of Decode, and none unless Frame was set before.
func (d *Decoder) Parts() (frames []int64, total int) {
	if d.fragments.done != nil {
		total = d.fragments.done.total
	}
	return d.parts, total
}

// put adds a fragment to those of its datagram and returns that if it is
// complete.
func (d *Decoder) put(key fragmentKey, next uint8, offset int, more bool, b []byte) *datagram {
	whole := d.fragments.add(key, next, offset, more, b, d.parts)
	if whole != nil && d.Frame != 0 {
		d.parts = append(d.parts[:0], whole.frames...)
	}
	return whole
}
