package records

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"reflect"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/parquet"
	"finwait/reassembly/conn"
)

// parquetRecords are records in a Parquet file.
type parquetRecords struct {
	r      *parquet.Reader
	fields []*parquet.Field
	paths  [][]int // of the fields in a record
	names  []string

	members map[reflect.Type][]model.Member
}

var (
	errNotRecords = errors.New("Parquet, but not of flows: a column schema is missing")
	errTooMany    = errors.New("damaged: more rows than so many octets can hold")
)

// openParquet reads what a file says of itself. Columns that a record does not have are
// not read; what has no column is empty.
func openParquet(f *os.File) (*parquetRecords, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r, err := parquet.NewReader(f, info.Size())
	if err != nil {
		return nil, err
	}
	if r.Rows > info.Size() { // each has at least a Community ID, or a frame and times of its own
		return nil, errTooMany
	}
	p := &parquetRecords{r: r, members: map[reflect.Type][]model.Member{}}
	for i := range columns {
		c := &columns[i]
		if f := r.Field(c.name); f != nil {
			p.fields, p.paths, p.names = append(p.fields, f), append(p.paths, c.path), append(p.names, c.name)
		}
	}
	if r.Field("schema") == nil {
		return nil, errNotRecords
	}
	return p, nil
}

// each hands the records of all row groups to take. problem is told of a row that is none,
// and lost is told how many more there are with it in its row group.
func (p *parquetRecords) each(problem func(error), lost func(int64), take func(*model.Record) error) error {
	first := int64(1) // row of the group
	for i := range p.r.Groups() {
		rows, at := p.r.Group(i)
		if err := p.r.Load(i, p.fields); err != nil {
			problem(fmt.Errorf("rows %d to %d (row group %d at byte %d): %w", first, first+rows-1, i+1, at, err))
			lost(rows - 1)
			first += rows
			continue
		}
		for k := range rows {
			r := new(model.Record)
			err := p.row(r)
			if err == nil {
				err = validRecord(r)
			}
			if err != nil {
				problem(fmt.Errorf("row %d (row group %d at byte %d): %w", first+k, i+1, at, err))
				continue
			}
			if err := take(r); err != nil {
				return err
			}
		}
		if err := p.r.Err(p.fields); err != nil {
			problem(fmt.Errorf("rows %d to %d (row group %d at byte %d): %w", first, first+rows-1, i+1, at, err))
		}
		first += rows
	}
	return nil
}

// row takes the next row. All columns are taken whatever is wrong with one.
func (p *parquetRecords) row(r *model.Record) (err error) {
	record := reflect.ValueOf(r).Elem()
	for i, f := range p.fields {
		if f.IsNull() {
			f.Skip()
			continue
		}
		if wrong := p.set(member(record, p.paths[i]), f); wrong != nil && err == nil {
			err = fmt.Errorf("column %s: %w", p.names[i], wrong)
		}
	}
	return err
}

// member returns the member of a record that a path leads to, and makes what it leads
// through.
func member(v reflect.Value, path []int) reflect.Value {
	for _, i := range path {
		v = made(v.Field(i))
	}
	return v
}

// made returns what v points to, which is made where there is nothing.
func made(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Pointer {
		return v
	}
	if v.IsNil() {
		v.Set(reflect.New(v.Type().Elem()))
	}
	return v.Elem()
}

var errKind = errors.New("a column of another type")

// set sets v to the value before which f stands, which is none of null. It takes it
// whatever is wrong.
func (p *parquetRecords) set(v reflect.Value, f *parquet.Field) error {
	want := parquet.Group
	if k := model.KindOf(v.Type()); k != model.KindObject {
		want = parquetTypes[cellKinds[k]]
	}
	if f.Type != want {
		f.Skip()
		return errKind
	}
	switch f.Type {
	case parquet.Group:
		return p.setGroup(v, f)
	case parquet.List:
		return p.setList(v, f)
	case parquet.Boolean:
		v.SetBool(f.Bool())
	case parquet.Double:
		ns := math.Round(f.Double() * 1e9)
		if !(math.Abs(ns) < math.MaxInt64) {
			return fmt.Errorf("%v s is no duration", ns/1e9)
		}
		v.SetInt(int64(ns))
	case parquet.String:
		return setText(v, f.Text())
	default:
		n := f.Int()
		if v.CanUint() {
			if n < 0 || v.OverflowUint(uint64(n)) {
				return fmt.Errorf("%d is out of range", n)
			}
			v.SetUint(uint64(n))
			return nil
		}
		if v.OverflowInt(n) {
			return fmt.Errorf("%d is out of range", n)
		}
		v.SetInt(n)
	}
	return nil
}

// membersOf returns the members of an object, which are asked for in every row.
func (p *parquetRecords) membersOf(t reflect.Type) []model.Member {
	list := p.members[t]
	if list == nil {
		list = model.Members(t)
		p.members[t] = list
	}
	return list
}

// setGroup sets the members of a struct by their names.
func (p *parquetRecords) setGroup(v reflect.Value, f *parquet.Field) (err error) {
	members := p.membersOf(v.Type())
	for _, child := range f.Children {
		i := slices.IndexFunc(members, func(m model.Member) bool { return m.Name == child.Name })
		if i < 0 || child.IsNull() {
			child.Skip()
			continue
		}
		if wrong := p.set(made(v.FieldByIndex(members[i].Index)), child); wrong != nil && err == nil {
			err = fmt.Errorf("%s: %w", child.Name, wrong)
		}
	}
	return err
}

// setList sets a list, or the caveats.
func (p *parquetRecords) setList(v reflect.Value, f *parquet.Field) (err error) {
	if v.Type() == caveats {
		names := []string{}
		f.Elements(func(element *parquet.Field) {
			if name := textIn(element); len(names) < maxList {
				names = append(names, name)
			}
		})
		text, err := json.Marshal(names)
		if err != nil {
			return err
		}
		return v.Addr().Interface().(*conn.Caveats).UnmarshalJSON(text)
	}
	list := reflect.MakeSlice(v.Type(), 0, 0)
	f.Elements(func(element *parquet.Field) {
		if list.Len() == maxList {
			element.Skip()
			err = errList
			return
		}
		one := reflect.New(v.Type().Elem()).Elem()
		if element.IsNull() {
			element.Skip()
		} else if wrong := p.set(made(one), element); wrong != nil && err == nil {
			err = wrong
		}
		list = reflect.Append(list, one)
	})
	v.Set(list)
	return err
}

// textIn takes a text; "" where there is none.
func textIn(f *parquet.Field) string {
	if f.Type != parquet.String || f.IsNull() {
		f.Skip()
		return ""
	}
	return f.Text()
}

// setText sets what is written as a text.
func setText(v reflect.Value, text string) (err error) {
	if v.Kind() == reflect.String {
		v.SetString(text)
		return nil
	}
	if v.Type() == reflect.TypeFor[netip.Addr]() {
		if text == "" {
			return nil
		}
		ip, err := netip.ParseAddr(text)
		v.Set(reflect.ValueOf(ip.WithZone("")))
		return err
	}
	return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}
