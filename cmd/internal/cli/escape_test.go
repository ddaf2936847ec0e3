package cli

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"finwait/analyzer/model"
	"finwait/cmd/internal/damage"
	"finwait/reassembly/capture"
	"finwait/reassembly/pktscript"
)

// hostileNames are parts of names that steer terminals, hide and reverse text, end
// lines, or are calculated.
var hostileNames = []string{
	"\u009b31m", "\x1b[2J", "\u202egpj", "\u200b", "\u2066", "\ufe0f", "\U000e0041", "\x7f", "\xff", "\u2028",
	"=1+2", "+1", "-1", "@x", "＝1", "'=1", "a,b\"c", "<script>", "</script><img src=x onerror=alert(1)>", "\"><style>", "&lt;b&gt;", "--><meta>", "]]>", "\\\"}\\n", "{{.}}", "| `x` |", "%0A::error::", "a\nb",
}

// everyText are commands of which each writes a name of a file in its own way.
func everyText(dir, path, name string) map[string][]string {
	return map[string][]string{
		"report text": {"report", path}, "report json": {"report", "-f", "json", path}, "report markdown": {"report", "-f", "markdown", "--by", "file", path},
		"flows jsonl": {"flows", "-f", "jsonl", path}, "flows json": {"flows", "-f", "json", path}, "flows csv": {"flows", "-f", "csv", path},
		"flows tsv": {"flows", "-f", "tsv", path}, "flows table": {"flows", path}, "flows zeek": {"flows", "-f", "zeek", path},
		"show text": {"show", path}, "show json": {"show", "-f", "jsonl", path},
		"report html": {"report", "-f", "html", "--by", "file", path}, "show html": {"show", "-f", "html", path}, "show svg": {"show", "-f", "svg", path},
		"timeline html": {"timeline", "-f", "html", path}, "diff html": {"diff", "-f", "html", path, path},
		"timeline openmetrics": {"timeline", "-f", "openmetrics", path}, "timeline tsv": {"timeline", "-f", "tsv", path},
		"timeline zabbix": {"timeline", "-f", "zabbix", "--zabbix-host=" + name, path}, "timeline zabbix key": {"timeline", "-f", "zabbix", "--zabbix-key=" + name, path},
		"pair text": {"pair", path, path}, "pair json": {"pair", "-f", "jsonl", path, path}, "pair html": {"pair", "-f", "html", path, path},
		"ss jsonl": {"ss", "-f", "jsonl", path}, "ss csv": {"ss", "-f", "csv", path},
		"diff text": {"diff", path, path}, "diff json": {"diff", "-f", "json", path, path}, "diff markdown": {"diff", "-f", "markdown", path, path},
		"timeline jsonl": {"timeline", "-f", "jsonl", path}, "timeline csv": {"timeline", "-f", "csv", path}, "timeline text": {"timeline", path},
		"ss text":    {"ss", path},
		"check text": {"check", "--github", "--junit", filepath.Join(dir, "out.xml"), "--sarif", filepath.Join(dir, "out.sarif"), path},
		"learn text": {"check", "--learn", path},
		"wrong text": {"report", path + ".gone"},
	}
}

