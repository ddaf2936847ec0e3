package records

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/scratch"
)

// sortMemory is how many octets of encoded records are sorted in memory.
const sortMemory = 64 << 20

// sorter orders the records of each capture by stream. It holds them encoded;
// what does not fit into memory is sorted in pieces, which go to one temporary
// file and are merged at the end.
type sorter struct {
	next  model.Handler
	limit int

	buf    []byte // encoded records, one after the other
	items  []item
	spill  *scratch.File // nil until needed
	pieces []piece
	size   int64 // octets in spill
}

// item is one encoded record: buf[from:to].
type item struct {
	stream   uint32
	from, to int
}

// piece is a sorted part of the temporary file.
type piece struct{ from, to int64 }

// Sort returns a Handler that hands the records of each capture to next in the
// order of their streams. Records with the same stream keep their order.
func Sort(next model.Handler) model.Handler { return &sorter{next: next, limit: sortMemory} }

func (s *sorter) Record(r *model.Record) error {
	from := len(s.buf)
	s.buf = r.AppendJSON(s.buf)
	s.items = append(s.items, item{r.Stream, from, len(s.buf)})
	if len(s.buf) < s.limit {
		return nil
	}
	return s.spillOut()
}

// File ends a capture. Where captures are joined, the first to be done ends the
// records of all.
func (s *sorter) File(f *model.FileInfo) error {
	if err := s.emit(); err != nil {
		return err
	}
	return s.next.File(f)
}

func (s *sorter) Close(sum *model.Summary) error {
	err := s.emit()
	if s.spill != nil {
		err = errors.Join(err, s.spill.Close())
	}
	if err != nil {
		return err
	}
	return s.next.Close(sum)
}

func (s *sorter) sortItems() {
	slices.SortStableFunc(s.items, func(a, b item) int { return cmp.Compare(a.stream, b.stream) })
}

// spillOut writes what is in memory to the temporary file, as one piece.
func (s *sorter) spillOut() error {
	if s.spill == nil {
		f, err := scratch.New("sort")
		if err != nil {
			return fmt.Errorf("sort: %w", err)
		}
		s.spill = f
	}
	s.sortItems()
	w := bufio.NewWriterSize(s.spill, 256<<10)
	start := s.size
	for _, it := range s.items {
		var head [8]byte
		binary.LittleEndian.PutUint32(head[:], it.stream)
		binary.LittleEndian.PutUint32(head[4:], uint32(it.to-it.from))
		_, _ = w.Write(head[:]) // Flush returns its error
		_, _ = w.Write(s.buf[it.from:it.to])
		s.size += int64(len(head) + it.to - it.from)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	s.pieces = append(s.pieces, piece{start, s.size})
	s.buf, s.items = s.buf[:0], s.items[:0]
	return nil
}

// emit hands on everything that was gathered, and forgets it.
func (s *sorter) emit() error {
	if len(s.pieces) == 0 {
		s.sortItems()
		for _, it := range s.items {
			if err := s.hand(s.buf[it.from:it.to]); err != nil {
				return err
			}
		}
		s.buf, s.items = s.buf[:0], s.items[:0]
		return nil
	}
	if err := s.spillOut(); err != nil {
		return err
	}
	if err := s.mergePieces(); err != nil {
		return err
	}
	s.pieces, s.size = nil, 0
	if _, err := s.spill.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	return nil
}

// rawHandler is a Handler that wants records as AppendJSON writes them. It saves
// decoding them, 40 µs each.
type rawHandler interface {
	raw(text []byte) error
}

func (s *sorter) hand(text []byte) error {
	if next, ok := s.next.(rawHandler); ok {
		return next.raw(text)
	}
	var r model.Record
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	return s.next.Record(&r)
}

func (s *sorter) mergePieces() error {
	var h runs
	for i, p := range s.pieces {
		r := &sortedRun{index: i, r: bufio.NewReaderSize(io.NewSectionReader(s.spill, p.from, p.to-p.from), 64<<10)}
		if err := r.advance(); err != nil {
			return err
		}
		if r.text != nil {
			h = append(h, r)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		if err := s.hand(h[0].text); err != nil {
			return err
		}
		if err := h[0].advance(); err != nil {
			return err
		}
		if h[0].text == nil {
			heap.Pop(&h)
		} else {
			heap.Fix(&h, 0)
		}
	}
	return nil
}

// sortedRun reads one piece.
type sortedRun struct {
	index  int
	r      *bufio.Reader
	stream uint32
	text   []byte // nil at the end
}

func (r *sortedRun) advance() error {
	var head [8]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		r.text = nil
		if errors.Is(err, io.EOF) {
			return nil
		}
		return fmt.Errorf("sort: %w", err)
	}
	r.stream = binary.LittleEndian.Uint32(head[:])
	r.text = slices.Grow(r.text[:0], int(binary.LittleEndian.Uint32(head[4:])))[:binary.LittleEndian.Uint32(head[4:])]
	if _, err := io.ReadFull(r.r, r.text); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	return nil
}

// runs is a heap by stream, then by age.
type runs []*sortedRun

func (h runs) Len() int      { return len(h) }
func (h runs) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h runs) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].stream, h[j].stream), cmp.Compare(h[i].index, h[j].index)) < 0
}

func (h *runs) Push(x any) { *h = append(*h, x.(*sortedRun)) }

func (h *runs) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
