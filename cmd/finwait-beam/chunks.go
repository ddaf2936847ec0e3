package main

import (
	"bytes"
	"slices"

	"finwait/analyzer/scratch"
)

// heldChunks is how many octets of a 4-tuple's packets are held in memory, as they came in
// zstd: what is more is in a temporary file.
var heldChunks = 64 << 20

// chunkOrder is the number of the unit and of the chunk that a chunk begins with.
const chunkOrder = 16

// chunks are the packets of a 4-tuple, which come in any order, and some perhaps twice.
type chunks struct {
	list []chunkAt
	held int // octets in memory
	file *scratch.File
	size int64 // of the file
	room []byte
}

// chunkAt is where a chunk is.
type chunkAt struct {
	order [chunkOrder]byte
	own   []byte // the chunk; nil where it is in the file
	at    int64
	n     int
}

// add takes in a chunk, which is not kept.
func (c *chunks) add(b []byte) (err error) {
	if len(b) < chunkOrder {
		return errWire
	}
	one := chunkAt{order: [chunkOrder]byte(b), at: c.size, n: len(b) - chunkOrder}
	b = b[chunkOrder:]
	if c.held+len(b) <= heldChunks {
		one.own = bytes.Clone(b)
		c.held += len(b)
	} else {
		if c.file == nil {
			if c.file, err = scratch.New("packets"); err != nil {
				return err
			}
		}
		if _, err := c.file.WriteAt(b, c.size); err != nil {
			return err
		}
		c.size += int64(len(b))
	}
	c.list = append(c.list, one)
	return nil
}

// each hands the chunks to take in their order, each once, and valid until it returns.
func (c *chunks) each(take func([]byte) error) error {
	slices.SortFunc(c.list, func(a, b chunkAt) int { return bytes.Compare(a.order[:], b.order[:]) })
	for i := range c.list {
		one := &c.list[i]
		if i > 0 && one.order == c.list[i-1].order {
			continue // a worker that was tried again sent it twice
		}
		b := one.own
		if b == nil && one.n > 0 {
			c.room = slices.Grow(c.room[:0], one.n)[:one.n]
			if _, err := c.file.ReadAt(c.room, one.at); err != nil {
				return err
			}
			b = c.room
		}
		if err := take(b); err != nil {
			return err
		}
	}
	return nil
}

// close gives up the file.
func (c *chunks) close() error {
	if c.file == nil {
		return nil
	}
	return c.file.Close()
}