// named writes a capture in which all that can have a name or a comment has this one.
func named(t testing.TB, path, name string) {
	t.Helper()
	s, err := pktscript.Parse("x.pkt", []byte("A 192.0.2.1:40000\nB 198.51.100.7:443\n0 A SYN\n1 A FIN,ACK\n2 end\n"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := capture.NewNgWriter(&b, name)
	id, err := w.Interface(&capture.Interface{Name: name, Link: s.Link})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Packets() {
		if err := w.Write(id, &p, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Skip(err) // no name for this system
	}
}

// elements counts what of a page a name must not bring.
func elements(page []byte) (n int) {
	for _, tag := range []string{"<script", "</script", "<img", "<style", "</style", "<meta", "<!--", "-->", "<b>"} {
		n += bytes.Count(page, []byte(tag))
	}
	return n
}

// plainElements is how many elements each page has of a capture with a plain name.
var plainElements map[string]int

func countPlain(t testing.TB) {
	t.Helper()
	plainElements = map[string]int{}
	dir := t.TempDir()
	path := filepath.Join(dir, "plain.pcap")
	named(t, path, "plain")
	for format, args := range everyText(dir, path, "plain") {
		if isPage(format) {
			var out, problems bytes.Buffer
			if code := (Command{Stdout: &out, Stderr: &problems}).Main(args); code != exitOK || out.Len() == 0 {
				t.Fatalf("%s: exit code %d: %s", format, code, &problems)
			}
			plainElements[format] = elements(out.Bytes())
		}
	}
}

func isPage(format string) bool {
	return strings.HasSuffix(format, " html") || strings.HasSuffix(format, " svg")
}

// escapes runs every command over a capture of a name, which an interface and comments
// have, too.
func escapes(t *testing.T, name string) {
	dir := t.TempDir()
	path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_")+".pcap")
	named(t, path, name)
	var err error
	for format, args := range everyText(dir, path, name) {
		var out, problems bytes.Buffer
		code := Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems}.Main(args)
		if strings.HasPrefix(format, "timeline zabbix ") && code == exitUsage {
			continue // no name of a key
		}
		if code == exitUsage && format != "wrong text" {
			t.Errorf("%s: exit code %d: %s", format, code, &problems)
		}
		written := map[string][]byte{format: out.Bytes(), "standard error": problems.Bytes()}
		if args[0] == "check" && len(args) > 3 {
			for _, name := range []string{"out.xml", "out.sarif"} {
				if written[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
					t.Error(err)
				}
			}
		}
		for what, text := range written {
			if bad := damage.Bad(what, text); bad != "" {
				t.Errorf("%s: %s: %s", format, what, bad)
			}
		}
		if n := elements(out.Bytes()); isPage(format) && n != plainElements[format] {
			t.Errorf("%s: %q brings elements: %d, and %d without", format, name, n, plainElements[format])
		}
		switch format {
		case "flows csv":
			formulas(t, path, out.Bytes())
		case "learn text":
			learnedAgain(t, dir, path, out.Bytes())
		}
	}
}

// learnedAgain wants what is learned of a capture to be about it.
func learnedAgain(t *testing.T, dir, path string, text []byte) {
	config := filepath.Join(dir, "learned.yaml")
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	if code := (Command{Stdout: &out, Stderr: &problems}).Main([]string{"check", "--update", "--config", config, dir}); code != exitOK {
		t.Errorf("%q: exit code %d: %s%s%s", path, code, &out, &problems, text)
	}
}

// formulas wants no cell that a spreadsheet calculates, and each name to come back.
func formulas(t *testing.T, path string, text []byte) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Errorf("%v in %q", err, text)
		return
	}
	for _, row := range rows {
		for _, cell := range row {
			if first, size := utf8.DecodeRuneInString(cell); size > 0 && strings.ContainsRune("=+-@＝＋－＠", first) {
				t.Errorf("%s: the cell %q is calculated", path, cell)
			}
		}
	}
}

// FuzzNames takes names of files, interfaces and hosts, and comments, through every
// command and format.
func FuzzNames(f *testing.F) {
	if runtime.GOOS == "windows" {
		f.Skip("file names are narrower there")
	}
	for _, name := range hostileNames {
		f.Add(name)
	}
	countPlain(f)
	f.Fuzz(func(t *testing.T, name string) {
		if strings.ContainsRune(name, 0) || len(name) > 100 || strings.ContainsAny(name, "*?[") {
			t.Skip("no name of a file")
		}
		escapes(t, name)
	})
}

// TestNamesOfInterfaces is the same for what stands in the capture itself.
func TestNamesOfInterfaces(t *testing.T) {
	for _, name := range hostileNames {
		r := model.Record{Schema: model.Schema, File: name, Interface: &name}
		a := newAll()
		summary := &model.Summary{Schema: "finwait.report/1", Files: []model.FileInfo{{File: name}}}
		if err := a.Record(&r); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(summary); err != nil {
			t.Fatal(err)
		}
		for i, format := range a.names {
			if bad := damage.Bad(format, a.outputs[i].Bytes()); bad != "" && !strings.Contains(bad, " is -") {
				t.Errorf("%q: %s: %s", name, format, bad)
			}
			if format == "flows csv" {
				formulas(t, name, a.outputs[i].Bytes())
			}
		}
	}
}
