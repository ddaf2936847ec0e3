package analyzertest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"finwait/reassembly/pktscript"
)

// expectation is one want, understood.
type expectation struct {
	pktscript.Want
	stream   int64
	rule     string // a rule's ID, or "" if the want is about a field
	noRule   bool   // no findings at all
	path     []string
	operator string
	value    string
	pattern  *regexp.Regexp // valid for rules and for matches; nil matches all
}

var (
	ruleID    = regexp.MustCompile(`^FIN\d{3}$`)
	inStream  = regexp.MustCompile(`^stream (\d+): *`)
	operators = []string{"<", "<=", ">", ">=", "!=", "has", "lacks", "matches"}
)

// understand reads the text of a want.
func understand(w pktscript.Want) (expectation, error) {
	e := expectation{Want: w}
	text := w.Text
	if m := inStream.FindStringSubmatch(text); m != nil {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return e, err
		}
		e.stream, text = n, text[len(m[0]):]
	}
	head, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case text == "none":
		e.noRule = true
		return e, nil
	case ruleID.MatchString(head):
		e.rule = head
		if rest == "" {
			return e, nil
		}
		return e, e.compile(rest)
	}
	e.path = strings.Split(head, ".")
	e.value = rest
	if op, operand, _ := strings.Cut(rest, " "); slices.Contains(operators, op) {
		e.operator, e.value = op, strings.TrimSpace(operand)
	}
	if e.value == "" {
		return e, fmt.Errorf("%s: what should it be?", head)
	}
	if e.operator == "matches" {
		return e, e.compile(e.value)
	}
	if e.value == "here" {
		if w.Frame == 0 {
			return e, fmt.Errorf("%s: here means nothing on a line that becomes no frame", head)
		}
		e.value = strconv.Itoa(w.Frame)
	}
	return e, nil
}

// compile reads a quoted regular expression.
func (e *expectation) compile(quoted string) error {
	s, err := strconv.Unquote(quoted)
	if err != nil { // a regexp need not double its backslashes
		if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
			return fmt.Errorf("%s is no quoted regular expression", quoted)
		}
		s = quoted[1 : len(quoted)-1]
	}
	e.pattern, err = regexp.Compile(s)
	return err
}

// check says what is wrong with the records in the light of e; "" if nothing.
func (e *expectation) check(records map[int64]object, start string) string {
	if e.rule == "" && !e.noRule && e.path[0] == "connections" {
		return e.compare(strconv.Itoa(len(records)))
	}
	if e.noRule && e.Frame == 0 && !strings.HasPrefix(e.Text, "stream") {
		for _, rec := range records {
			if n := len(findings(rec)); n > 0 {
				return fmt.Sprintf("%d findings: %s", n, titles(findings(rec)))
			}
		}
		return ""
	}
	rec := records[e.stream]
	switch {
	case rec == nil:
		return fmt.Sprintf("there is no stream %d", e.stream)
	case e.noRule:
		if n := len(findings(rec)); n > 0 {
			return fmt.Sprintf("%d findings: %s", n, titles(findings(rec)))
		}
		return ""
	case e.rule != "":
		if !slices.ContainsFunc(findings(rec), e.finds) {
			return "no such finding among: " + titles(findings(rec))
		}
		return ""
	}
	v, err := lookup(rec, e.path)
	if err != nil {
		return err.Error()
	}
	if list, ok := v.([]any); ok && (e.operator == "has" || e.operator == "lacks") {
		found := slices.ContainsFunc(list, func(v any) bool { return show(v, start) == e.value })
		if found != (e.operator == "has") {
			return "got " + show(v, start)
		}
		return ""
	}
	return e.compare(show(v, start))
}

// finds reports whether f is the finding that e wants.
func (e *expectation) finds(f object) bool {
	if f["rule"] != e.rule {
		return false
	}
	message, _ := f["message"].(string)
	if e.pattern != nil && !e.pattern.MatchString(message) {
		return false
	}
	frames, _ := f["frames"].([]any)
	return e.Frame == 0 || slices.ContainsFunc(frames, func(v any) bool {
		return fmt.Sprint(v) == strconv.Itoa(e.Frame)
	})
}

// compare says how got fails e; "" if it does not.
func (e *expectation) compare(got string) string {
	g, err1 := strconv.ParseFloat(got, 64)
	w, err2 := strconv.ParseFloat(e.value, 64)
	numbers := err1 == nil && err2 == nil
	var ok bool
	switch e.operator {
	case "":
		ok = got == e.value || numbers && g == w
	case "!=":
		ok = got != e.value && !(numbers && g == w)
	case "<":
		ok = numbers && g < w
	case "<=":
		ok = numbers && g <= w
	case ">":
		ok = numbers && g > w
	case ">=":
		ok = numbers && g >= w
	case "matches":
		ok = e.pattern.MatchString(got)
	}
	if ok {
		return ""
	}
	return "got " + got
}
