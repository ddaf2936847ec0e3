package records

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/scratch"
	"finwait/reassembly/capture"
)

// Stored is a stored run: records that flows wrote as JSON Lines, JSON or Parquet.
type Stored struct {
	Name   string
	Format string // jsonl, which json is read as, or parquet

	// Lost counts lines or rows that are no records; Problem is told of the first.
	Lost int64

	lines   *bufio.Reader
	parquet *parquetRecords
	close   io.Closer
}

const parquetMagic = "PAR1"

// look opens a file that may be a stored run; nil where it is none.
func look(name string) *capture.Content {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || capture.NamedLike(name) {
		return nil
	}
	c, err := capture.OpenContent(name)
	if err != nil {
		return nil // it is told of what is opened as a capture
	}
	if begins(c) || isEmpty(c) && strings.Contains(name, ".jsonl") {
		return c
	}
	_ = c.Close() // it was read only
	return nil
}

// begins reports whether c begins as a stored run does, and as no capture. It reads no more
// than four octets, unless these are blank: from a pipe more may come late.
func begins(c *capture.Content) bool {
	head, _ := c.Peek(len(parquetMagic))
	if len(bytes.TrimSpace(head)) == 0 {
		head, _ = c.Peek(64)
	}
	text := bytes.TrimSpace(head)
	return isParquet(head) || bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("["))
}

func isParquet(head []byte) bool { return bytes.HasPrefix(head, []byte(parquetMagic)) }

func isEmpty(c *capture.Content) bool {
	head, _ := c.Peek(1)
	return len(head) == 0
}

// IsStored reports whether a file is a stored run, whatever it is compressed with.
func IsStored(name string) bool {
	c := look(name)
	return c != nil && c.Close() == nil
}

// Open opens a stored run; nil where a file is none.
func Open(name string) (*Stored, error) {
	c := look(name)
	if c == nil {
		return nil, nil
	}
	return newStored(name, c)
}

// maxBegin is how many octets Begins may keep: more than a block of any compression
// takes.
const maxBegin = 16 << 20

// Begins reports whether in begins as a stored run does, whatever it is compressed
// with, and returns a reader of the whole of it.
func Begins(in io.Reader) (is bool, whole io.Reader) {
	r := &rewound{in: in}
	if c, err := capture.NewContent("", io.TeeReader(io.LimitReader(in, maxBegin), &r.kept)); err == nil {
		is = begins(c)
		_ = c.Close() // it was read only
	}
	return is, r
}

// rewound reads what was kept once more, then the rest.
type rewound struct {
	kept bytes.Buffer
	in   io.Reader
}

func (r *rewound) Read(p []byte) (int, error) {
	if r.kept.Len() > 0 {
		return r.kept.Read(p)
	}
	return r.in.Read(p)
}

// Buffered returns how many octets can be read without waiting.
func (r *rewound) Buffered() int { return r.kept.Len() }

// Read returns the stored run that in begins with. Parquet, which is not read in the
// order of its octets, is kept in a temporary file.
func Read(name string, in io.Reader) (*Stored, error) {
	c, err := capture.NewContent(name, in)
	if err != nil {
		return nil, err
	}
	return newStored(name, c)
}

// newStored reads what a stored run says of itself.
func newStored(name string, c *capture.Content) (*Stored, error) {
	head, _ := c.Peek(len(parquetMagic))
	switch {
	case !isParquet(head):
		return &Stored{Name: name, Format: "jsonl", lines: bufio.NewReaderSize(c, readAhead), close: c}, nil
	case c.Compression != "":
		return nil, errors.Join(fmt.Errorf("%s: Parquet within %s, whose pages are out of reach: decompress it first", name, c.Compression), c.Close())
	}
	s := &Stored{Name: name, Format: "parquet", close: c}
	f := c.File()
	if f == nil {
		kept, err := scratch.New("stored")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.close, f = kept, kept.File
		if _, err := io.Copy(kept, c); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), kept.Close())
		}
	}
	var err error
	if s.parquet, err = openParquet(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), s.close.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *Stored) Close() error { return s.close.Close() }

