package analyzertest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lookup follows path through the record.
func lookup(rec object, path []string) (any, error) {
	var v any = rec
	for i, name := range path {
		so := strings.Join(path[:i+1], ".")
		switch at := v.(type) {
		case object:
			next, ok := at[name]
			if !ok {
				return nil, fmt.Errorf("the record has no field %s", so)
			}
			v = next
		case []any:
			next, ok := element(at, name)
			if !ok {
				return nil, fmt.Errorf("the record has no %s; got %s", so, show(v, ""))
			}
			v = next
		default:
			return nil, fmt.Errorf("the record has no %s: %s is %s", so, strings.Join(path[:i], "."), show(v, ""))
		}
	}
	return v, nil
}

// element returns the element of list with that state, rule or index.
func element(list []any, name string) (any, bool) {
	for _, v := range list {
		if o, ok := v.(object); ok && (o["state"] == name || o["rule"] == name) {
			return v, true
		}
	}
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}

// show writes a value as wants do. Times are seconds after start, if it is given.
func show(v any, start string) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if s, ok := since(v, start); ok {
			return s
		}
		return v
	case []any:
		if len(v) == 0 {
			return "none"
		}
		var words []string
		for _, e := range v {
			words = append(words, show(e, start))
		}
		return strings.Join(words, " ")
	case object:
		if state, ok := v["state"].(string); ok {
			return state
		}
		if rule, ok := v["rule"].(string); ok {
			return rule
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	return fmt.Sprint(v)
}

// since returns the seconds from start to a time in RFC 3339.
func since(s, start string) (string, bool) {
	from, err1 := time.Parse(time.RFC3339Nano, start)
	t, err2 := time.Parse(time.RFC3339Nano, s)
	if err1 != nil || err2 != nil {
		return "", false
	}
	return strconv.FormatFloat(t.Sub(from).Seconds(), 'f', -1, 64), true
}

// findings returns the findings of a record.
func findings(rec object) []object {
	list, _ := rec["findings"].([]any)
	var out []object
	for _, v := range list {
		if f, ok := v.(object); ok {
			out = append(out, f)
		}
	}
	return out
}

// titles lists findings for an error message.
func titles(list []object) string {
	if len(list) == 0 {
		return "none"
	}
	var out []string
	for _, f := range list {
		out = append(out, fmt.Sprintf("%v %q %v", f["rule"], f["message"], f["frames"]))
	}
	return strings.Join(out, "; ")
}
