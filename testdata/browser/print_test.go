package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/chromedp/chromedp"
)

// shown is script that returns all texts that the page shows.
const shown = `(() => {
const texts = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; (n = walk.nextNode());) {
  if (n.data.trim() && n.parentElement.checkVisibility({ visibilityProperty: true }) && !n.parentElement.closest('script,style,title,select,noscript')) texts.push(n.data);
}
return texts;
})()`

// tight is a text without its spaces: lines break elsewhere on paper.
func tight(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// TestPrint wants drawings as wide as the paper at most, and every text on paper.
func TestPrint(t *testing.T) {
	b := start(t)
	for _, p := range pages[:6] {
		b.open(write(t, p.args...))
		b.see(703, 1000, "dark", "print") // as wide as A4 within its margins
		if n := eval[int](b, `[...document.querySelectorAll('svg')].filter(s => s.checkVisibility() && s.getBoundingClientRect().right > innerWidth + 1).length`); n > 0 {
			t.Errorf("%s: %d drawings are cut off", p.name, n)
		}
		b.shot(p.name + "-print")
		pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, p.name+".pdf"), pdf, 0o644); err != nil {
				t.Error(err)
			}
		}
		if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); n == 0 || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Errorf("%s: %d pages in %d octets", p.name, n, len(pdf))
		}
		eval[bool](b, `document.querySelectorAll('details').forEach(d => { d.open = true; }), true`)
		texts := eval[[]string](b, shown)
		if len(texts) < 60 {
			t.Errorf("%s: shows %d texts only", p.name, len(texts))
		}
		onPaper(t, p.name, pdf, texts)
	}
}

// onPaper wants texts in a PDF: what lies outside of the paper is not in it.
func onPaper(t *testing.T, name string, pdf []byte, texts []string) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Log("there is no pdftotext: what is on paper is not read")
		return
	}
	cmd := exec.Command(tool, "-raw", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	paper, missing := tight(string(out)), 0
	for _, text := range texts {
		if strings.Contains(paper, tight(text)) {
			continue
		}
		if missing++; missing <= 5 {
			t.Errorf("%s: not on paper: %q", name, text)
		}
	}
	if missing > 5 {
		t.Errorf("%s: %d of %d texts are not on paper", name, missing, len(texts))
	}
}
