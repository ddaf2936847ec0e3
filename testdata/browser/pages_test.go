package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// pages are what is looked at: every kind of page, of captures with different stories.
var pages = []struct {
	name string
	args []string
}{
	{"report-go-timeout", []string{"report", capture("go-timeout")}},
	{"report-close-wait-leak", []string{"report", capture("close-wait-leak")}},
	{"report-several", []string{"report", capture("fin-lost"), capture("abort-linger0"), capture("backlog-overflow"), "--by", "file"}},
	{"report-all", []string{"report", filepath.Join(root, "testdata/real")}},
	{"show-go-timeout", []string{"show", "--stream", "0", capture("go-timeout")}},
	{"show-fin-ack-ignored", []string{"show", "--stream", "0", capture("fin-ack-ignored")}},
	{"timeline-go-timeout", []string{"timeline", capture("go-timeout")}},
	{"diff-go-timeout", []string{"diff", capture("go-timeout"), capture("go-timeout-delayed")}},
	{"pair-loss", []string{"pair", capture("pair/loss-20.a"), capture("pair/loss-20.b")}},
	{"pair-forged", []string{"pair", capture("pair/forged-rst-to-client.a"), capture("pair/forged-rst-to-client.b")}},
	{"show-pair", []string{"show", "--stream", "0", "--pair", capture("pair/loss-20.b"), capture("pair/loss-20.a")}},
}

func TestEveryPageIsSound(t *testing.T) {
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			b := start(t)
			path := write(t, p.args...)
			b.open(path)
			for _, view := range []struct {
				name          string
				width, height int64
				scheme        string
			}{{"wide-light", 1200, 900, "light"}, {"wide-dark", 1200, 900, "dark"}, {"narrow-light", 360, 740, "light"}, {"narrow-dark", 360, 740, "dark"}} {
				b.see(view.width, view.height, view.scheme, "screen")
				b.shot(p.name + "-" + view.name)
				eval[bool](b, `document.querySelectorAll('details').forEach(d => { d.open = true; }), true`)
				for _, complaint := range eval[[]string](b, checks) {
					t.Errorf("%s: %s", view.name, complaint)
				}
				eval[bool](b, `document.querySelectorAll('details').forEach(d => { d.open = false; }), true`)
			}
			b.see(1200, 900, "light", "screen")
			eval[bool](b, `document.querySelectorAll('details').forEach(d => { d.open = true; }), true`)
			for _, complaint := range eval[[]string](b, overlaps) {
				t.Error(complaint)
			}
		})
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		page []string
		most int64
	}{
		{[]string{"report", capture("go-timeout")}, 150_000},
		{[]string{"show", "--stream", "0", capture("go-timeout")}, 150_000},
		{[]string{"report", first(t, 10_000)}, 1_000_000},
		{[]string{"report", made(t, "web-10x.pcap")}, 8_000_000},
	} {
		info, err := os.Stat(write(t, c.page...))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > c.most {
			t.Errorf("%s: %d octets, want %d at most", strings.Join(c.page, " "), info.Size(), c.most)
		}
	}
}

// Names of captures and of what is in them stay text.
func TestNothingCapturedIsMarkup(t *testing.T) {
	b := start(t)
	octets, err := os.ReadFile(capture("go-timeout"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		`"><img src=x onerror=alert(1)>.pcap`, `<script>alert(1)<`, "\u202egnp.pcap", "\u2028{{.}}'--><b>", "]]>&lt;b&gt;", "שלום.pcap",
	} {
		capture := filepath.Join(t.TempDir(), strings.ReplaceAll(name, "/", ""))
		if err := os.WriteFile(capture, octets, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"report", capture}, {"report", capture, capture}, {"show", "--stream", "0", capture}, {"timeline", capture}, {"diff", capture, capture}, {"pair", capture, capture}} {
			b.open(write(t, args...))
			if n := eval[int](b, `document.querySelectorAll('img,b:not(.tiles b):not(main > p > b),iframe,object,script:not([id]):not(:last-of-type)').length`); n > 0 {
				t.Errorf("%q: %d elements that finwait did not write", name, n)
			}
			if text := eval[string](b, `document.querySelector('h1').textContent + document.querySelector('main').textContent`); strings.ContainsRune(text, '\u202e') {
				t.Errorf("%q: what reverses text came through", name)
			}
		}
	}
}

func TestWithoutScript(t *testing.T) {
	b := start(t)
	path := write(t, "report", capture("go-timeout"))
	send(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.do(chromedp.Navigate("file://" + path))
	for what, least := range map[string]int{
		".finding": 1, "svg": 5, "#table tbody tr": 12, "details": 1, "noscript p": 1, ".area path": 5,
	} {
		if n := eval[int](b, fmt.Sprintf(`document.querySelectorAll(%q).length`, what)); n < least {
			t.Errorf("%s: %d, want %d", what, n, least)
		}
	}
	if eval[bool](b, `[...document.querySelectorAll('.tools')].some(e => e.checkVisibility())`) {
		t.Error("there are controls that do nothing")
	}
}