// Each hands all records to take, each valid until it returns, and ends with its error.
// What is damaged is left out and told: the first line or row of each kind of damage, and
// how many more.
func (s *Stored) Each(problem func(error), take func(*model.Record) error) error {
	tell := func(err error) {
		if s.Lost++; s.Lost == 1 || errors.Is(err, errBare) {
			problem(fmt.Errorf("%s: %w", s.Name, err))
		}
	}
	var err error
	if s.parquet != nil {
		err = s.parquet.each(tell, func(n int64) { s.Lost += n }, take)
	} else {
		err = eachLine(s.lines, tell, take)
	}
	if s.Lost > 1 {
		what, are := "more line", "are"
		if s.parquet != nil {
			what = "more row"
		}
		if s.Lost == 2 {
			are = "is"
		}
		problem(fmt.Errorf("%s: %s %s lost", s.Name, prose.Count(s.Lost-1, what), are))
	}
	return err
}

// readAhead is how much is read at once, in octets.
const readAhead = 256 << 10

// maxLine bounds, in octets, what a line may have: those of records have some kilooctets,
// and what stands for a list in a stranger's takes a hundred times its octets in memory.
const maxLine = 1 << 20

const (
	// maxParts bounds the fields and elements of a line: records have some hundred. An
	// element of two letters takes hundreds of octets once it is read.
	maxParts = 1 << 16
	// maxList bounds each list of a record, of which none has more than some dozen. How long
	// findings take to sum up grows with the square of their number.
	maxList = 1 << 8
	// maxBare bounds how many lines in a row are no records. Compressed, a line takes
	// a thousandth of an octet.
	maxBare = 1 << 18
)

var (
	errParts = fmt.Errorf("more than %d fields and elements, and no record", maxParts)
	errList  = fmt.Errorf("a list of more than %d elements, and no record", maxList)
	errBare  = errors.New("so many lines in a row are no records that what follows is not read")
	errLine  = fmt.Errorf("longer than %d MiB, and no record", maxLine>>20)
	errEnd   = errors.New("the file ends within it")
)

// eachLine hands the records of JSON Lines, or of a JSON array with one a line, to take.
func eachLine(lines *bufio.Reader, problem func(error), take func(*model.Record) error) error {
	at := int64(0)
	var long []byte
	record := 0 // line of the last
	for n := 1; ; n++ {
		line, size, err := nextLine(lines, &long)
		where := func(err error) error { return fmt.Errorf("line %d (byte %d): %w", n, at, err) }
		if n-record > maxBare {
			problem(where(errBare))
			return nil
		}
		text := bytes.TrimSuffix(bytes.TrimSpace(line), []byte(","))
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			problem(where(err))
			return nil
		case size > maxLine:
			problem(where(errLine))
		case string(text) == "" || string(text) == "[" || string(text) == "]" || string(text) == "[]": // around the records of an array
		default:
			r, jsonErr := parseRecord(text)
			if jsonErr != nil {
				var syntax *json.SyntaxError
				if err != nil && errors.As(jsonErr, &syntax) {
					jsonErr = errEnd
				}
				problem(where(jsonErr))
			} else if err := take(r); err != nil {
				return err
			} else {
				record = n
			}
		}
		if err != nil {
			return nil
		}
		at += size
	}
}

// nextLine returns the next line with its end, and its size, which of one that is too long
// is all that is known of it. The line is valid until the next.
func nextLine(lines *bufio.Reader, long *[]byte) (line []byte, size int64, err error) {
	part, err := lines.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return part, int64(len(part)), err
	}
	*long = (*long)[:0]
	for {
		size += int64(len(part))
		if size <= maxLine {
			*long = append(*long, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return *long, size, err
		}
		part, err = lines.ReadSlice('\n')
	}
}

// parseRecord takes a record from its JSON form.
func parseRecord(text []byte) (*model.Record, error) {
	if bytes.Count(text, []byte(",")) > maxParts {
		return nil, errParts
	}
	r := new(model.Record)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, err
	}
	return r, validRecord(r)
}

// validRecord reports what is wrong with a record that was read.
func validRecord(r *model.Record) error {
	switch {
	case r.Schema != model.Schema:
		return fmt.Errorf("schema %q, want %q", r.Schema, model.Schema)
	case !r.Client.IP.IsValid() || !r.Server.IP.IsValid():
		return errors.New("a connection without both addresses")
	}
	for _, n := range [...]int{len(r.VLAN), len(r.MissingFIN), len(r.States.Client), len(r.States.Server), len(r.Findings), len(r.Waits)} {
		if n > maxList {
			return errList
		}
	}
	return nil
}
