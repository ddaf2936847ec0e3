package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/records"
	"finwait/cmd/internal/damage"
	"finwait/reassembly/pktscript"
)

// all writes a run in every format at once.
type all struct {
	names    []string
	outputs  []*bytes.Buffer
	handlers []model.Handler
}

func newAll() *all {
	a := new(all)
	for _, list := range [][]report.Format{report.Records, report.Summaries} {
		for _, f := range list {
			out := new(bytes.Buffer)
			h := f.New(out, prose.Style{})
			if f.Sorted {
				h = records.Sort(h)
			}
			name := "flows " + f.Name
			if &list[0] == &report.Summaries[0] {
				name = "report " + f.Name
			}
			a.names, a.outputs, a.handlers = append(a.names, name), append(a.outputs, out), append(a.handlers, h)
		}
	}
	return a
}

func (a *all) each(f func(model.Handler) error) error {
	for _, h := range a.handlers {
		if err := f(h); err != nil {
			return err
		}
	}
	return nil
}

func (a *all) Record(r *model.Record) error {
	return a.each(func(h model.Handler) error { return h.Record(r) })
}

func (a *all) File(f *model.FileInfo) error {
	return a.each(func(h model.Handler) error { return h.File(f) })
}

func (a *all) Close(s *model.Summary) error {
	return a.each(func(h model.Handler) error { return h.Close(s) })
}

// analyzeAll takes a capture through the whole program, up to the flags.
func analyzeAll(t testing.TB, capture []byte) (a *all, problems []string) {
	a = newAll()
	config := model.DefaultConfig()
	_, err := driver.Run(context.Background(), []string{"-"}, driver.Options{
		Stdin:   bytes.NewReader(capture),
		Config:  &config,
		Problem: func(err error) { problems = append(problems, err.Error()) },
	}, a)
	if err != nil {
		t.Fatal(err)
	}
	return a, problems
}

// FuzzAnalyze takes any octets through the whole program. Whatever they are, it
// does not panic, says the same when it is asked again, and writes what each
// format promises.
func FuzzAnalyze(f *testing.F) {
	for _, c := range seedCaptures(f, 6<<10) {
		f.Add(c.octets)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, problems := analyzeAll(t, b)
		again, problemsAgain := analyzeAll(t, b)
		for i, name := range first.names {
			if bad := damage.Bad(name, first.outputs[i].Bytes()); bad != "" {
				t.Errorf("%s: %s", name, bad)
			}
			if !bytes.Equal(first.outputs[i].Bytes(), again.outputs[i].Bytes()) {
				t.Errorf("%s differs:\n%s\n%s", name, first.outputs[i], again.outputs[i])
			}
		}
		if !reflect.DeepEqual(problems, problemsAgain) {
			t.Errorf("%q, then %q", problems, problemsAgain)
		}
	})
}

// sample is a capture and its name.
type sample struct {
	name   string
	octets []byte
}

// seedCaptures are the captures that scripts stand for, and the beginnings, of at
// most limit octets, of the recorded ones.
func seedCaptures(t testing.TB, limit int) (list []sample) {
	t.Helper()
	const tests = "../../../testdata"
	scripts := append(glob(t, tests, "pkt", "*.pkt"), glob(t, tests, "rules", "*", "*.pkt")...)
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := pktscript.Parse(path, text)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := s.Write(&b); err != nil {
			t.Fatal(err)
		}
		list = append(list, sample{filepath.Base(path), b.Bytes()})
	}
	for _, path := range glob(t, tests, "real", "*.pcap*") {
		if strings.HasSuffix(path, ".json") {
			continue
		}
		b, err := head(path, limit)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, sample{filepath.Base(path), b})
	}
	return list
}

func glob(t testing.TB, pattern ...string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(pattern...))
	if err != nil || len(paths) == 0 {
		t.Fatal(fmt.Sprint("nothing matches ", pattern, " ", err))
	}
	return paths
}

func head(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(limit)))
}
