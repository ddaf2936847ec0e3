package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// value takes the value before which f stands.
func value(f *Field) any {
	if f.IsNull() {
		f.Skip()
		return nil
	}
	switch f.Type {
	case Group:
		m := map[string]any{}
		for _, child := range f.Children {
			m[child.Name] = value(child)
		}
		return m
	case List:
		list := []any{}
		f.Elements(func(element *Field) { list = append(list, value(element)) })
		return list
	case Double:
		return f.Double()
	case Boolean:
		return f.Bool()
	case String:
		return f.Text()
	}
	return f.Int()
}

// readAll reads a file as far as it can be read, with every other field of each row left
// out if so wanted.
func readAll(file []byte, skipping bool) (rows []map[string]any, err error) {
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	for i := range r.Groups() {
		if err := r.Load(i, r.Fields); err != nil {
			return rows, err
		}
		n, _ := r.Group(i)
		for range n {
			row := map[string]any{}
			for k, f := range r.Fields {
				if skipping && k%2 == 0 {
					f.Skip()
				} else {
					row[f.Name] = value(f)
				}
			}
			rows = append(rows, row)
		}
		if err := r.Err(r.Fields); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// made writes a file of random fields.
func made(tb testing.TB, seed uint64, rows int) ([]byte, []map[string]any) {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	var fields []*Node
	for i := range 1 + r.IntN(4) {
		fields = append(fields, random(r, fmt.Sprint("c", i), 3))
	}
	different := []int64{1, 2, 7, 300, 100_000, math.MaxInt64}[r.IntN(6)]
	var file bytes.Buffer
	w := NewWriter(&file, fields, "test", [2]string{"schema", "x/1"})
	var want []map[string]any
	for range rows {
		row := map[string]any{}
		for _, n := range fields {
			row[n.Name] = fill(r, n, 0, 0, different)
		}
		want = append(want, row)
		if err := w.EndRow(); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes(), want
}

// What a Writer wrote comes back from a Reader.
func TestReader(t *testing.T) {
	for seed := range uint64(90) {
		rows := []int{0, 1, 9, 200, 3000, groupRows + 77}[seed%6]
		file, want := made(t, seed, rows)
		got, err := readAll(file, false)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %d rows came back otherwise", seed, rows)
		}
		got, err = readAll(file, true)
		if err != nil || len(got) != len(want) {
			t.Fatalf("seed %d: %d rows where fields are left out, of %d: %v", seed, len(got), len(want), err)
		}
		for i := range got {
			for name, v := range got[i] {
				if !reflect.DeepEqual(v, want[i][name]) {
					t.Fatalf("seed %d: row %d, %s is %v, want %v", seed, i, name, v, want[i][name])
				}
			}
		}
	}
}

// A file that is damaged anywhere is read or refused, and nothing else.
func TestDamagedFiles(t *testing.T) {
	for seed := range uint64(12) {
		file, _ := made(t, seed, 40)
		for cut := range len(file) {
			if _, err := readAll(file[:cut], false); err == nil {
				t.Fatalf("seed %d: whole where it is cut at %d of %d", seed, cut, len(file))
			}
		}
		r := rand.New(rand.NewPCG(seed, 2))
		for range 3000 {
			bad := bytes.Clone(file)
			for range 1 + r.IntN(3) {
				bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
			}
			_, _ = readAll(bad, false) // a flipped bit may be a value like any other
		}
	}
	if _, err := readAll([]byte("PAR2 is something else"), false); !errors.Is(err, ErrNone) {
		t.Errorf("no Parquet at all: %v", err)
	}
}

// lists writes rows with a list each, of so many elements without values: they take almost
// no octets.
func lists(t *testing.T, rows, elements int) *Reader {
	t.Helper()
	one := &Node{Name: "one", Type: Int64, Optional: true}
	element := &Node{Name: "element", Type: Group, Children: []*Node{one}}
	list := &Node{Name: "list", Type: List, Children: []*Node{element}}
	var file bytes.Buffer
	w := NewWriter(&file, []*Node{list}, "test", [2]string{"schema", "x/1"})
	for range rows {
		for i := range elements {
			rep := uint8(0)
			if i > 0 {
				rep = list.Element()
			}
			one.PutNull(rep, element.Def)
		}
		if err := w.EndRow(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Some octets may stand for any number of values: a stranger's file does not fill the memory
// with the list of one row, nor takes time without end for its row groups.
func TestRunsAreBounded(t *testing.T) {
	if err := lists(t, 1, maxOfRow+1).Load(0, nil); err != nil {
		t.Fatalf("no column is asked for: %v", err)
	}
	r := lists(t, 1, maxOfRow+1)
	if err := r.Load(0, r.Fields); !errors.Is(err, errOfRow) {
		t.Errorf("a list that is too long: %v", err)
	}
	r = lists(t, 40, maxOfRow)
	all := r.room(0).repeats + 40*maxOfRow
	loaded := int64(0)
	for err := error(nil); err == nil; loaded += 40 * maxOfRow {
		if err = r.Load(0, r.Fields); err != nil && !errors.Is(err, errLarge) {
			t.Fatal(err)
		}
		if loaded > all {
			t.Fatalf("%d values, and room for %d", loaded, all)
		}
	}
	if loaded < 2*40*maxOfRow {
		t.Errorf("only %d values", loaded)
	}
}

func FuzzReader(f *testing.F) {
	for seed := range uint64(4) {
		file, _ := made(f, seed, 20)
		f.Add(file)
	}
	f.Fuzz(func(_ *testing.T, file []byte) { _, _ = readAll(file, false) })
}
