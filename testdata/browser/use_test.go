package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// made returns a capture that the benchmarks' shapes have, made once for all tests.
func made(t *testing.T, shape string) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(finwait), shape)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	make := exec.Command("go", "run", "-tags", "record", "./testdata/record/bench", "shapes", filepath.Dir(finwait), shape)
	make.Dir = root
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// first returns a capture of so many connections.
func first(t *testing.T, connections int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.pcapng", connections))
	run(t, "extract", "--where", fmt.Sprintf("stream < %d", connections), "-w", path, made(t, "web-1x.pcap"))
	return path
}

// flow is what a test needs of a record.
type flow struct {
	Stream     int64
	Client     struct{ IP string }
	Server     struct{ Port int }
	Close      string
	HalfClosed *float64 `json:"half_closed_s"`
	Findings   []struct{ Rule string }
	States     struct{ Client, Server []struct{ State string } }
}

func flowsOf(t *testing.T, args ...string) (list []flow) {
	t.Helper()
	for line := range strings.Lines(run(t, append([]string{"flows", "--sort", "stream", "--format", "jsonl"}, args...)...)) {
		var f flow
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

// streams returns the streams of the rows that the table shows.
func (b *browser) streams() []int64 {
	b.t.Helper()
	return eval[[]int64](b, `[...document.querySelectorAll('#table tbody tr:not(.more)')].map(r => +r.cells[0].textContent)`)
}

// filter writes into the field, and waits until the table follows.
func (b *browser) filter(text string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(async () => { const f = document.getElementById('filter'); f.value = %q; f.dispatchEvent(new Event('input')); await new Promise(r => setTimeout(r, 400)); return true; })()`, text))
}

func streamsOf(list []flow) (streams []int64) {
	for _, f := range list {
		streams = append(streams, f.Stream)
	}
	return streams
}

// The table filters by the same expressions as --where, and by words.
func TestFilter(t *testing.T) {
	b := start(t)
	capture := first(t, 2000)
	b.open(write(t, "report", capture))
	for _, where := range []string{
		`close == "half-closed"`, `close == "reset" || close == "refused"`, `stream < 7 and stream >= 3`, `not (stream > 4)`,
		`half_closed_s > 0.004`, `half_closed_s == null && close != "refused"`, `any(findings, .rule == "FIN301")`, `client.port == 32771`,
		`first_closer == "client" && teardown_s < 0.0005`, `server.ip startsWith "198.19" && close contains "after"`, `rst == null`,
	} {
		if where == `rst == null` { // no column of the table
			b.filter(where)
			if text := eval[string](b, `document.getElementById('count').textContent`); text != "the table has no rst" {
				t.Errorf("%s: %q", where, text)
			}
			continue
		}
		want := streamsOf(flowsOf(t, "--where", where, capture))
		b.filter(where)
		if got := b.streams(); len(want) == 0 || !slices.Equal(got, want[:min(len(want), 50)]) {
			t.Errorf("%s: streams %v, want %v", where, got, want[:min(len(want), 50)])
		}
	}
	b.filter("FIN402 refused")
	var want []int64
	for _, f := range flowsOf(t, capture) {
		if f.Close == "refused" {
			want = append(want, f.Stream)
		}
	}
	if got := b.streams(); !slices.Equal(got, want[:min(len(want), 50)]) {
		t.Errorf("words: streams %v, want %v", got, want)
	}
	if text := eval[string](b, `document.getElementById('count').textContent`); text != fmt.Sprintf("1 to %d of %d, of 2,000 in all", len(want), len(want)) {
		t.Errorf("words: %q", text)
	}
}

func TestSortAndPage(t *testing.T) {
	b := start(t)
	capture := first(t, 2000)
	b.open(write(t, "report", capture))
	all := flowsOf(t, capture)
	head := `th[data-key=half_closed_s] button`
	b.do(chromedp.Click(head), chromedp.Click(head))
	sorted := slices.DeleteFunc(slices.Clone(all), func(f flow) bool { return f.HalfClosed == nil })
	slices.SortStableFunc(sorted, func(a, b flow) int {
		switch {
		case *a.HalfClosed > *b.HalfClosed:
			return -1
		case *a.HalfClosed < *b.HalfClosed:
			return 1
		}
		return 0
	})
	if got, want := b.streams(), streamsOf(sorted[:50]); !slices.Equal(got, want) {
		t.Errorf("the longest first: %v, want %v", got, want)
	}
	if sort := eval[string](b, `document.querySelector('th[data-key=half_closed_s]').getAttribute('aria-sort')`); sort != "descending" {
		t.Errorf("aria-sort is %q", sort)
	}
	b.do(chromedp.Click(`#later`))
	if got, want := b.streams(), streamsOf(sorted[50:100]); !slices.Equal(got, want) {
		t.Errorf("the second page: %v, want %v", got, want)
	}
}

// A hundred thousand connections are sorted and filtered at once.
func TestManyConnections(t *testing.T) {
	b := start(t)
	b.open(write(t, "report", made(t, "web-10x.pcap")))
	for _, c := range []struct{ name, script string }{
		{"sort", `document.querySelector('th[data-key=teardown_s] button').click()`},
		{"sort by words", `document.querySelector('th[data-key=client] button').click()`},
	} {
		if ms := eval[float64](b, `(() => { const t = performance.now(); `+c.script+`; return performance.now() - t; })()`); ms > 3000 {
			t.Errorf("%s: %.0f ms", c.name, ms)
		} else {
			t.Logf("%s: %.0f ms", c.name, ms)
		}
	}
	b.filter(`close == "half-closed" && half_closed_s > 0`)
	if n := len(b.streams()); n != 50 {
		t.Errorf("%d rows", n)
	}
	if note := eval[string](b, `document.querySelector('#connections ~ .note').textContent`); note != "The table holds 100,000 of 175,000 connections; those with findings come first. finwait flows tells of all." {
		t.Errorf("what was left out: %q", note)
	}
}

// Everything can be done by keyboard.
func TestKeyboard(t *testing.T) {
	b := start(t)
	b.open(write(t, "report", capture("go-timeout")))
	b.do(chromedp.Focus(`.finding summary`), chromedp.KeyEvent("\r"))
	if !eval[bool](b, `document.querySelector('.finding details').open`) {
		t.Fatal("Enter opens no ladder")
	}
	b.do(chromedp.Focus(`.finding svg.ladder .r[tabindex="0"]`), chromedp.KeyEvent(kb.ArrowDown))
	if text := eval[string](b, `document.getElementById('detail').textContent`); !strings.Contains(text, "frame 8 at 0.000044 s: the server sends [S.]") {
		t.Errorf("Down tells %q", text)
	}
	if n := eval[int](b, `document.querySelectorAll('.finding svg.ladder .r[tabindex="0"]').length`); n != 1 {
		t.Errorf("%d segments are in the order of Tab", n)
	}
	b.do(chromedp.Focus(`#table tbody button`), chromedp.KeyEvent("\r"))
	if n := eval[int](b, `document.querySelectorAll('#table tr.more svg rect').length`); n < 5 {
		t.Errorf("the bar of states has %d stays", n)
	}
	b.do(chromedp.KeyEvent("\r"))
	if eval[bool](b, `!!document.querySelector('#table tr.more')`) {
		t.Error("Enter does not close the bar again")
	}
	b.open(write(t, "show", "--stream", "0", capture("go-timeout")))
	b.do(chromedp.Focus(`#vs0`), chromedp.KeyEvent(" "))
	if !eval[bool](b, `document.querySelector('.scale svg').checkVisibility() && !document.querySelector('.folded svg').checkVisibility()`) {
		t.Error("Space does not lead to the scale of time")
	}
}

// Figures on the page are those of the JSON.
func TestFigures(t *testing.T) {
	b := start(t)
	for _, file := range []string{capture("go-timeout"), first(t, 2000)} {
		s := summaryOf(t, file)
		b.open(write(t, "report", file))
		number := `s => +s.replaceAll(',', '')`
		tiles := eval[map[string]int64](b, `Object.fromEntries([...document.querySelectorAll('.tiles li')].map(e => [e.lastChild.textContent, (`+number+`)(e.firstChild.textContent)]))`)
		if tiles["connections"] != s.Connections || tiles["warnings"] != s.Severities.Warning || tiles["errors"] != s.Severities.Error {
			t.Errorf("figures %v, want %+v", tiles, s)
		}
		bars := eval[[]int64](b, `[...document.querySelectorAll('[aria-label="how connections closed"] svg text.b')].map(e => (`+number+`)(e.textContent))`)
		var want []int64
		for _, n := range s.Close {
			want = append(want, n)
		}
		slices.Sort(want)
		slices.Sort(bars)
		if !slices.Equal(bars, want) {
			t.Errorf("bars %v, want %v", bars, want)
		}
		for i, message := range eval[[]string](b, `[...document.querySelectorAll('.finding > p:first-of-type')].map(e => e.textContent)`) {
			if !strings.EqualFold(message, s.Findings[i].Message) {
				t.Errorf("finding %d: %q, want %q", i, message, s.Findings[i].Message)
			}
		}
		for _, wrong := range eval[[]string](b, `(() => { // each row in the words of the first page
			const first = [...new DOMParser().parseFromString(document.documentElement.outerHTML, 'text/html').querySelectorAll('#table tbody tr')];
			return first.filter(r => /undefined|NaN/.test(r.textContent)).map(r => r.textContent); })()`) {
			t.Error(wrong)
		}
	}
}

// The script words durations as finwait does: each row has what the table of flows has.
func TestDurationsAreWordedTheSame(t *testing.T) {
	b := start(t)
	file := first(t, 2000)
	path := write(t, "report", file)
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.open(path)
	_, rows, _ := strings.Cut(string(octets), "<tbody>\n")
	n := 0
	for line := range strings.Lines(rows) {
		if !strings.HasPrefix(line, "<tr><td class=\"num\">") {
			break
		}
		cells := strings.Split(strings.NewReplacer("<tr>", "", "</tr>", "", `<td class="num">`, "<td>", "</td>", "", "&gt;", ">").Replace(strings.TrimSpace(line)), "<td>")[1:]
		b.filter("stream == " + cells[0])
		got := eval[[]string](b, `[...document.querySelectorAll('#table tbody tr:first-child td')].map(e => e.textContent)`)
		if !slices.Equal(got, cells) {
			t.Errorf("the script says %q, finwait %q", got, cells)
		}
		n++
	}
	if n < 20 {
		t.Errorf("%d rows were compared", n)
	}
}

// States are switched on and off, and hosts chosen.
func TestStatesOverTime(t *testing.T) {
	b := start(t)
	b.open(write(t, "report", first(t, 2000)))
	layers := func() int { return eval[int](b, `document.querySelectorAll('.areas .side path:not(.grid)').length`) }
	before := layers()
	eval[bool](b, `document.querySelector('.areas [data-state="11"]').click(), true`) // TIME-WAIT
	if after := layers(); after <= before {
		t.Errorf("with TIME-WAIT there are %d layers, without %d", after, before)
	}
	said := eval[string](b, `document.querySelector('.areas [data-state="11"]').parentElement.querySelector('.soft').textContent`)
	titles := eval[[]string](b, `[...document.querySelectorAll('.areas .side path:not(.grid) title')].map(e => e.textContent)`)
	if want := "TIME-WAIT, at most " + strings.TrimPrefix(said, "max "); !slices.Contains(titles, want) {
		t.Errorf("no layer says %q: %q", want, titles)
	}
}
