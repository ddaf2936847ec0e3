package parquet

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"finwait/analyzer/parquet/parquettest"
)

// random makes a field of a random type, at most so deep.
func random(r *rand.Rand, name string, deep int) *Node {
	n := &Node{Name: name, Type: Type(r.IntN(7)), Optional: r.IntN(2) == 0}
	if deep == 0 && n.Type < Int64 {
		n.Type = Int64
	}
	switch n.Type {
	case Group:
		for i := range 1 + r.IntN(3) {
			n.Children = append(n.Children, random(r, fmt.Sprint("f", i), deep-1))
		}
	case List:
		n.Children = []*Node{random(r, "element", deep-1)}
		n.Children[0].Optional = false
	}
	return n
}

// fill puts a random value and returns it as a reader should. How different the values
// are decides how they are written.
func fill(r *rand.Rand, n *Node, rep, def uint8, different int64) any {
	if n.Optional && r.IntN(4) == 0 {
		n.PutNull(rep, def)
		return nil
	}
	v := r.Int64N(different)
	switch n.Type {
	case Group:
		m := map[string]any{}
		for _, child := range n.Children {
			m[child.Name] = fill(r, child, rep, n.Def, different)
		}
		return m
	case List:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, fill(r, n.Children[0], rep, n.Def+1, different))
			rep = n.Element()
		}
		if len(list) == 0 {
			n.PutNull(rep, n.Def)
		}
		return list
	case Int64, Timestamp:
		if different == math.MaxInt64 {
			v = int64(r.Uint64()) // differences that overflow
		}
		n.PutInt(rep, v)
		return v
	case Double:
		n.PutDouble(rep, float64(v)/1e9)
		return float64(v) / 1e9
	case Boolean:
		n.PutBool(rep, v%2 == 0)
		return v%2 == 0
	}
	s := strings.Repeat("x", int(v%70)) + fmt.Sprint(v)
	n.PutString(rep, s)
	return s
}

// What was put comes back, whatever the schema and however many rows there are.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(90) {
		r := rand.New(rand.NewPCG(seed, 2))
		rows := []int{0, 1, 9, 200, 3000, groupRows + 77, 2*groupRows + 5}[r.IntN(5+int(seed)/30)]
		file, want := made(t, seed, rows)
		got, err := parquettest.Read(file)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !reflect.DeepEqual(got.Rows, want) {
			t.Fatalf("seed %d: %d rows came back otherwise\n%s", seed, rows, got.Schema)
		}
		if got.Meta["schema"] != "x/1" || got.Groups != (rows+groupRows-1)/groupRows {
			t.Errorf("seed %d: metadata %v, %d row groups of %d rows", seed, got.Meta, got.Groups, rows)
		}
	}
}

// Text that is not UTF-8 is made so, the same way wherever it stands.
func TestTextIsUTF8(t *testing.T) {
	n := &Node{Name: "s", Type: String}
	var file bytes.Buffer
	w := NewWriter(&file, []*Node{n}, "test", [2]string{})
	for i := range groupRows + 10 {
		n.PutString(0, fmt.Sprint("a\xff", i))
		if err := w.EndRow(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := parquettest.Read(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range got.Rows {
		if row["s"] != fmt.Sprint("a\uFFFD", i) {
			t.Fatalf("row %d is %q", i, row["s"])
		}
	}
}

// A disk that is full is an error, not a shorter file.
func TestErrorsOfTheFileStay(t *testing.T) {
	n := &Node{Name: "i", Type: Int64}
	w := NewWriter(full{}, []*Node{n}, "test", [2]string{})
	n.PutInt(0, 1)
	if w.EndRow() == nil || w.Close() == nil {
		t.Error("no error")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("full") }
