package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
)

// finwait is the command that everything here is compared with.
var finwait string

func TestMain(m *testing.M) {
	if port := os.Getenv(serverPort); port != "" {
		os.Exit(serve(port))
	}
	dir, err := os.MkdirTemp("", "finwait-beam")
	if err != nil {
		panic(err)
	}
	finwait = filepath.Join(dir, "finwait")
	build := exec.Command("go", "build", "-o", finwait, "./cmd/finwait")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	log.SetupLogging("error", "text")
	code := ptest.MainRetWithDefault(m, "prism")
	os.RemoveAll(dir)
	os.Exit(code)
}

// recordings returns the captures of real hosts.
func recordings(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/real/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	return files
}

// analyze runs the pipeline and returns the prefix of what it wrote.
func analyze(t *testing.T, s Settings, files ...string) (prefix string) {
	t.Helper()
	prefix = filepath.Join(t.TempDir(), "out")
	s.Output = prefix
	if s.Format == "" {
		s.Format = "jsonl"
	}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	p := beam.NewPipeline()
	build(p.Root(), s, files)
	if err := ptest.Run(p); err != nil {
		t.Fatal(err)
	}
	return prefix
}

// want returns what finwait says.
func want(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(finwait, args...).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 3) {
		t.Fatal(err)
	}
	return out
}

// written returns the files of a pattern, one behind the other.
func written(t *testing.T, pattern string) (all []byte) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: nothing was written (%v)", pattern, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

// same compares line by line.
func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s: %d lines, want %d; line %d is\n%s\nwant\n%s", what, len(g), len(w), i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", what, len(g), len(w))
}

func sorted(text []byte) []byte {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n"))
}

// amid puts what cannot be read among captures.
func amid(t *testing.T, files []string) []string {
	t.Helper()
	dir := t.TempDir()
	whole, err := os.ReadFile("../../testdata/real/go-timeout.pcap")
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(whole)
	copy(damaged[24+8:], "\xff\xff\xff\xff") // the first record is longer than any
	bad := map[string][]byte{"damaged.pcap": damaged, "cut.pcap": whole[:len(whole)-7], "text.txt": []byte("no capture\n"), "denied.pcap": whole}
	for _, name := range []string{"cut.pcap", "damaged.pcap", "denied.pcap", "text.txt"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bad[name], 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "denied.pcap" && os.Chmod(path, 0) != nil { // which does not keep root out: then it is a capture more
			t.Fatal("the permission cannot be taken")
		}
		files = append(files[:3:3], append([]string{path}, files[3:]...)...)
	}
	return append(files, filepath.Join(dir, "missing.pcap"))
}

// TestAlone: each capture by itself, and what cannot be read among them.
func TestAlone(t *testing.T) {
	files := amid(t, recordings(t))

	prefix := analyze(t, Settings{}, files...)
	same(t, "records", written(t, prefix+"-*.jsonl"), want(t, append([]string{"flows", "--format", "jsonl"}, files...)...))
	same(t, "report", written(t, prefix+".report.json"), want(t, append([]string{"report", "--format", "json"}, files...)...))
	allTold(t, prefix)
}

// allTold looks for the names of what could not be read among the problems of a run.
func allTold(t *testing.T, prefix string) {
	t.Helper()
	var told bytes.Buffer
	if err := tell(context.Background(), nil, prefix+".problems.jsonl", &told); !errors.Is(err, errUnread) {
		t.Errorf("captures that could not be read: %v", err)
	}
	for _, part := range []string{"damaged.pcap", "warning: ", "cut.pcap", "text.txt", "missing.pcap"} {
		if !strings.Contains(told.String(), part) {
			t.Errorf("the problems name no %q:\n%s", part, told.String())
		}
	}
}

// Parquet is what finwait writes, octet by octet, and thresholds and rules are those of the
// configuration.
func TestParquetAndConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "finwait.yaml")
	if err := os.WriteFile(path, []byte("rules: {ignore: [FIN203]}\nthresholds: {half-closed: 100s}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := readConfig(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	const file = "../../testdata/real/go-timeout.pcap"
	prefix := analyze(t, Settings{Format: "parquet", Config: config}, file)
	wanted := want(t, "flows", "--config", path, "--format", "parquet", file)
	if got := written(t, prefix+"-00000.parquet"); !bytes.Equal(got, wanted) {
		t.Errorf("%d octets of Parquet, want %d, or others", len(got), len(wanted))
	}
	if other := want(t, "flows", "--no-config", "--format", "parquet", file); bytes.Equal(other, wanted) {
		t.Error("the configuration changes nothing")
	}
	prefix = analyze(t, Settings{Join: true, Config: config}, cut(t, file, 3, 0)...)
	if text := written(t, prefix+"-*.jsonl"); bytes.Contains(text, []byte("FIN203")) || !bytes.Contains(text, []byte("FIN201")) {
		t.Error("a worker did not hear of the configuration")
	}
}
