package query

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/traffic"
)

// manyFacts are those of a capture with n connections.
func manyFacts(n int) *Facts {
	var records []*model.Record
	for i := range n {
		r := record()
		r.Stream, r.Flags = uint32(i), ">S <S. >. "+strings.Repeat(">d <. ", 60)+">F. <F. >."
		records = append(records, r)
	}
	return NewFacts(NewBudget(), &model.FileInfo{}, records, nil, nil)
}

// bombs are conditions by which a stranger may want to keep a machine busy, and a
// part of what is said of each.
var bombs = map[string]string{
	`len(reduce(1..40, #acc + #acc, "aaaaaaaaaa")) > 0`:                                                                "too long",
	`len(reduce(1..40, [#acc, #acc], "a")) > 0`:                                                                        "too m",
	`reduce(1..40, [#acc, #acc], "a") == reduce(1..40, [#acc, #acc], "a")`:                                             "too m",
	`len(reduce(1..40, ({"a": #acc, "b": #acc}), {"a": 1})) > 0`:                                                       "too m",
	`len(reduce(1..40, concat(#acc, #acc), [1])) > 0`:                                                                  "too m",
	`len(flatten(reduce(1..40, [#acc, #acc], [1]))) > 0`:                                                               "too m",
	`len(reduce(1..40, replace(#acc, "a", "aa"), "aaaa")) > 0`:                                                         "too long",
	`len(reduce(1..40, join([#acc, #acc], #acc), "a")) > 0`:                                                            "too long",
	`len(join(map(1..60000, "aaaaaaaaaaaaaaaaaaaaa"), "bbbbbbbbb")) > 0`:                                               "too long",
	`len(repeat("a", 1000000000)) > 0`:                                                                                 "no function repeat",
	`len(toJSON(flows)) > 0`:                                                                                           "no function toJSON",
	`toBase64("a") == ""`:                                                                                              "no function toBase64",
	`now() > date("2020-01-01")`:                                                                                       "no function now",
	`date("2020-01-01", "2006-01-02", "Europe/Berlin") > file.first`:                                                   "no zone",
	`string(flows) == ""`:                                                                                              "string is of a single value",
	`string($env) == ""`:                                                                                               "string is of a single value",
	`all(flows, all(flows, all(flows, all(flows, .stream >= 0))))`:                                                     "too m",
	`all(1..300, all(1..300, all(1..300, true)))`:                                                                      "too m",
	`all(1..300, all(1..300, all(1..300, # > 0)))`:                                                                     "too m",
	`all(flows, all(1..60000, # > 0))`:                                                                                 "too m",
	`all(flows, any(1..100000000, # == 3))`:                                                                            "a range of more than",
	`len(1..60000) + len(1..60000) > 0`:                                                                                "a range of more than",
	`all(flows, len(0..(.stream * 100000)) > 0)`:                                                                       "written out",
	`let a = map(1..60000, #); all(a, len(uniq(a)) > 0)`:                                                               "too m",
	`let a = map(1..60000, #); all(a, len(sort(a)) > 0)`:                                                               "too m",
	`let a = map(1..60000, #); all(a, max(a) > 0)`:                                                                     "too m",
	`let a = map(1..60000, #); all(a, -1 not in a)`:                                                                    "too m",
	`let a = map(1..60000, #); all(a, a == a)`:                                                                         "too m",
	`let a = map(1..60000, #); all(a, len(take(a, 50000)) > 0)`:                                                        "too m",
	`all(flows, flows == flows)`:                                                                                       "",
	`flows[0].flags matches "((x{1000}){1000}){1000}"`:                                                                 "",
	`flows[0].flags matches "((.*x){30}y{30}){30}"`:                                                                    "too large",
	`flows[0].flags matches flows[0].flags`:                                                                            "written out",
	`none(flows, any(flows, .flags matches "(.*a){99}$"))`:                                                             "too m",
	`all(flows, all(flows, len(split(.flags, "")) > 0))`:                                                               "too m",
	`all(flows, all(flows, upper(.flags) != lower(.flags)))`:                                                           "too much text",
	`all(flows, all(flows, all(flows, not (.flags contains "x"))))`:                                                    "too m",
	`len(map(flows, map(flows, map(flows, ({"a": .stream}))))) > 0`:                                                    "too m",
	`len(groupBy(flows, map(flows, .stream))) > 0`:                                                                     "",
	strings.Repeat("not ", 2001) + "true":                                                                              "too long",
	"len(flows) > 0" + strings.Repeat(" and true", 1000):                                                               "too long",
	strings.Repeat("(", 4000) + "true" + strings.Repeat(")", 4000):                                                     "",
	strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + " == nil":                                                  "",
	strings.Repeat("find(flows, ", 30) + "true" + strings.Repeat(").half_closed_s > 1", 30):                            "",
	strings.Repeat("((", 40) + "true" + strings.Repeat(" ? flows[0].half_closed_s : flows[0].teardown_s) < 1) ", 40):   "too many comparisons",
	strings.Repeat("any(flows, ", 12) + "true" + strings.Repeat(")", 12) + " and " + nested("all", "all", 12, "false"): "",
}

