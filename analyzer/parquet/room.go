package parquet

// room is what may still be held of a row group: octets, and values of what can repeat,
// each of which costs time. A page says in some octets that there are billions.
type room struct{ octets, repeats int64 }

const (
	// spareOctets and spareRepeats are there for a file as a whole, whatever its size.
	spareOctets, spareRepeats = 64 << 20, 4 << 20

	// For each octet in the file a row group may have so many more. A row takes 25 at
	// least, as a Community ID cannot be compressed, and it has some hundred values in 1 to
	// 3 kB.
	octetsEach, repeatsEach = 128, 8

	// maxLoaded bounds, in octets, what is held of a row group: a Writer ends one at 32 MiB.
	maxLoaded = 512 << 20

	// maxOfRow bounds the values of a column in a row: elements of lists.
	maxOfRow = 1 << 16
)

// room returns what row group i may have.
func (r *Reader) room(i int) room {
	size := int64(0)
	for k := range r.groups[i].chunks {
		size += r.groups[i].chunks[k].size // together not more than the file has
	}
	return room{min(size, maxLoaded/octetsEach)*octetsEach + r.spare.octets, size*repeatsEach + r.spare.repeats}
}

// reserve reports whether there is room for so many, which are taken.
func (r *room) reserve(octets, repeats int64) bool {
	r.octets -= octets
	r.repeats -= repeats
	return r.octets >= 0 && r.repeats >= 0
}

// keep leaves to the groups behind what of the spare room was not taken.
func (r *Reader) keep(left room) {
	r.spare.octets = max(0, min(r.spare.octets, left.octets))
	r.spare.repeats = max(0, min(r.spare.repeats, left.repeats))
}
