package query

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/schema"
)

// An expression can ask for every field, under that name.
func TestFieldsCanBeAskedFor(t *testing.T) {
	above, list := "", false
	for _, f := range schema.Fields() {
		for name := range strings.SplitSeq(f.Name, ", ") {
			text := name + " == nil"
			switch {
			case f.Depth == 0:
				above, list = name, strings.HasPrefix(f.Kind, "list")
			case list:
				text = "any(" + above + ", " + text + ")"
			default:
				text = above + text
			}
			if _, err := Compile(text, nil); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
		if f.Depth > 1 {
			t.Errorf("%s is %d deep: this test reads one", f.Name, f.Depth)
		}
	}
}

// What an object has that is null can be asked for all the same: it is null, and no
// condition about it holds but that it is.
func TestFieldsOfNull(t *testing.T) {
	if asked := askNull(t, "", environmentOf(reflect.TypeFor[model.Record]()).typ, false); asked < 60 {
		t.Errorf("only %d conditions were asked", asked)
	}
}

// askNull asks for all that lies below null objects of t, and returns how often.
func askNull(t *testing.T, path string, typ reflect.Type, null bool) (asked int) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := path + f.Tag.Get("expr")
		word, _, _ := strings.Cut(f.Tag.Get("words"), " ")
		if word == "" {
			word = "x"
		}
		var never, always []string
		switch to := model.Value(f.Type); {
		case to == reflect.TypeFor[time.Time]():
			never = []string{"%s > first.time", "%s == first.time"}
		case to.Kind() == reflect.Struct:
			asked += askNull(t, name+".", to, null || f.Type.Kind() == reflect.Pointer)
			continue
		case to.Kind() == reflect.String:
			never = []string{`%s == "` + word + `"`, `%s in ["` + word + `"]`, `%s contains "t"`, "%s == zeek.originator"}
			always = []string{`%s != "` + word + `"`}
		case to.Kind() == reflect.Bool:
			never = []string{"%s == true", "%s and true", "%s ? true : false"}
			always = []string{"not %s"}
		case to.Kind() == reflect.Slice:
			never = []string{"any(%s, true)"}
			always = []string{"none(%s, true)", "len(%s) == 0"}
		default:
			never = []string{"%s == 1", "%s > 0", "%s in [1]"}
			always = []string{"%s != 1"}
		}
		if !null {
			continue
		}
		for _, text := range never {
			asked += ask(t, fmt.Sprintf(text, name), false)
		}
		for _, text := range append(always, "%s == nil", "%s == null") {
			asked += ask(t, fmt.Sprintf(text, name), true)
		}
	}
	return asked
}

func ask(t *testing.T, text string, want bool) int {
	q, err := Compile(text, nil)
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return 0
	}
	if got, err := q.Match(new(model.Record)); got != want || err != nil {
		t.Errorf("%s: %v, %v; want %v", text, got, err, want)
	}
	return 1
}