func nested(outer, inner string, depth int, what string) string {
	return strings.Repeat(outer+"(flows, not "+inner+"(flows, ", depth) + what + strings.Repeat("))", depth)
}

// TestBombs wants each of them refused, soon and without much memory.
func TestBombs(t *testing.T) {
	const mostHeap = 64 << 20
	most := traffic.Bound(time.Second, testing.Short())
	for text, want := range bombs {
		facts := manyFacts(300)
		debug.FreeOSMemory()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun, name := traffic.Processor(), fmt.Sprintf("%.70s", text)
		a, err := CompileAssertion(text, nil)
		compiled := traffic.Processor() - begun
		if err == nil {
			_, err = a.Holds(facts)
			if err == nil {
				a.Why(facts)
			}
		}
		took := traffic.Processor() - begun
		runtime.ReadMemStats(&after)
		if err == nil && want != "" || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", name, err, want)
		}
		if took > most {
			t.Errorf("%s: took %v (%v to compile it)", name, took, compiled)
		}
		held := int64(after.HeapSys-after.HeapReleased) - int64(before.HeapSys-before.HeapReleased)
		if held > mostHeap {
			t.Errorf("%s: the heap grew by %d MiB", name, held>>20)
		}
		t.Logf("%s: %v, of that %v to compile it, %d MiB: %.90v", name, took, compiled, held>>20, err)
	}
}

// TestConditionBombs is the same of conditions over one connection.
func TestConditionBombs(t *testing.T) {
	for text, want := range map[string]string{
		`len(reduce(1..40, #acc + #acc, flags)) > 0`: "too long",
		`all(1..1000, all(1..1000, # > 0))`:          "too m",
		`now() > first.time`:                         "no function now",
	} {
		q, err := Compile(text, nil)
		if err == nil {
			r := record()
			r.Flags = ">S <S."
			_, err = q.Match(r)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", text, err, want)
		}
	}
}

// TestBudgetIsEnough wants what people write to go through for a capture of any size.
func TestBudgetIsEnough(t *testing.T) {
	facts := manyFacts(5_000)
	for range 4 { // assertions share what there is
		for text, want := range map[string]bool{
			`all(flows, .close == "graceful")`:                                                     false,
			`max(map(flows, .half_closed_s ?? 0)) < 2`:                                             true,
			`none(flows, any(.findings, .rule == "FIN999" or .duration_s > 100))`:                  true,
			`len(filter(flows, .server.port in 1..1023 and .flags startsWith ">S")) == 5000`:       true,
			`count(findings, .rule == "FIN101") == 5000`:                                           true,
			`all(flows, join(map(.findings, .rule), " ") == "FIN101 FIN202")`:                      true,
			`sum(map(flows, len(split(.flags, " ")))) > 100`:                                       true,
			`all(flows, .flags matches "^>S <S. >[.]" and not (.server.ip matches "^10[.]"))`:      true,
			`len(groupBy(flows, .server.ip)) == 1 and len(keys(groupBy(flows, .close))) == 1`:      true,
			`flows | filter(.stream > 3) | map(.half_closed_s ?? 0) | mean() < 2`:                  true,
			`all(flows, replace(.flags, ">", "") contains "S <S" and string(.stream) + "s" != "")`: true,
		} {
			a, err := CompileAssertion(text, nil)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got, err := a.Holds(facts); err != nil || got != want {
				t.Fatalf("%s: %v, want %v (%v)", text, got, want, err)
			}
		}
	}
	t.Logf("%d steps of %d are left", facts.budget.steps, baseSteps+5_000*recordSteps)
}

func BenchmarkCompileAssertion(b *testing.B) {
	for b.Loop() {
		if _, err := CompileAssertion(`all(flows, .close == "graceful") and max(map(flows, .half_closed_s ?? 0)) < 1`, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	facts := manyFacts(1000)
	a, err := CompileAssertion(`all(flows, .half_closed_s > 1 and .close == "half-closed" and .server.port == 443)`, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		facts.budget.Add(1000)
		if ok, err := a.Holds(facts); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
